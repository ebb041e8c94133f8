"""Bytes over a socket, for what no HTTP client would send, and the answer taken apart."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson

from tests.fakes.pollux import TOKEN

PATIENCE_S = 10.0
AUTH = f"Authorization: Bearer {TOKEN}\r\n".encode()
HOST = b"Host: localhost\r\n"
CHAT = "/v1/chat/completions"
NATIVE = "/v1beta/models/gemini-3.8-flash:generateContent"


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    "Names in lower case."
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def content(self) -> bytes:
        """The body without the frames of its transfer; raises where these are broken."""
        if self.headers.get("transfer-encoding") != "chunked":
            return self.body
        content, rest = b"", self.body
        while rest != b"0\r\n\r\n":
            size, _, rest = rest.partition(b"\r\n")
            end = int(size, 16)
            content += rest[:end]
            assert rest[end : end + 2] == b"\r\n"
            rest = rest[end + 2 :]
        return content


def unchunked(answer: RawAnswer) -> bytes:
    """The body of an answer in chunks."""
    rest, body = answer.body, b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        body, rest = body + rest[:length], rest[length + 2 :]
    return body


def chat_body(text: str = "hi", **more: Any) -> bytes:
    messages = [{"role": "user", "content": text}]
    return orjson.dumps({"model": "gemini-3.8-flash", "messages": messages, **more})


def native_body(text: str = "hi") -> bytes:
    return orjson.dumps({"contents": [{"role": "user", "parts": [{"text": text}]}]})


def request(
    path: str | bytes,
    body: bytes | None = None,
    *,
    method: str = "",
    head: bytes = b"",
    auth: bytes = AUTH,
    host: bytes = HOST,
) -> bytes:
    """One request; a POST of JSON where there is a body."""
    target = path.encode() if isinstance(path, str) else path
    verb = (method or ("GET" if body is None else "POST")).encode()
    start = verb + b" " + target + b" HTTP/1.1\r\n" + host + auth + head
    if body is None:
        return start + b"\r\n"
    if b"Content-Type" not in head:
        start += b"Content-Type: application/json\r\n"
    return start + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def send(url: str, data: bytes) -> RawAnswer:
    """The first answer to these bytes, on a connection of their own."""
    reader, writer = await connect(url)
    try:
        writer.write(data)
        return await read_answer(reader, has_body=not data.startswith(b"HEAD"))
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> RawAnswer:
    """The next answer on a connection; one without a length reaches to the connection's end."""
    async with asyncio.timeout(PATIENCE_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])
        }
        status = int(head[0].split(" ")[1])
        if not has_body or status in (100, 204, 304):
            body = b""
        elif "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        else:
            body = await reader.read()
    return RawAnswer(status, headers, body)
