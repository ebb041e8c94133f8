"""Bytes of a stream's events: `event:` and `data:` lines, numbered from 0.

The SDKs go by `type` in the data; other parsers need the `event:` line. Text makes up nearly
all events, so what is constant in its deltas is encoded once for an item.
"""

import orjson

from proxy_core.dialects.openai_events import typed_event
from proxy_core.gemini.wire import JsonObject


class Events:
    """The events of one stream. Per exchange."""

    __slots__ = ("_number",)

    def __init__(self) -> None:
        self._number = 0

    def event(self, kind: str, **fields: object) -> bytes:
        number = self._number
        self._number = number + 1
        return typed_event(kind, {"sequence_number": number, **fields})

    def response(self, kind: str, response: bytes) -> bytes:
        """response: the response object, encoded."""
        return self.event(kind, response=orjson.Fragment(response))

    def delta(self, head: bytes, text: str) -> bytes:
        """head: what `delta_head` gave."""
        number = self._number
        self._number = number + 1
        return b'%b,"sequence_number":%d,"delta":%b}\n\n' % (head, number, orjson.dumps(text))


def delta_head(kind: str, fields: JsonObject) -> bytes:
    return b"event: %b\ndata: %b" % (kind.encode(), orjson.dumps({"type": kind, **fields})[:-1])


class SilentEvents(Events):
    """Events of a whole answer: there are none."""

    __slots__ = ()

    def event(self, kind: str, **fields: object) -> bytes:  # noqa: ARG002
        return b""

    def response(self, kind: str, response: bytes) -> bytes:  # noqa: ARG002
        return b""

    def delta(self, head: bytes, text: str) -> bytes:  # noqa: ARG002
        return b""
