"""Request bodies that are sent as they arrive."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp.connector import Connection

from proxy_core.upstream.body_stream import BodyBroken, BodyStream
from proxy_core.upstream.google import GoogleAnswer, GoogleUpstream, NetworkFailure, open_connector

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
REFUSED = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def upstream(serve: Serve) -> AsyncIterator[GoogleUpstream]:
    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    connector = open_connector()
    server = await asyncio.start_server(served, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield GoogleUpstream(
            connector,
            user_agent="pollux/test",
            connect_timeout_s=5,
            silence_timeout_s=5,
            base_url=f"http://127.0.0.1:{port}",
        )
        await connector.close()


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        await asyncio.sleep(0)
        yield piece


async def test_a_known_length_is_announced_and_the_connection_is_kept() -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            assert await reader.readexactly(6) == b"abcdef"
            writer.write(OK)

    async with upstream(serve) as sender:
        for _ in range(2):
            answer = await sender.send("POST", "/x", (), BodyStream(pieces(b"abc", b"def"), 6))
            assert await answer.readany() == b"{}"
            answer.release()
    assert all(b"Content-Length: 6\r\n" in head for head in heads)


async def test_an_unknown_length_goes_out_in_chunks() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"Transfer-Encoding: chunked" in await reader.readuntil(b"\r\n\r\n")
        assert await reader.readuntil(b"0\r\n\r\n") == b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
        writer.write(OK)

    async with upstream(serve) as sender:
        answer = await sender.send("POST", "/x", (), BodyStream(pieces(b"abc", b"d")))
        assert answer.status == 200
        answer.release()


async def test_an_answer_before_the_end_of_the_body_counts() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REFUSED)
        await writer.drain()
        await reader.read()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield bytes(65_536)

    async with upstream(serve) as sender:
        answer = await sender.send("POST", "/x", (), BodyStream(endless(), 1 << 40))
        assert answer.status == 413
        answer.release()


async def test_a_body_that_breaks_ends_the_request() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"0\r\n\r\n")
        finally:
            ended.set()

    async def breaking() -> AsyncIterator[bytes]:
        yield b"abc"
        raise BodyBroken("gone")

    async with upstream(serve) as sender:
        with pytest.raises(BodyBroken, match="gone"):
            await sender.send("POST", "/x", (), BodyStream(breaking()))
        await asyncio.wait_for(ended.wait(), 5)
        with pytest.raises(BodyBroken, match="length"):
            await sender.send("POST", "/x", (), BodyStream(pieces(b"abc"), 6))


async def test_a_connection_that_breaks_under_the_body_is_a_failure_of_the_network() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0)
            yield bytes(65_536)

    async with upstream(serve) as sender:
        with pytest.raises(NetworkFailure):
            await sender.send("POST", "/x", (), BodyStream(endless(), 1 << 40))


class Line:
    """As much of a connection as silence is about."""

    def __init__(self) -> None:
        self.transport = self
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


def test_who_takes_bytes_is_not_silent_and_who_takes_none_is() -> None:
    line = Line()
    answer = GoogleAnswer(cast("Connection", line), lambda _: None)
    for now in range(0, 100, 8):
        answer.sent_bytes += 1
        answer.listen(float(now), 10.0)
    assert not line.aborted
    answer.listen(105.0, 10.0)
    assert not line.aborted
    answer.listen(107.0, 10.0)
    assert line.aborted
