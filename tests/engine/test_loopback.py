import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from proxy_core.engine.end_pages import EndPage
from proxy_core.engine.loopback import Answer, LoopbackListener

RIGHT = "state=right&code=c"


async def answer(query: str) -> EndPage | None:
    return EndPage(200, b"the result") if query == RIGHT else None


@asynccontextmanager
async def listening(answer: Answer = answer) -> AsyncIterator[tuple[LoopbackListener, str]]:
    listener = LoopbackListener(answer)
    url = await listener.start()
    try:
        yield listener, url
    finally:
        await listener.close()


async def status_of(method: str, url: str) -> int:
    async with aiohttp.ClientSession() as session, session.request(method, url) as response:
        await response.read()
        return response.status


async def test_the_redirect_gets_the_page_with_its_headers() -> None:
    async with listening() as (_, url), aiohttp.ClientSession() as session:
        assert url.startswith("http://127.0.0.1:")
        async with session.get(f"{url}?{RIGHT}") as response:
            assert await response.read() == b"the result"
            assert "Content-Security-Policy" in response.headers
            assert response.headers["Content-Type"].startswith("text/html")


async def test_stray_requests_are_turned_away_and_end_nothing() -> None:
    async with listening() as (_, url):
        base = url.removesuffix("/oauth2/callback")
        assert await status_of("GET", f"{base}/favicon.ico") == 404
        assert await status_of("GET", f"{base}/") == 404
        assert await status_of("POST", f"{url}?{RIGHT}") == 404
        assert await status_of("GET", f"{url}?state=wrong&code=c") == 400
        assert await status_of("GET", url) == 400
        assert await status_of("GET", f"{url}?{RIGHT}") == 200


async def test_what_is_not_http_ends_nothing() -> None:
    async with listening() as (_, url):
        port = int(url.split(":")[2].split("/")[0])
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET " + b"x" * 70_000 + b"\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(garbage + b"\r\n\r\n")
            assert b" 200 " not in await reader.read(200)
            writer.close()
        assert await status_of("GET", f"{url}?{RIGHT}") == 200


async def test_the_browser_waits_for_the_true_result() -> None:
    result: asyncio.Future[EndPage] = asyncio.get_running_loop().create_future()
    asked = asyncio.Event()

    async def later(query: str) -> EndPage | None:
        asked.set()
        return await result

    async with listening(later) as (_, url):
        waiting = asyncio.create_task(status_of("GET", f"{url}?{RIGHT}"))
        await asked.wait()
        assert not waiting.done()
        result.set_result(EndPage(200, b"done"))
        assert await waiting == 200


async def test_a_page_on_its_way_arrives_while_the_listener_closes() -> None:
    async with listening() as (listener, url):
        closing: list[asyncio.Task[None]] = []

        async def last(query: str) -> EndPage | None:
            closing.append(asyncio.create_task(listener.close()))
            await asyncio.sleep(0)
            return EndPage(200, b"done")

        listener._answer = last
        assert await status_of("GET", f"{url}?{RIGHT}") == 200
        await closing[0]
        with pytest.raises(aiohttp.ClientConnectorError):
            await status_of("GET", f"{url}?{RIGHT}")


async def test_a_closed_listener_is_gone_and_may_be_closed_again() -> None:
    async with listening() as (listener, url):
        await listener.close()
        await listener.close()
        with pytest.raises(aiohttp.ClientConnectorError):
            await status_of("GET", url)
