"""The verbose log (settings DEBUG, DEBUG_REDACT_LOGS): what clients asked, what they got.

Redacted, it shows the build of a message and no text of it: field names of the APIs, sizes,
plain numbers. Secrets go from both forms, in `logs`.
"""

import logging
from collections.abc import Callable
from typing import Any

import orjson

log = logging.getLogger(__name__)

LONGEST = 64 * 1_024
"Characters of one message; images and files are longer."
DEEPEST = 32
MOST_ITEMS = 50

_SHOWN = frozenset(
    {"model", "modelVersion", "role", "type", "object", "finish_reason", "finishReason"}
    | {"status", "code", "param", "mimeType", "thinkingLevel", "reasoning_effort", "mode"}
)
"Keys whose text is a word of the API."
_HIDDEN = frozenset(
    {"args", "arguments", "parameters", "input", "response", "responseSchema", "schema"}
    | {"parametersJsonSchema", "responseJsonSchema", "metadata", "labels", "logit_bias"}
)
"Keys whose value is the client's own data, down to its keys and numbers."


class DebugLog:
    """Writes down bodies and frames. Per process."""

    def __init__(self, *, redact: bool) -> None:
        self._put: Callable[[bytes], str] = outline if redact else _as_it_is

    def request(self, exchange_id: str, method: str, path: str, body: bytes) -> None:
        log.debug("%s < %s %s %s", exchange_id, method, path, self._put(body))

    def answer(self, exchange_id: str, status: int, body: bytes) -> None:
        log.debug("%s > %d %s", exchange_id, status, self._put(body))

    def tap(self, exchange_id: str) -> Callable[[bytes], None]:
        """What is to be given the frames of a streamed answer."""
        return lambda frames: log.debug("%s > %s", exchange_id, self._put(frames))


def outline(data: bytes) -> str:
    """A body, or frames of a stream, with every text replaced by its length."""
    if (whole := _outlined(data)) is not None:
        return whole[:LONGEST]
    lines = (line.removeprefix(b"data:").strip(b" [],\r") for line in data.split(b"\n"))
    return " ".join(_outlined(line) or f"[{len(line)} bytes]" for line in lines if line)[:LONGEST]


def _outlined(data: bytes) -> str | None:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return orjson.dumps(_without_texts(value, "", DEEPEST)).decode()


def _without_texts(value: Any, key: str, levels: int) -> Any:
    match value:
        case str() if key in _SHOWN and len(value) <= 64:
            return value
        case str():
            return f"[{len(value)} characters]"
        case dict() | list() if levels == 0 or key in _HIDDEN:
            return f"[{len(value)} items]"
        case dict():
            return {name: _without_texts(item, name, levels - 1) for name, item in value.items()}
        case list():
            shown = [_without_texts(item, key, levels - 1) for item in value[:MOST_ITEMS]]
            return shown if len(value) <= MOST_ITEMS else [*shown, f"[{len(value)} items]"]
        case _:
            return value


def _as_it_is(data: bytes) -> str:
    text = data[:LONGEST].decode("utf-8", "replace")
    return text if len(data) <= LONGEST else f"{text} [{len(data)} bytes]"
