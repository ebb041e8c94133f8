"""`pollux status`: the running instance's pool and counters."""

import time

from proxy_core.cli.channel import running_channel
from proxy_core.cli.failure import FAILED, STORE_CLOSED
from proxy_core.cli.terminal import cleaned, console, print_json, say
from proxy_core.settings import Settings
from proxy_core.snapshot import Snapshot, Totals


def status(settings: Settings, *, as_json: bool) -> int:
    """Prints the state; returns the exit code. Raises CommandFailed."""
    channel = running_channel(settings)
    if channel is None:
        if as_json:
            print_json(Snapshot("", "stopped", "", (), Totals()).as_json())
        else:
            say("Pollux is not running.", "`pollux --headless` starts it.")
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
