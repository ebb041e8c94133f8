"""How Gemini's thought signatures ride in `thinking.signature`, and how they are known again.

`gemini:1:<backend>:<base64>` is the signature of a function call, `gemini:1:<backend>:t:<base64>`
that of a text. What looks different was made by another model, which Gemini would refuse: it is
dropped, and the call's own memory or a dummy takes its place.
"""

import re
from typing import Literal, NamedTuple

Kind = Literal["call", "text"]

_BACKEND = "gemini"
"Google's models, whichever of its services answered: the relay knows their signatures apart."

_RIDING = re.compile(rf"gemini:1:{_BACKEND}:(t:)?([A-Za-z0-9+/_=-]+)")


class Signature(NamedTuple):
    """A signature of Google, and what it belongs to."""

    kind: Kind
    value: str
    "As Google gave it."


def to_ride(kind: Kind, value: str) -> str:
    """What stands in `thinking.signature`."""
    mark = "t:" if kind == "text" else ""
    return f"gemini:1:{_BACKEND}:{mark}{value}"


def from_ride(text: str) -> Signature | None:
    """The signature that a client returns; None for one that is not ours."""
    match = _RIDING.fullmatch(text)
    if match is None:
        return None
    return Signature("text" if match[1] else "call", match[2])
