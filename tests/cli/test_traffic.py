"""The sample requests of a demo that is watched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import orjson
from aiohttp import web

from proxy_core.cli.traffic import BURST, CLIENTS, MODELS, PACE_S, Traffic
from tests.fakes.clock import FakeClock
from tests.fakes.site import until


class Listener:
    """Answers everything with 503; keeps path, client and body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, object]]] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        body = orjson.loads(await request.read())
        self.asked.append((request.raw_path, request.headers["User-Agent"], body))
        return web.Response(status=503)


@asynccontextmanager
async def serving(listener: Listener) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(listener.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_burst_is_followed_by_a_gentle_flow_of_varied_requests() -> None:
    listener, clock = Listener(), FakeClock()
    async with serving(listener) as url:
        traffic = Traffic(url, "made-up", clock)
        running = asyncio.create_task(traffic.run())
        began = clock.monotonic()
        await flow(listener, clock, BURST)
        assert clock.monotonic() - began < 3.5
        began = clock.monotonic()
        await flow(listener, clock, BURST + 10)
        assert 10 * PACE_S * 0.5 <= clock.monotonic() - began <= 10 * PACE_S * 1.5
        running.cancel()
        await asyncio.wait([running])
    assert {agent for _, agent, _ in listener.asked} == {one.user_agent for one in CLIENTS}
    chat = [body for path, _, body in listener.asked if path == "/v1/chat/completions"]
    assert {str(body["model"]) for body in chat} == set(MODELS)
    assert {path for path, _, _ in listener.asked if ":" not in path} == {
        "/v1/chat/completions",
        "/v1/messages",
        "/v1/responses",
    }
    assert {path.rpartition(":")[2] for path, _, _ in listener.asked if ":" in path} == {
        "generateContent",
        "streamGenerateContent?alt=sse",
    }


def has_come(listener: Listener, number: int) -> bool:
    return len(listener.asked) > number


async def flow(listener: Listener, clock: FakeClock, count: int) -> None:
    """Lets time pass until so many requests have come."""
    for number in range(len(listener.asked), count):
        if number:
            await until(lambda: clock.next_due() is not None)
            clock.advance(clock.next_due() or 0.0)
        await until(partial(has_come, listener, number))
