"""An HTTP/1.1 client that costs little, and the requests it sends, made beforehand as bytes.

Not here: when and how many are sent (`load`).
"""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import cast

import orjson

from tests.bench.bare import BEARER_TOKEN
from tests.bench.upstream import MODEL, ask

_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SERIAL = re.compile(rb"~(\d{4})~")
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_SILENCE_S = 60.0


class BadAnswer(Exception):
    """A proxy answered with something other than what was asked for, or not at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    first_event_s: float
    "From the last byte asked to the first event read; 0 for what is no stream."
    total_s: float

    def is_whole(self, events: int) -> bool:
        """Whether it is a success with exactly so many events in their order."""
        serials = [int(number) for number in _SERIAL.findall(self.body)]
        return self.status == 200 and serials == list(range(events))

    def checked(self, events: int) -> "Answer":
        if not self.is_whole(events):
            raise BadAnswer(f"status {self.status}, not {events} events: {self.body[-300:]!r}")
        return self


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._head_end = -1
        self._size: int | None = None
        "Of head and body; None when the body comes in chunks."
        self._sent_at = 0.0
        self._first_at = 0.0
        self._first: asyncio.Future[float] | None = None
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, port: int) -> "Connection":
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    async def send(self, request: bytes) -> Answer:
        self._begin(request)
        assert self._answer is not None
        return await asyncio.wait_for(self._answer, _SILENCE_S)

    async def send_and_hang_up(self, request: bytes) -> float:
        """Hang up at the first event; returns when (time.monotonic)."""
        self._begin(request)
        self._first = asyncio.get_running_loop().create_future()
        await asyncio.wait_for(self._first, _SILENCE_S)
        self._answer = None
        self._transport.abort()
        return time.monotonic()

    @property
    def closed(self) -> bool:
        """Whether the other side ended it, as servers do with idle ones."""
        return self._transport.is_closing()

    def close(self) -> None:
        self._answer = None
        self._transport.close()

    def _begin(self, request: bytes) -> None:
        self._answer = asyncio.get_running_loop().create_future()
        self._head_end, self._size, self._first_at = -1, None, 0.0
        self._received.clear()
        self._sent_at = time.monotonic()
        self._transport.write(request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # By cast: uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self._answer, self._first):
            if future is not None and not future.done():
                future.set_exception(BadAnswer("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._head_end < 0:
            self._read_head()
        if not self._first_at and b"data:" in data:
            self._first_at = time.monotonic()
            if self._first is not None and not self._first.done():
                self._first.set_result(self._first_at)
        if self._answer is not None and not self._answer.done() and self._is_complete():
            self._answer.set_result(self._read_answer())

    def _read_head(self) -> None:
        self._head_end = self._received.find(b"\r\n\r\n")
        length = _CONTENT_LENGTH.search(self._received, 0, max(self._head_end, 0))
        if length:
            self._size = self._head_end + 4 + int(length[1])

    def _is_complete(self) -> bool:
        if self._head_end < 0:
            return False
        if self._size is not None:
            return len(self._received) >= self._size
        return self._received.endswith(_LAST_CHUNK)

    def _read_answer(self) -> Answer:
        body = bytes(self._received[self._head_end + 4 :])
        return Answer(
            status=int(self._received[9:12]),
            body=body if self._size is not None else _unchunk(body),
            first_event_s=max(self._first_at - self._sent_at, 0.0),
            total_s=time.monotonic() - self._sent_at,
        )


def _unchunk(body: bytes) -> bytes:
    pieces: list[bytes] = []
    start = 0
    while True:
        line_end = body.index(b"\r\n", start)
        size = int(body[start:line_end], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(body[line_end + 2 : line_end + 2 + size])
        start = line_end + 2 + size + 2


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, payload: object) -> bytes:
    body = orjson.dumps(payload)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {BEARER_TOKEN}\r\nAccept: */*\r\nUser-Agent: bench\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def native(prompt: str) -> bytes:
    return post(f"/v1beta/models/{MODEL}:generateContent", _native_body(prompt))


def native_stream(prompt: str) -> bytes:
    return post(f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse", _native_body(prompt))


def _native_body(prompt: str) -> object:
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}


def chat(*messages: dict[str, object], stream: bool = False) -> bytes:
    payload: dict[str, object] = {"model": MODEL, "messages": messages, "max_tokens": 4096}
    if stream:
        payload["stream"] = True
    return post("/v1/chat/completions", payload)


def chat_text(prompt: str, *, stream: bool = False) -> bytes:
    return chat({"role": "user", "content": prompt}, stream=stream)


def filled(size_bytes: int) -> str:
    """A prompt of that size.

    It asks for its reply as one event where a proxy makes a whole answer out of a stream, so that
    the reply has the same bytes either way.
    """
    return ask(1).ljust(size_bytes, "y")
