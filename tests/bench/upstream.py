"""A stub of Google that costs next to nothing, so that what is measured is the proxy before it.

One small HTTP/1.1 protocol of our own: no framework, replies made before they are asked for. What
a stream looks like is told by a mark in the prompt (`ask`), which every proxy passes on untouched.
Not here: anything that refuses or fails; `tests/fakes` has the strict Google.

`python -m tests.bench.upstream PORT` serves. `GET /aborts` tells when which stream was hung up on.
"""

import asyncio
import random
import re
import sys
import time
from functools import lru_cache
from typing import cast

import orjson
import uvloop

MODEL = "gemini-3.6-flash"

TEXT_BYTES = 150
"Of one event; with its envelope an event has about 400 bytes."
WHOLE_TEXT_BYTES = 700
"Makes a reply of 1 KB with its envelope, whether whole or as a stream of one event."

_ASKED = re.compile(rb"\[bench events=(\d+) every_ms=(\d+) name=([\w-]+)\]")
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

# What Google sends with every reply; a proxy has to read and drop it.
_HEADERS = (
    b"vary: Origin\r\nvary: X-Origin\r\nvary: Referer\r\n"
    b"date: Mon, 23 Nov 2026 07:00:00 GMT\r\nserver: scaffolding on HTTPServer2\r\n"
    b"x-xss-protection: 0\r\nx-frame-options: SAMEORIGIN\r\nx-content-type-options: nosniff\r\n"
    b"server-timing: gfet4t7; dur=7\r\n"
)
_JSON_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\n"
    + _HEADERS
    + b"content-length: %d\r\n\r\n"
)
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-disposition: attachment\r\n"
    + _HEADERS
    + b"transfer-encoding: chunked\r\n\r\n"
)
_STREAM_END = b"0\r\n\r\n"


def ask(events: int, every_ms: int = 0, name: str = "-") -> str:
    """The mark that makes a stream of so many events, one each so many milliseconds.

    every_ms=0 sends all at once. name: under which an abort is reported.
    """
    return f"[bench events={events} every_ms={every_ms} name={name}]"


def serial(number: int) -> str:
    """What the text of an event starts with, so that a lost one is seen."""
    return f"~{number:04d}~"


def _reply(text: str, *, last: bool) -> bytes:
    candidate: dict[str, object] = {
        "content": {"parts": [{"text": text}], "role": "model"},
        "index": 0,
    }
    if last:
        candidate["finishReason"] = "STOP"
    prompt, answer = 250, 180
    return orjson.dumps(
        {
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": prompt,
                "candidatesTokenCount": answer,
                "totalTokenCount": prompt + answer,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
            },
            "modelVersion": MODEL,
            "responseId": "bG9jYWwtYmVuY2htYXJr",
        }
    )


@lru_cache
def _events(count: int) -> list[bytes]:
    """The stream's events, each as one HTTP chunk."""
    size = TEXT_BYTES if count > 1 else WHOLE_TEXT_BYTES
    chunks = []
    for number in range(count):
        text = serial(number).ljust(size, "x")
        event = b"data: " + _reply(text, last=number == count - 1) + b"\r\n\r\n"
        chunks.append(b"%x\r\n%b\r\n" % (len(event), event))
    return chunks


def _json(body: bytes) -> bytes:
    return _JSON_HEAD % len(body) + body


_WHOLE = _json(_reply(serial(0).ljust(WHOLE_TEXT_BYTES, "x"), last=True))
_MODELS = _json(
    orjson.dumps(
        {
            "models": [
                {
                    "name": f"models/{MODEL}",
                    "supportedGenerationMethods": ["generateContent", "countTokens"],
                }
            ]
        }
    )
)


class StubGoogle(asyncio.Protocol):
    """One connection of a proxy."""

    def __init__(self, aborts: dict[str, float]) -> None:
        self._aborts = aborts
        self._received = bytearray()
        self._transport: asyncio.Transport
        self._waiting: list[bytes] = []
        "Events of the running stream still to be sent, the next one last."
        self._every_s = 0.0
        self._name = ""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # By cast: uvloop's transports do not inherit from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._waiting:
            self._aborts[self._name] = time.monotonic()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        length = _CONTENT_LENGTH.search(self._received, 0, head_end)
        if len(self._received) < head_end + 4 + (int(length[1]) if length else 0):
            return
        line = bytes(self._received[: self._received.find(b"\r\n")])
        mark = _ASKED.search(self._received, head_end)
        asked = mark.groups() if mark else (b"200", b"0", b"-")
        self._received.clear()
        self._answer(line, *asked)

    def _answer(self, line: bytes, events: bytes, every_ms: bytes, name: bytes) -> None:
        if b":streamGenerateContent" in line:
            self._start(int(events), int(every_ms) / 1000, name.decode())
        elif line.startswith(b"POST"):
            self._transport.write(_WHOLE)
        elif line.startswith(b"GET /aborts"):
            self._transport.write(_json(orjson.dumps(self._aborts)))
        else:
            self._transport.write(_MODELS)

    def _start(self, events: int, every_s: float, name: str) -> None:
        chunks = _events(events)
        if every_s == 0:
            self._transport.write(b"".join((_STREAM_HEAD, *chunks, _STREAM_END)))
            return
        self._waiting = chunks[:0:-1]
        self._every_s, self._name = every_s, name
        self._transport.write(_STREAM_HEAD + chunks[0])
        # Streams that began together shall not go on in step.
        self._later(random.uniform(0, every_s))

    def _later(self, delay_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._step)

    def _step(self) -> None:
        if self._waiting:
            self._transport.write(self._waiting.pop())
            self._later(self._every_s)
        else:
            self._transport.write(_STREAM_END)


async def listen(port: int) -> asyncio.Server:
    aborts: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: StubGoogle(aborts), "127.0.0.1", port, backlog=4096)


async def _serve(port: int) -> None:
    server = await listen(port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
