"""The first message of a Live session: what of it matters for whom the session goes to.

Pure. Both spellings of every name, since the official SDKs mix them. Nothing is changed: the
message goes on as it came. Source: Live API reference, BidiGenerateContentSetup.
"""

import re
from dataclasses import dataclass

import orjson

from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject

_MODEL = re.compile(r"(?:models/)?(?P<model>[A-Za-z0-9][A-Za-z0-9._-]{0,127})")


@dataclass(frozen=True, slots=True)
class LiveSetup:
    """A setup that makes sense so far."""

    model: str
    "Bare model id."
    body: JsonObject
    handle: str | None
    "Of the session to be resumed."


def read_setup(message: bytes) -> LiveSetup:
    """Raises BadRequest for anything but a setup that names a model."""
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError:
        raise BadRequest("The first message is not valid JSON.") from None
    setup = document.get("setup") if isinstance(document, dict) else None
    if not isinstance(setup, dict):
        raise BadRequest("The first message must be a setup.", "setup")
    name = setup.get("model")
    match = _MODEL.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise BadRequest("setup.model must name a model, as in models/gemini-3.8-live.", "model")
    resumption = setup.get("sessionResumption", setup.get("session_resumption"))
    handle = resumption.get("handle") if isinstance(resumption, dict) else None
    return LiveSetup(match["model"], setup, handle if isinstance(handle, str) and handle else None)
