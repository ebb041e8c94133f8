"""`pollux status`: the running instance's pool and counters.

Not here: a demo's. It has a data folder and a bearer token of its own, and shows its pool itself.
"""

import time
from urllib.parse import urlsplit

from proxy_core import __version__
from proxy_core.cli.channel import Channel, running_channel
from proxy_core.cli.failure import FAILED, STORE_CLOSED
from proxy_core.cli.terminal import cleaned, console, print_json, say
from proxy_core.settings import Settings, Source
from proxy_core.snapshot import Snapshot, Totals


def status(settings: Settings, *, as_json: bool) -> int:
    """Prints the state; returns the exit code. Raises CommandFailed."""
    channel = running_channel(settings)
    if channel is None or not _is_meant(settings, channel):
        if as_json:
            print_json(Snapshot(__version__, "stopped", "", (), Totals()).as_json())
        else:
            say(*_not_there(settings, channel))
        return FAILED
    channel.wait_for_credentials()
    code = 0 if channel.complete else STORE_CLOSED
    state = channel.get("/state")
    if as_json:
        print_json(state)
        return code
    from proxy_core.cli.tables import show_credentials, show_totals  # noqa: PLC0415 - it draws

    shown = console()
    shown.print(
        f"Pollux {cleaned(state['version'])} at {cleaned(state['url'])}: {cleaned(state['state'])}"
    )
    if state["credentials"] or channel.complete:
        show_credentials(shown, state["credentials"], time.time())
    show_totals(shown, state["totals"])
    return code


def _is_meant(settings: Settings, channel: Channel) -> bool:
    """Whether it listens at the port that the command line names, if it names one."""
    named = settings.source("PORT") is Source.COMMAND_LINE
    return not named or urlsplit(channel.url).port == settings.port


def _not_there(settings: Settings, channel: Channel | None) -> tuple[str, str]:
    demo = "A demo has data and a token of its own: see its window, or its page at its address."
    if channel is not None:
        return f"Your Pollux is not at port {settings.port}, but at {channel.url}.", demo
    if settings.source("PORT") is Source.COMMAND_LINE:
        return f"Your Pollux is not running, at port {settings.port} or elsewhere.", demo
    return "Pollux is not running.", "`pollux --headless` starts it."
