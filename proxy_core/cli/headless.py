"""`pollux --headless`: the proxy alone, in the foreground."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from typing import TypeAlias

from proxy_core import logs
from proxy_core.assembly import build, read_token
from proxy_core.cli.loop import new_loop, on_stop_signals, settle_collector, settle_malloc
from proxy_core.disk import with_owner
from proxy_core.engine.engine import Engine
from proxy_core.engine.instance import FolderTaken
from proxy_core.ports import PortTaken, next_free
from proxy_core.server import bearer
from proxy_core.settings import Settings, data_folder

log = logging.getLogger("pollux")

Build: TypeAlias = Callable[[Settings, str], Engine]
"Makes an engine from settings and bearer token, on the running loop."


def headless(settings: Settings) -> int:
    """Serves until SIGTERM or SIGINT; returns the exit code."""
    return serve(settings, build, _welcome)


def _welcome(url: str, token: str, settings: Settings) -> str:
    return f"base URL      {url}/v1\nbearer token  {token}\ndata folder   {data_folder(settings)}"


def serve(settings: Settings, make: Build, welcome: Callable[[str, str, Settings], str]) -> int:
    """Runs an engine in the foreground until SIGTERM or SIGINT; returns the exit code.

    welcome: from base URL and token, what a person at the terminal is told first.
    """
    handler = logs.set_up("debug" if settings.debug else settings.log_level)
    settle_malloc()
    try:
        token = read_token(settings)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(_serve(settings, token, make, welcome))
    except bearer.UnreadableToken as error:
        folder = data_folder(settings)
        by = ", named by PERSISTENT_STORAGE_PATH" if settings.persistent_storage_path else ""
        log.critical("%s", with_owner(f"{error} (data folder: {folder}{by})", folder))
        return 4
    except FolderTaken as taken:
        log.critical("%s", taken)
        return 3
    except PortTaken as error:
        free = next_free(error.host, error.port + 1)
        hint = f"; try --port {free}" if free else ""
        log.critical("%s%s", error, hint)
        return 3
    except OSError as error:
        # asyncio's own text names the address a second time; look-ups have negative numbers.
        system = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        reason = system or "not possible"
        where = f"{settings.host}:{settings.port}"
        log.critical("HOST, PORT: cannot listen on %s: %s", where, reason)
        return 2
    finally:
        handler.close()


def _kept_in(settings: Settings) -> str:
    """Where the bearer token is kept."""
    if settings.gemini_auth_password is not None:
        return "GEMINI_AUTH_PASSWORD"
    return str(data_folder(settings) / bearer.FILE)


async def _serve(
    settings: Settings, token: str, make: Build, welcome: Callable[[str, str, Settings], str]
) -> int:
    stop = asyncio.Event()
    engine = make(settings, token)

    def asked_to_stop() -> None:
        if stop.is_set():
            engine.hurry()
        stop.set()

    on_stop_signals(asked_to_stop)
    url = await engine.start()
    settle_collector()
    log.info("Pollux listens on %s", url)
    if sys.stderr is not None and sys.stderr.isatty():
        print(welcome(url, token, settings), file=sys.stderr)
    else:
        log.info("the bearer token is in %s", _kept_in(settings))
    await stop.wait()
    log.info("stopping; running exchanges may finish")
    await engine.stop()
    log.info("stopped")
    return 0
