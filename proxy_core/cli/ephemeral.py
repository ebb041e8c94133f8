"""An engine of this command alone, where no Pollux runs on the data folder.

It listens on a free loopback port, with a token nobody else knows, and ends with the command:
so commands have one way to ask, whether Pollux runs or not. Not here: the asking (`channel`).
"""

import asyncio
import secrets
import threading
import time
from concurrent.futures import Future, wait
from typing import TypeVar

from proxy_core.assembly import build
from proxy_core.cli.failure import TAKEN, CommandFailed
from proxy_core.cli.loop import new_loop
from proxy_core.disk import reason_of
from proxy_core.engine.instance import FolderTaken
from proxy_core.settings import Settings

T = TypeVar("T")

INTERRUPTIBLE_S = 0.5
"Windows hears Ctrl-C only between two waits."
END_S = 5.0


class EphemeralEngine:
    """An engine in a thread of its own; `start` once, `stop` once."""

    def __init__(self, settings: Settings) -> None:
        self.token = secrets.token_urlsafe(32)
        self.url = ""
        self._settings = settings.model_copy(update={"host": "127.0.0.1", "port": 0})
        self._started: Future[str] = Future()
        self._loaded: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Returns when it listens. Raises CommandFailed, e.g. where the data folder is taken."""
        self._thread.start()
        try:
            self.url = _outcome(self._started)
        except FolderTaken as taken:
            raise CommandFailed(
                f"{str(taken)[:1].upper()}{str(taken)[1:]}.",
                "It does not say where it listens. Stop it, then try again.",
                code=TAKEN,
            ) from taken
        except OSError as error:
            raise CommandFailed(
                f"No port of 127.0.0.1 can be listened on: {reason_of(error)}."
            ) from error

    def is_loaded(self, wait_s: float) -> bool:
        """Whether the credentials were read, waiting for it `wait_s` seconds."""
        try:
            _outcome(self._loaded, wait_s)
        except TimeoutError:
            return False
        return True

    def stop(self) -> None:
        """Ends engine and thread; a keyring's prompt that nobody answers does not hold it up."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(END_S)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(self._serve())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            for awaited in (self._started, self._loaded):
                if not awaited.done():
                    awaited.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        engine = build(self._settings, self.token, ephemeral=True)
        self._started.set_result(await engine.start())
        loading = asyncio.ensure_future(engine.loaded())
        loading.add_done_callback(self._on_loaded)
        try:
            await self._stop.wait()
        finally:
            loading.cancel()
            await engine.stop(grace_s=0.0)

    def _on_loaded(self, loading: "asyncio.Future[None]") -> None:
        if not loading.cancelled():
            self._loaded.set_result(None)


def _outcome(future: "Future[T]", wait_s: float | None = None) -> T:
    """What the future gives, waited for so that Ctrl-C is heard. Raises TimeoutError."""
    deadline = None if wait_s is None else time.monotonic() + wait_s
    while not future.done():
        left = INTERRUPTIBLE_S
        if deadline is not None:
            left = min(left, deadline - time.monotonic())
            if left <= 0:
                raise TimeoutError
        wait([future], left)
    return future.result()
