"""Streamed answers: when the head goes out, and what fills a silence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from proxy_core.server.outflow import Outflow, Pace
from tests.server import raw

Play = Callable[[Outflow], Awaitable[None]]
PATIENT = Pace(head_after_s=60, keep_alive_s=60)
HASTY = Pace(head_after_s=0.01, keep_alive_s=0.01)


@asynccontextmanager
async def server(play: Play, pace: Pace) -> AsyncIterator[str]:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        out = Outflow(
            request,
            content_type="text/event-stream",
            keep_alive=b": alive\n\n",
            headers=lambda: {"x-request-id": "some-id"},
            pace=pace,
        )
        try:
            await play(out)
            return await out.end()
        finally:
            out.close()

    runner = web.ServerRunner(web.Server(handle, handler_cancellation=True), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_head_waits_for_the_first_frame() -> None:
    started: list[bool] = []

    async def play(out: Outflow) -> None:
        started.append(out.started)
        await out.write(b"data: 1\n\n")
        started.append(out.started)
        await out.write(b"")
        await out.write(b"data: 2\n\n")

    async with server(play, PATIENT) as url:
        answer = await raw.send(url, raw.request("/", head=b"Connection: close\r\n"))
    assert started == [False, True]
    assert answer.headers["x-request-id"] == "some-id"
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.body.count(b"data: ") == 2
    assert b"alive" not in answer.body


async def test_a_silence_sends_the_head_and_is_filled() -> None:
    go_on = asyncio.Event()

    async def play(out: Outflow) -> None:
        await go_on.wait()
        assert out.started
        await out.write(b"data: 1\n\n")

    async with server(play, HASTY) as url:
        reader, writer = await raw.connect(url)
        writer.write(raw.request("/", head=b"Connection: close\r\n"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"200" in head.splitlines()[0]
        for _ in range(3):
            await reader.readuntil(b": alive\n\n")
        go_on.set()
        assert b"data: 1\n\n" in await reader.read()
        writer.close()


async def test_a_client_that_left_during_a_silence_breaks_nothing() -> None:
    left = asyncio.Event()

    async def play(out: Outflow) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            left.set()
            raise

    async with server(play, HASTY) as url:
        reader, writer = await raw.connect(url)
        writer.write(raw.request("/"))
        await reader.readuntil(b": alive\n\n")
        writer.transport.abort()
        async with asyncio.timeout(raw.PATIENCE_S):
            await left.wait()
