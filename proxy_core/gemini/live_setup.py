"""The first message of a Live session: what of it matters for whom the session goes to.

Pure. Both spellings of every name, since the official SDKs mix them. Nothing is changed but the
model's name: the rest of the message goes on as it came. Source: Live API reference,
BidiGenerateContentSetup.
"""

import re
from dataclasses import dataclass

import orjson

from proxy_core.errors import BadRequest
from proxy_core.gemini.renaming import renamed
from proxy_core.gemini.wire import JsonObject

_PUBLISHER = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/google/")
"What Vertex AI has before the name of a model."


@dataclass(frozen=True, slots=True)
class LiveSetup:
    """A setup that makes sense so far."""

    model: str
    "As the client wrote it, but for project and publisher."
    body: JsonObject
    handle: str | None
    "Of the session to be resumed."
    message: bytes
    "The whole message."

    def asking(self, model: str) -> bytes:
        """The message for this model. model: its bare id."""
        return renamed(self.message, {self.body["model"]: f"models/{model}"})


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
    if not isinstance(name, str) or not name:
        raise BadRequest("setup.model must name a model, as in models/gemini-3.8-live.", "model")
    publisher = _PUBLISHER.match(name)
    resumption = setup.get("sessionResumption", setup.get("session_resumption"))
    handle = resumption.get("handle") if isinstance(resumption, dict) else None
    return LiveSetup(
        model=name if publisher is None else name[publisher.end() :],
        body=setup,
        handle=handle if isinstance(handle, str) and handle else None,
        message=message,
    )
