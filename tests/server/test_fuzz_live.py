"""Live sessions that begin with anything: set up, or closed with a code and a reason; no hang."""

from collections.abc import Iterator
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import WSMsgType
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.mutated import mutated
from tests.fakes.pollux import TOKEN
from tests.scenarios.stage import FlyingClock
from tests.server import raw
from tests.server.fuzzing import Served, anything, examples, serving

PATH = f"/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key={TOKEN}"
MODEL = "models/gemini-3.8-live"
PROPER = frozenset({1000, 1007, 1008, 1009})
"Close codes that speak of what the client did."
TURN = {"role": "user", "parts": [{"text": "hello"}]}
SETUPS: list[Any] = [
    {"setup": {"model": MODEL}},
    {"setup": {"model": MODEL, "generationConfig": {"responseModalities": ["TEXT"]}}},
    {"setup": {"model": MODEL, "sessionResumption": {"handle": "x", "transparent": True}}},
    {
        "setup": {
            "model": MODEL,
            "systemInstruction": TURN,
            "tools": [{"functionDeclarations": [{"name": "f"}]}, {"googleSearch": {}}],
            "realtimeInputConfig": {"automaticActivityDetection": {"disabled": True}},
        }
    },
]
MESSAGES: list[Any] = [
    {"clientContent": {"turns": [TURN], "turnComplete": True}},
    {"realtimeInput": {"audio": {"mimeType": "audio/pcm", "data": "AAA="}}},
    {"toolResponse": {"functionResponses": [{"id": "a", "name": "f", "response": {}}]}},
]
bytes_of = st.one_of(
    st.binary(max_size=12),
    st.one_of(mutated(SETUPS), anything).map(orjson.dumps),
)
first = st.one_of(st.sampled_from(SETUPS).map(orjson.dumps), bytes_of, bytes_of)
later = st.one_of(
    st.sampled_from(MESSAGES).map(orjson.dumps), mutated(MESSAGES).map(orjson.dumps), bytes_of
)
session = st.tuples(first, st.lists(later, max_size=3), st.booleans())
SESSIONS = 5


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(clock=FlyingClock(), MAX_WAIT_S="0") as one:
        yield one


@examples(100, at_once=SESSIONS)
@given(st.lists(session, min_size=SESSIONS, max_size=SESSIONS))
def test_no_session_ends_for_a_fault_of_ours(
    served: Served, sessions: list[tuple[bytes, list[bytes], bool]]
) -> None:
    async def scene() -> list[int | None]:
        async with aiohttp.ClientSession(served.url) as client:
            return [await closed(client, *one) for one in sessions]

    for one, code in zip(sessions, served.run(scene), strict=True):
        assert code in PROPER, one


async def closed(
    client: aiohttp.ClientSession, setup: bytes, messages: list[bytes], text: bool
) -> int | None:
    """The close code; ours where the server had no reason to close."""
    timeout = aiohttp.ClientWSTimeout(ws_receive=raw.PATIENCE_S, ws_close=raw.PATIENCE_S)
    async with client.ws_connect(PATH, timeout=timeout) as websocket:
        await _send(websocket, setup, text=text)
        said = await websocket.receive()
        if said.type is WSMsgType.BINARY:
            for message in messages:
                if not websocket.closed:
                    await _send(websocket, message, text=text)
            await websocket.close()
        return websocket.close_code


async def _send(websocket: aiohttp.ClientWebSocketResponse, data: bytes, *, text: bool) -> None:
    try:
        if text:
            await websocket.send_str(data.decode("utf-8", "replace"))
        else:
            await websocket.send_bytes(data)
    except ConnectionError:
        pass  # closed at the other end, which the code tells
