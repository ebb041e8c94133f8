"""Websockets to Google: the handshake, its refusals, and what a close frame may hold."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import WSMsgType, web

from proxy_core.upstream.google import NetworkFailure, open_connector
from proxy_core.upstream.live import (
    ABNORMAL,
    MOST_UNANSWERED,
    Closing,
    Frame,
    GoogleLive,
    NotSwitched,
)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
SETUP = Frame(WSMsgType.TEXT, b'{"setup":{}}')
HEADERS = (("x-goog-api-key", "made-up"),)


@asynccontextmanager
async def live(handler: Handler, silence_timeout_s: float = 5.0) -> AsyncIterator[GoogleLive]:
    """Our side, with `handler` as Google."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    connector = open_connector()
    upstream = GoogleLive(
        connector,
        user_agent="pollux/test",
        connect_timeout_s=5.0,
        silence_timeout_s=silence_timeout_s,
        base_url=f"http://127.0.0.1:{runner.addresses[0][1]}",
    )
    try:
        async with asyncio.timeout(10):
            yield upstream
    finally:
        await upstream.close()
        await connector.close()
        await runner.cleanup()


async def prepared(request: web.BaseRequest) -> web.WebSocketResponse:
    websocket = web.WebSocketResponse(autoclose=False, autoping=False)
    await websocket.prepare(request)
    assert (await websocket.receive()).data == SETUP.data.decode()
    return websocket


async def test_the_setup_is_sent_and_the_first_message_comes_back() -> None:
    async def google(request: web.BaseRequest) -> web.StreamResponse:
        assert request.headers["User-Agent"] == "pollux/test"
        assert "Sec-WebSocket-Extensions" not in request.headers
        websocket = await prepared(request)
        await websocket.ping(b"are you there")
        assert (await websocket.receive()).type is WSMsgType.PONG
        await websocket.send_bytes(b"yes")
        assert (await websocket.receive()).data == 1000
        await websocket.close()
        return websocket

    async with live(google) as upstream:
        socket, first = await upstream.connect("/ws", HEADERS, SETUP)
        assert first == Frame(WSMsgType.BINARY, b"yes")
        await socket.close(Closing(1000))


async def test_a_refused_handshake_keeps_what_google_said() -> None:
    async def google(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=429, text="too much", headers={"Retry-After": "7"})

    async with live(google) as upstream:
        with pytest.raises(NotSwitched) as refused:
            await upstream.connect("/ws", HEADERS, SETUP)
    answer = refused.value
    assert (answer.status, answer.body, answer.headers["Retry-After"]) == (429, b"too much", "7")


async def test_a_redirect_is_a_refusal_and_takes_no_credential_elsewhere() -> None:
    seen: list[str] = []

    async def google(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with live(google) as upstream:
        with pytest.raises(NotSwitched):
            await upstream.connect("/ws", HEADERS, SETUP)
    assert seen == ["/ws"]


async def test_a_close_instead_of_an_answer_is_told() -> None:
    async def google(request: web.BaseRequest) -> web.StreamResponse:
        websocket = await prepared(request)
        await websocket.close(code=1011, message=b"quota")
        return websocket

    async with live(google) as upstream:
        socket, first = await upstream.connect("/ws", HEADERS, SETUP)
        assert first == Closing(1011, "quota")
        await socket.close(first)


async def test_a_google_that_says_nothing_is_given_up() -> None:
    async def google(request: web.BaseRequest) -> web.StreamResponse:
        websocket = await prepared(request)
        await websocket.receive()
        return websocket

    async with live(google, silence_timeout_s=0.05) as upstream:
        with pytest.raises(NetworkFailure):
            await upstream.connect("/ws", HEADERS, SETUP)


async def test_a_session_may_be_silent_for_longer_than_a_request() -> None:
    async def google(request: web.BaseRequest) -> web.StreamResponse:
        websocket = await prepared(request)
        await websocket.send_bytes(b"yes")
        await asyncio.sleep(0.2)  # what is looked for is that nothing happens meanwhile
        await websocket.send_bytes(b"still here")
        await websocket.receive()
        await websocket.close()
        return websocket

    async with live(google, silence_timeout_s=0.1) as upstream:
        socket, _ = await upstream.connect("/ws", HEADERS, SETUP)
        assert await socket.receive() == Frame(WSMsgType.BINARY, b"still here")
        await socket.close(Closing(1000))


async def test_nobody_there_is_a_failure_of_the_network() -> None:
    failures: list[bool] = []
    connector = open_connector()
    upstream = GoogleLive(
        connector,
        user_agent="pollux/test",
        connect_timeout_s=1.0,
        silence_timeout_s=1.0,
        base_url="http://127.0.0.1:1",
        on_failure=lambda: failures.append(True),
    )
    with pytest.raises(NetworkFailure):
        await upstream.connect("/ws", HEADERS, SETUP)
    await upstream.close()
    await connector.close()
    assert failures == [True]


@pytest.mark.parametrize("code", [0, 1005, 1006, 1015])
def test_codes_for_no_code_are_never_sent(code: int) -> None:
    assert Closing(code).sendable() == Closing(1000)


def test_a_reason_is_cut_between_characters() -> None:
    assert Closing(1011, "é" * 100).sendable() == Closing(1011, "é" * 61)


async def test_a_google_that_answers_no_ping_has_gone() -> None:
    pings: list[bytes] = []

    async def google(request: web.BaseRequest) -> web.StreamResponse:
        websocket = await prepared(request)
        await websocket.send_bytes(b"yes")
        while (message := await websocket.receive()).type is WSMsgType.PING:
            pings.append(message.data)
        await websocket.close()
        return websocket

    async with live(google, silence_timeout_s=0.05) as upstream:
        socket, _ = await upstream.connect("/ws", HEADERS, SETUP)
        assert await socket.receive() == Closing(ABNORMAL)
        assert len(pings) == MOST_UNANSWERED
        await socket.close(Closing(1001))


async def test_a_google_that_answers_pings_may_be_silent() -> None:
    async def google(request: web.BaseRequest) -> web.StreamResponse:
        websocket = await prepared(request)
        await websocket.send_bytes(b"yes")
        for _ in range(2 * MOST_UNANSWERED):
            message = await websocket.receive()
            assert message.type is WSMsgType.PING
            await websocket.pong(message.data)
        await websocket.pong(b"the client's own")
        await websocket.receive()
        await websocket.close()
        return websocket

    async with live(google, silence_timeout_s=0.1) as upstream:
        socket, _ = await upstream.connect("/ws", HEADERS, SETUP)
        assert await socket.receive() == Frame(WSMsgType.PONG, b"the client's own")
        await socket.close(Closing(1000))
