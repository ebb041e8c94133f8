"""Live sessions of the pretend Google: strict about the setup, as its reference has it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import WSMsgType

from proxy_core.simulator import Limits, Reply
from tests.simulator.conftest import Client

PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
TEXT = {"model": "models/gemini-3.8-live", "generationConfig": {"responseModalities": ["TEXT"]}}
WEATHER = {
    "name": "get_weather",
    "parameters": {
        "type": "OBJECT",
        "properties": {"city": {"type": "STRING"}},
        "required": ["city"],
    },
}


@asynccontextmanager
async def connected(
    client: Client, key: str = ""
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    headers = {"x-goog-api-key": key or client.key}
    async with client.session.ws_connect(PATH, headers=headers) as websocket:
        yield websocket


async def hear(websocket: aiohttp.ClientWebSocketResponse) -> Any:
    message = await websocket.receive()
    assert message.type is WSMsgType.BINARY, message
    return orjson.loads(message.data)


async def refused(websocket: aiohttp.ClientWebSocketResponse, message: Any) -> tuple[int, str]:
    """Close code and reason that a message leads to."""
    await websocket.send_json(message)
    told = await websocket.receive()
    assert told.type is WSMsgType.CLOSE, told
    return told.data, str(told.extra)


async def set_up(websocket: aiohttp.ClientWebSocketResponse, **more: Any) -> None:
    await websocket.send_json({"setup": {**TEXT, **more}})
    assert await hear(websocket) == {"setupComplete": {}}


MISTAKES = [
    ({"clientContent": {}}, 1007, "setup must be the first"),
    ({"setup": TEXT, "clientContent": {}}, 1007, "Exactly one"),
    ({"setup": {**TEXT, "bogus": 1}}, 1007, 'Unknown name "bogus"'),
    ({"setup": {**TEXT, "model": "models/nobodys"}}, 1008, "models/nobodys is not found"),
    ({"setup": {**TEXT, "model": "gemini-3.8-flash"}}, 1008, "not supported for bidi"),
    ({"setup": {**TEXT, "sessionResumption": {"handle": "x"}}}, 1008, "permission"),
]


@pytest.mark.parametrize(("message", "code", "words"), MISTAKES)
async def test_a_setup_that_is_none_is_refused_in_words(
    client: Client, message: Any, code: int, words: str
) -> None:
    async with connected(client) as websocket:
        told = await refused(websocket, message)
    assert told[0] == code
    assert words in told[1]


async def test_a_second_setup_is_refused(client: Client) -> None:
    async with connected(client) as websocket:
        await set_up(websocket)
        assert (await refused(websocket, {"setup": TEXT}))[0] == 1007


async def test_v1_has_no_live_api(client: Client) -> None:
    assert (await client.send("GET", PATH.replace("v1beta", "v1")))[0] == 404


async def test_a_spoken_answer_has_its_transcript(client: Client) -> None:
    async with connected(client) as websocket:
        await set_up(websocket, generationConfig={}, outputAudioTranscription={})
        await websocket.send_json({"realtime_input": {"text": "hello"}})
        content = (await hear(websocket))["serverContent"]
    assert content["modelTurn"]["parts"][0]["inlineData"]["mimeType"] == "audio/pcm;rate=24000"
    assert content["outputTranscription"] == {"text": "You said: hello"}


async def test_a_call_must_be_answered_by_its_id(client: Client) -> None:
    tools = [{"functionDeclarations": [WEATHER]}]
    for name in ("call", "bogus"):
        async with connected(client) as websocket:
            await set_up(websocket, tools=tools)
            await websocket.send_json({"realtimeInput": {"text": "The weather in Rome"}})
            (call,) = (await hear(websocket))["toolCall"]["functionCalls"]
            used = call["id"] if name == "call" else name
            response = {"id": used, "name": "get_weather", "response": {"sky": "blue"}}
            answer = {"toolResponse": {"functionResponses": [response]}}
            if name == "bogus":
                assert (await refused(websocket, answer))[0] == 1007
            else:
                await websocket.send_json(answer)
                assert "blue" in str(await hear(websocket))


async def test_a_quota_ends_the_session_at_its_setup(client: Client) -> None:
    client.world.projects["home-project"].limits["*"] = Limits(rpm=1)
    async with connected(client) as websocket:
        await set_up(websocket)
    async with connected(client) as websocket:
        code, reason = await refused(websocket, {"setup": TEXT})
    assert code == 1011
    assert "exceeded your current quota" in reason


async def test_orders_shape_the_beginning(client: Client) -> None:
    client.world.script(Reply.close(1011, "away"), Reply.go_away(9.5), action="bidiGenerateContent")
    async with connected(client) as websocket:
        assert await refused(websocket, {"setup": TEXT}) == (1011, "away")
    async with connected(client) as websocket:
        await set_up(websocket)
        assert await hear(websocket) == {"goAway": {"timeLeft": "9.5s"}}


async def test_a_conversation_is_resumed_in_its_own_project_only(client: Client) -> None:
    async with connected(client) as websocket:
        await set_up(websocket, sessionResumption={})
        handle = (await hear(websocket))["sessionResumptionUpdate"]["newHandle"]
    setup = {**TEXT, "sessionResumption": {"handle": handle}}
    async with connected(client) as websocket:
        await websocket.send_json({"setup": setup})
        assert await hear(websocket) == {"setupComplete": {}}
    async with connected(client, client.world.add_key("other-project")) as websocket:
        assert (await refused(websocket, {"setup": setup}))[0] == 1008
