"""Streams as Gemini frames them: server-sent events, or one JSON array piece by piece.

Source: google-genai reads both; its SSE reader takes an empty line for nothing and breaks on
comments, so silence is filled with empty lines.
"""

from typing import Protocol

import orjson

from proxy_core.dialects.gemini_native.errors import error_object
from proxy_core.errors import Problem
from proxy_core.gemini.stream import event_data


class Framing(Protocol):
    content_type: str
    keep_alive: bytes

    def frames(self, blocks: list[bytes]) -> bytes:
        """What to send for these SSE blocks of Google."""

    def end(self) -> bytes: ...

    def fail(self, problem: Problem) -> bytes: ...


class SseFraming:
    """Blocks go out as they came."""

    content_type = "text/event-stream"
    keep_alive = b"\r\n"

    def frames(self, blocks: list[bytes]) -> bytes:
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def end(self) -> bytes:
        return b""

    def fail(self, problem: Problem) -> bytes:
        return b"data: " + orjson.dumps({"error": error_object(problem)}) + b"\r\n\r\n"


class ArrayFraming:
    """One JSON array, its elements as they come."""

    content_type = "application/json"
    keep_alive = b"\n"

    def __init__(self) -> None:
        self._before = b"["

    def frames(self, blocks: list[bytes]) -> bytes:
        return b"".join(self._element(data) for block in blocks if (data := event_data(block)))

    def end(self) -> bytes:
        return b"]" if self._before != b"[" else b"[]"

    def fail(self, problem: Problem) -> bytes:
        return self._element(orjson.dumps({"error": error_object(problem)})) + b"]"

    def _element(self, data: bytes) -> bytes:
        before, self._before = self._before, b",\r\n"
        return before + data
