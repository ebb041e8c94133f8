"""`pollux token show | rotate`: the bearer token that clients need."""

import json

from proxy_core.cli.channel import read_token, running_channel
from proxy_core.cli.failure import STORE_CLOSED, WRONG_USAGE, CommandFailed
from proxy_core.cli.terminal import say
from proxy_core.server import bearer
from proxy_core.settings import Settings, data_folder


def token(action: str, settings: Settings, *, as_json: bool) -> int:
    """Prints the token, a new one with `rotate`; returns the exit code. Raises CommandFailed."""
    if action == "rotate":
        _rotate(settings)
    value = read_token(settings)
    print(json.dumps({"token": value}) if as_json else value)
    return 0


def _rotate(settings: Settings) -> None:
    if settings.gemini_auth_password is not None:
        raise CommandFailed(
            "GEMINI_AUTH_PASSWORD sets the token.", "Change it there.", code=WRONG_USAGE
        )
    if (channel := running_channel(settings)) is not None:
        channel.post("/token/rotate")
        say("The running Pollux takes the new token from now on, and the old one no longer.")
        return
    folder = data_folder(settings)
    try:
        bearer.create(folder)
    except bearer.UnreadableToken as error:
        raise CommandFailed(f"{error} (data folder: {folder})", code=STORE_CLOSED) from error
