"""`pollux token show | rotate`: the bearer token that clients need."""

import json
import sys

from proxy_core.server import bearer
from proxy_core.settings import Settings, data_folder


def token(action: str, settings: Settings, *, as_json: bool) -> int:
    """Prints the token, a new one with `rotate`; returns the exit code."""
    fixed = settings.gemini_auth_password
    if fixed is not None and action == "rotate":
        print("pollux: GEMINI_AUTH_PASSWORD sets the token; change it there", file=sys.stderr)
        return 2
    folder = data_folder(settings)
    try:
        if fixed is not None:
            value = fixed.get_secret_value()
        elif action == "rotate":
            value = bearer.create(folder)
        else:
            value = bearer.load_or_create(folder)
    except bearer.UnreadableToken as error:
        print(f"pollux: {error} (data folder: {folder})", file=sys.stderr)
        return 4
    if action == "rotate":
        print("A running Pollux takes the new token at its next start.", file=sys.stderr)
    print(json.dumps({"token": value}) if as_json else value)
    return 0
