"""An alias that stands in a body: Live sessions, caches and interactions name their model there."""

import asyncio
from typing import Any

import orjson
import pytest
from aiohttp import WSMsgType

from proxy_core.simulator import Reply
from tests.scenarios.stage import Stage, stage

LIVE = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
FIRST, SECOND = "gemini-3.8-flash", "gemini-3.7-flash"
ALIASES = orjson.dumps(
    {
        "voice": ["gemini-9-live", "gemini-3.8-live"],
        "house": [f"models/{FIRST}", SECOND],
        "team/house": FIRST,
        "models/prefixed": FIRST,
    }
).decode()
NO_TIER = Reply.fault("limit_zero_429")


async def opened(on: Stage) -> None:
    on.key("home")
    await on.open(MODEL_ALIASES=ALIASES)


async def sent(on: Stage, path: str, body: bytes) -> tuple[int, list[bytes]]:
    """Status of the answer, and the bodies that reached Google."""
    assert on.session is not None
    headers = {"Content-Type": "application/json"}
    before = len(on.world.requests)
    async with on.session.post(path, data=body, headers=headers) as answer:
        await answer.read()
    return answer.status, [each.raw_body for each in on.world.requests[before:]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/v1beta/cachedContents",
            b'{"model": "models/house",  "contents":[{"role":"user","parts":[{"text":"house"}]}]}',
        ),
        ("/v1beta/interactions", b'{ "input": "models/house",\n "model": "house" }'),
    ],
)
async def test_only_the_name_of_the_model_changes(path: str, body: bytes) -> None:
    async with stage() as on:
        await opened(on)
        status, bodies = await sent(on, path, body)
        name = b'"model": "' + (b"models/" if b'"models/house",  ' in body else b"")
        assert status == 200
        assert bodies == [body.replace(name + b"house", name + FIRST.encode())]


async def test_an_alias_may_look_like_a_path() -> None:
    async with stage() as on:
        await opened(on)
        body = b'{"model":"team/house","input":"hello"}'
        status, bodies = await sent(on, "/v1beta/interactions", body)
        assert (status, bodies) == (200, [body.replace(b"team/house", FIRST.encode())])


@pytest.mark.parametrize("stream", [False, True])
async def test_the_next_model_takes_the_interaction(stream: bool) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(NO_TIER, action="interact")
        body: dict[str, Any] = {"model": "house", "input": "hello", "stream": stream}
        status, bodies = await sent(on, "/v1beta/interactions", orjson.dumps(body))
        assert status == 200
        assert [orjson.loads(one)["model"] for one in bodies] == [FIRST, SECOND]


@pytest.mark.parametrize("name", ["house", "prefixed"])
async def test_prefixes_in_the_setting_change_nothing(name: str) -> None:
    async with stage() as on:
        await opened(on)
        assert (await on.ask("native", model=name)).worked
        assert on.calls()[-1].model == FIRST


async def live(on: Stage, setup: bytes) -> tuple[WSMsgType, list[bytes]]:
    """Kind of the first word that came back, and the setups that reached Google."""
    assert on.session is not None
    async with asyncio.timeout(10), on.session.ws_connect(LIVE) as websocket:
        await websocket.send_bytes(setup)
        first = await websocket.receive()
    return first.type, [each.messages[0] for each in on.world.requests if each.messages]


async def test_the_next_model_takes_the_session_and_nothing_else_of_the_setup_changes() -> None:
    async with stage() as on:
        await opened(on)
        setup = b'{"setup": {"generationConfig": {"responseModalities": ["TEXT"], "topP": 1e0},'
        setup += b'  "model": "models\\/voice"}}'
        kind, setups = await live(on, setup)
        assert kind is WSMsgType.BINARY
        names = (b"models/gemini-9-live", b"models/gemini-3.8-live")
        assert setups == [setup.replace(b"models\\/voice", name) for name in names]


@pytest.mark.parametrize("name", ["voice", "google/gemini-3.8-live", "gemini-3.8-live"])
async def test_google_gets_the_full_name_of_a_live_model(name: str) -> None:
    async with stage() as on:
        await opened(on)
        _, setups = await live(on, orjson.dumps({"setup": {"model": name}}))
        assert setups[-1] == b'{"setup":{"model":"models/gemini-3.8-live"}}'
