"""Live sessions through the front door, with a websocket client that does nothing by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import WSMsgType, web

from proxy_core.server.live import NOT_LIVE
from proxy_core.simulator import Reply
from tests.fakes.pollux import TOKEN, pollux
from tests.fakes.site import Site, open_site, until
from tests.server import raw

PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
MODEL = "models/gemini-3.8-live"
SETUP = {"setup": {"model": MODEL, "generationConfig": {"responseModalities": ["TEXT"]}}}
KEY = f"?key={TOKEN}"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@asynccontextmanager
async def connected(
    site: Site, path: str = PATH + KEY, **more: Any
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        asyncio.timeout(raw.PATIENCE_S),
        aiohttp.ClientSession(site.pollux.url) as session,
        session.ws_connect(path, autoping=False, autoclose=False, **more) as websocket,
    ):
        yield websocket


async def hear(websocket: aiohttp.ClientWebSocketResponse) -> Any:
    message = await websocket.receive()
    assert message.type is WSMsgType.BINARY, message
    return orjson.loads(message.data)


async def set_up(websocket: aiohttp.ClientWebSocketResponse, **more: Any) -> None:
    await websocket.send_json({"setup": {**SETUP["setup"], **more}})
    assert await hear(websocket) == {"setupComplete": {}}


def says(text: str) -> dict[str, Any]:
    turn = {"role": "user", "parts": [{"text": text}]}
    return {"clientContent": {"turns": [turn], "turnComplete": True}}


async def test_a_session_is_answered_and_told_of_in_one_event(site: Site) -> None:
    async with connected(site) as websocket:
        await set_up(websocket)
        await websocket.send_json(says("hello"))
        part = (await hear(websocket))["serverContent"]["modelTurn"]["parts"][0]
        assert part == {"text": "You said: hello"}
        await hear(websocket)
        assert (await hear(websocket))["serverContent"] == {"turnComplete": True}
        await websocket.close()
    await until(lambda: site.ended)
    (ended,) = site.ended
    assert (ended.action, ended.model, ended.status) == ("bidiGenerateContent", MODEL[7:], 101)
    assert ended.tokens is not None
    assert ended.tokens.output == 3
    assert [attempt.outcome for attempt in ended.attempts] == ["ok"]
    assert ended.error is None
    assert site.in_flight() == 0


FORMS = (
    PATH,
    f"/{PATH}",
    f"/v1beta{PATH}",
    f"/v1{PATH}",
    PATH.replace("v1beta", "v1"),
    PATH.replace("v1beta", "v1alpha"),
)


@pytest.mark.parametrize("path", FORMS)
async def test_every_form_of_the_address_that_clients_make_leads_there(
    site: Site, path: str
) -> None:
    async with connected(site, site.pollux.url + path + KEY) as websocket:
        await set_up(websocket)
    sent = site.world.requests[-1]
    assert sent.path == PATH.replace("v1beta", "v1alpha" if "v1alpha" in path else "v1beta")


VERTEX = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent"
IN_PROJECT = "projects/not-ours/locations/us-central1/publishers/google/models/gemini-3.8-live"


@pytest.mark.parametrize("path", [VERTEX, f"/{VERTEX}", VERTEX.replace("v1beta1", "v1")])
@pytest.mark.parametrize("model", [IN_PROJECT, "publishers/google/models/gemini-3.8-live"])
async def test_clients_in_vertex_mode_hold_a_session_of_the_gemini_api(
    site: Site, path: str, model: str
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with connected(site, site.pollux.url + path, headers=headers) as websocket:
        await set_up(websocket, model=model, labels={"team": "a"})
        await websocket.send_json(says("hello"))
        messages = [await hear(websocket) for _ in range(3)]
        await websocket.close()
    usage = messages[-1]["usageMetadata"]
    assert usage["candidatesTokenCount"] == 3
    assert "responseTokenCount" not in usage
    sent = site.world.requests[-1]
    assert sent.path == PATH
    assert orjson.loads(sent.messages[0]) == SETUP
    await until(lambda: site.ended)
    assert site.ended[0].model == MODEL[7:]
    assert site.ended[0].tokens is not None
    assert site.ended[0].tokens.output == 3


async def test_vertex_paths_of_live_sessions_need_the_token_too(site: Site) -> None:
    answer = await refusal(site, VERTEX, auth=b"")
    assert (answer.status, answer.json["error"]["status"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "headers",
    [{"x-goog-api-key": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, {"x-api-key": TOKEN}],
)
async def test_google_gets_one_credential_and_never_the_clients(
    site: Site, headers: dict[str, str]
) -> None:
    async with connected(site, PATH, headers={**headers, "Cookie": "a=b"}) as websocket:
        await set_up(websocket)
    sent = site.world.requests[-1]
    assert (sent.headers.get("x-goog-api-key"), sent.headers.get("Authorization")) == (
        site.key,
        None,
    )
    assert not sent.query
    assert TOKEN not in str(sent.headers)
    assert "Cookie" not in sent.headers
    assert sent.headers["User-Agent"].startswith("pollux/")


async def refusal(site: Site, path: str, **more: Any) -> raw.RawAnswer:
    upgrade = (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )
    return await site.send(path, head=upgrade, **more)


async def test_a_wrong_token_is_refused_before_anything_is_accepted(site: Site) -> None:
    answer = await refusal(site, PATH, auth=b"Authorization: Bearer wrong\r\n")
    assert (answer.status, answer.json["error"]["status"]) == (401, "UNAUTHENTICATED")


async def test_an_unknown_host_is_refused(site: Site) -> None:
    answer = await refusal(site, PATH, host=b"Host: elsewhere.example\r\n")
    assert answer.status == 403


async def test_a_page_of_another_origin_is_refused_even_with_the_token(site: Site) -> None:
    answer = await refusal(site, PATH + KEY, auth=b"Origin: https://evil.example\r\n")
    assert (answer.status, answer.json["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert "CORS_ALLOWED_ORIGINS" in answer.json["error"]["message"]
    async with connected(site, headers={"Origin": site.pollux.url}) as websocket:
        await set_up(websocket)


async def test_ephemeral_tokens_are_refused_with_a_reason(site: Site) -> None:
    path = PATH + "Constrained"
    answer = await refusal(site, path, auth=b"Authorization: Token auth_tokens/x\r\n")
    assert answer.status == 403
    assert "ephemeral" in answer.json["error"]["message"]


async def test_a_request_that_asks_for_no_websocket_is_told(site: Site) -> None:
    answer = await site.send(PATH)
    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert (await site.send(PATH, body=b"{}")).status == 405


MISTAKES = {
    "no JSON": b"{",
    "no object": b"[1]",
    "no setup": b'{"clientContent": {}}',
    "no model": b'{"setup": {}}',
    "a model of another kind": b'{"setup": {"model": ["models/x"]}}',
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("message", MISTAKES.values(), ids=MISTAKES)
async def test_a_first_message_that_is_no_setup_ends_it(site: Site, message: bytes) -> None:
    async with connected(site) as websocket:
        await websocket.send_bytes(message)
        told = await websocket.receive()
        assert (told.type, told.data) == (WSMsgType.CLOSE, 1007)
        assert told.extra
    await until(lambda: site.ended)
    assert (site.ended[0].status, site.ended[0].error) == (400, "bad_request")
    assert not [each for each in site.world.requests if each.action == "bidiGenerateContent"]


async def test_a_name_that_no_model_has_ends_it(site: Site) -> None:
    async with connected(site) as websocket:
        await websocket.send_bytes(b'{"setup": {"model": "models/../x"}}')
        told = await websocket.receive()
        assert (told.type, told.data) == (WSMsgType.CLOSE, 1008)
    await until(lambda: site.ended)
    assert (site.ended[0].status, site.ended[0].error) == (404, "model_not_found")


async def test_a_model_without_live_sessions_is_told_with_one_that_has_them(site: Site) -> None:
    async with connected(site) as websocket:
        await websocket.send_bytes(b'{"setup": {"model": "models/gemini-99"}}')
        told = await websocket.receive()
        assert (told.type, told.data) == (WSMsgType.CLOSE, 1008)
        assert told.extra == NOT_LIVE.format("gemini-99")


async def test_a_client_that_leaves_without_a_word_is_no_failure(site: Site) -> None:
    async with connected(site) as websocket:
        await websocket.close()
    await until(lambda: site.ended)
    assert site.ended[0].error is None


async def test_a_setup_too_large_is_refused(site: Site) -> None:
    async with connected(site) as websocket:
        connection = websocket._response.connection
        assert connection is not None
        assert connection.transport is not None
        size = ((64 << 20) + 1).to_bytes(8)
        connection.transport.write(b"\x81\xff" + size + b"mask" + b"x")
        told = await websocket.receive()
        assert (told.type, told.data) == (WSMsgType.CLOSE, 1009)


@pytest.mark.parametrize("asked", [False, True])
async def test_a_stop_tells_those_at_once_whose_session_has_not_begun(
    site: Site, asked: bool
) -> None:
    go = asyncio.Event()
    site.world.script(Reply.wait(go), action="bidiGenerateContent")
    async with connected(site) as websocket:
        if asked:
            await websocket.send_json(SETUP)
            await until(site.in_flight)
        else:
            arriving = site.pollux.engine._parts.door._services.arriving
            await until(lambda: arriving)
        site.pollux.engine.close_door()
        told = await websocket.receive()
        assert (told.type, told.data, told.extra) == (WSMsgType.CLOSE, 1001, "Pollux is stopping.")
        await websocket.close()
        await until(lambda: not site.in_flight())
    go.set()


async def test_messages_that_come_before_the_answer_to_the_setup_are_not_lost(site: Site) -> None:
    go = asyncio.Event()
    site.world.script(Reply.wait(go), action="bidiGenerateContent")
    async with connected(site) as websocket:
        await websocket.send_json(SETUP)
        await websocket.ping(b"there?")
        assert (await websocket.receive()).type is WSMsgType.PONG
        await websocket.send_json(says("one"))
        await websocket.send_json(says("two"))
        await site.world.until(lambda: site.world.requests and site.world.requests[-1].messages)
        go.set()
        texts = [await hear(websocket) for _ in range(7)]
    said = [text["serverContent"]["modelTurn"]["parts"][0]["text"] for text in (texts[1], texts[4])]
    assert said == ["You said: one", "You said: two"]


# -- a Google that only repeats what it gets ---------------------------------------------------


@asynccontextmanager
async def echoing(
    serve: Callable[[web.WebSocketResponse], Awaitable[object]],
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A client's websocket, set up, with `serve` at the other end of Pollux."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        websocket = web.WebSocketResponse(autoping=False, autoclose=False, max_msg_size=0)
        await websocket.prepare(request)
        await websocket.receive()
        await websocket.send_str('{"setupComplete":{}}')
        await serve(websocket)
        return websocket

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    google_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    key = {"type": "api_key", "key": "AIzaMadeUp", "label": "home", "project_id": "home"}
    try:
        async with (
            asyncio.timeout(raw.PATIENCE_S),
            pollux(google_url, [key]) as running,
            aiohttp.ClientSession(running.url) as session,
            session.ws_connect(
                PATH + KEY, autoping=False, autoclose=False, max_msg_size=0
            ) as websocket,
        ):
            await websocket.send_json(SETUP)
            first = await websocket.receive()
            assert (first.type, first.data) == (WSMsgType.TEXT, '{"setupComplete":{}}')
            yield websocket
    finally:
        await runner.cleanup()


async def repeat(websocket: web.WebSocketResponse) -> None:
    while (message := await websocket.receive()).type in (
        WSMsgType.TEXT,
        WSMsgType.BINARY,
        WSMsgType.PING,
    ):
        data = message.data.encode() if isinstance(message.data, str) else message.data
        await websocket.send_frame(data, message.type)


async def test_texts_bytes_and_pings_go_both_ways_as_they_are_and_in_order() -> None:
    frames = [
        (WSMsgType.TEXT, '{"a":  1, "é": "\u2028"}'.encode()),
        (WSMsgType.BINARY, bytes(range(256)) * 20_000),
        (WSMsgType.PING, b"beat"),
        (WSMsgType.TEXT, b""),
        (WSMsgType.BINARY, b"\x00"),
    ]
    async with echoing(repeat) as websocket:
        for kind, data in frames:
            await websocket.send_frame(data, kind)
        for kind, data in frames:
            message = await websocket.receive()
            told = message.data.encode() if isinstance(message.data, str) else message.data
            assert (message.type, told) == (kind, data)


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, ""), (1001, "going"), (1008, "not this"), (4999, "é" * 61)]
)
async def test_google_ends_it_in_its_own_words(code: int, reason: str) -> None:
    echoed: list[int | None] = []

    async def leave(websocket: web.WebSocketResponse) -> None:
        await websocket.send_bytes(b"last")
        await websocket.close(code=code, message=reason.encode())
        echoed.append(websocket.close_code)

    async with echoing(leave) as websocket:
        assert (await websocket.receive()).data == b"last"
        told = await websocket.receive()
        assert (told.type, told.data, told.extra) == (WSMsgType.CLOSE, code, reason)
        await until(lambda: echoed)
    assert echoed == [code]


async def test_googles_words_about_our_credential_are_no_clients_business() -> None:
    async def revoke(websocket: web.WebSocketResponse) -> None:
        await websocket.close(code=1008, message=b"API key expired. Please renew the API key.")

    async with echoing(revoke) as websocket:
        told = await websocket.receive()
        assert (told.type, told.data) == (WSMsgType.CLOSE, 1011)
        assert told.extra is not None
        assert told.extra.startswith("Google refused the credential that was used")


async def test_the_client_ends_it_in_its_own_words() -> None:
    heard: list[aiohttp.WSMessage] = []

    async def listen(websocket: web.WebSocketResponse) -> None:
        heard.append(await websocket.receive())
        await websocket.close()

    async with echoing(listen) as websocket:
        await websocket.close(code=4242, message=b"enough")
        await until(lambda: heard)
    assert (heard[0].type, heard[0].data, heard[0].extra) == (WSMsgType.CLOSE, 4242, "enough")


async def test_a_google_that_vanishes_is_told_as_a_failure() -> None:
    async def vanish(websocket: web.WebSocketResponse) -> None:
        assert websocket._req is not None
        assert websocket._req.transport is not None
        websocket._req.transport.abort()

    async with echoing(vanish) as websocket:
        told = await websocket.receive()
        assert (told.type, told.data) == (WSMsgType.CLOSE, 1011)


async def test_who_reads_slowly_slows_the_other_side() -> None:
    sent = 0
    piece, pieces = b"x" * (1 << 20), 200

    async def flood(websocket: web.WebSocketResponse) -> None:
        nonlocal sent
        for _ in range(pieces):
            await websocket.send_bytes(piece)
            sent += 1
        await websocket.receive()

    async with echoing(flood) as websocket:
        before = -1
        while before != sent:  # until nothing moves any more
            before = sent
            for _ in range(2_000):
                await asyncio.sleep(0)
        assert 0 < sent < pieces // 2
        for _ in range(pieces):
            assert len((await websocket.receive()).data) == len(piece)
        assert sent == pieces
