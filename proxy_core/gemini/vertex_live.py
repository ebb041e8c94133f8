"""Messages of Live sessions for clients in Vertex mode, whose session is one of the Gemini API.

Both services speak the same messages, but for fields of the setup that only Vertex AI has, and
names of counts. Pure. Source: what google-genai sends and reads in either mode.
"""

from collections.abc import Mapping

import orjson

from proxy_core.gemini.from_vertex import to_gemini
from proxy_core.gemini.wire import JsonObject

_NAMES: Mapping[str, Mapping[str, str]] = {
    "usageMetadata": {
        "responseTokenCount": "candidatesTokenCount",
        "responseTokensDetails": "candidatesTokensDetails",
    },
    "voiceActivity": {"voiceActivityType": "type"},
}
"Fields of messages with the names inside that Vertex AI has others for."
_MARKS = tuple(f'"{name}"'.encode() for name in _NAMES)


def setup_to_gemini(message: bytes) -> bytes:
    """A client's first message as the Gemini API takes it; the very object where it is the same.

    The name of the model is left as it is. What is no setup stays, too.
    """
    document = _parsed(message)
    setup = document.get("setup")
    if not isinstance(setup, dict):
        return message
    _, taken = to_gemini("", "generateContent", setup)
    return message if taken == setup else orjson.dumps({**document, "setup": taken})


def message_to_vertex(message: bytes) -> bytes:
    """A message of the Gemini API as Vertex AI has it; the very object where it is the same."""
    if all(message.find(mark) < 0 for mark in _MARKS):
        return message
    document = _parsed(message)
    renamed = {
        field: {names.get(name, name): item for name, item in value.items()}
        for field, names in _NAMES.items()
        if isinstance(value := document.get(field), dict)
    }
    return orjson.dumps({**document, **renamed}) if renamed else message


def _parsed(message: bytes) -> JsonObject:
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}
