"""How the checks of the doctor put their findings."""

from typing import Literal, TypeAlias

from proxy_core.commands import Finding

Check: TypeAlias = Literal[
    "settings", "port", "data_folder", "vault", "oauth_client", "credentials", "clock", "google"
]


def fine(check: Check, sentence: str, next_step: str = "") -> Finding:
    return Finding(check, ok=True, sentence=sentence, next_step=next_step)


def note(check: Check, sentence: str, next_step: str = "") -> Finding:
    """Nothing is wrong, but nothing was found to be in order either."""
    return Finding(check, ok=True, sentence=sentence, next_step=next_step, note=True)


def wrong(check: Check, sentence: str, next_step: str = "") -> Finding:
    return Finding(check, ok=False, sentence=sentence, next_step=next_step)
