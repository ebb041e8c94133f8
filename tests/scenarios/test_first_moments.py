"""Requests that come while Pollux still reads what it remembers: none is answered without it."""

import asyncio
from typing import Any

import orjson
import pytest

from proxy_core.gemini.signatures import RememberedCall
from tests.scenarios.stage import MODEL, Stage, stage

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
LOOP: list[dict[str, Any]] = [
    {"role": "user", "content": "hello"},
    {"role": "assistant", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "x"},
]
FILE = {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/mine"}}


async def asked_too_early(on: Stage, path: str, body: dict[str, Any]) -> "asyncio.Task[int]":
    """A request that has arrived before anything was read."""
    assert on.pollux is not None
    on.pollux.engine._parts.loaded.clear()
    door = on.pollux.engine._parts.door

    async def ask() -> int:
        assert on.session is not None
        async with on.session.post(path, json=body) as answer:
            await answer.read()
            return answer.status

    asking = asyncio.create_task(ask())
    while not door.open_exchanges:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0)
    for _ in range(100):  # as far as it comes
        await asyncio.sleep(0)
    return asking


async def test_signatures_are_there_for_the_first_request() -> None:
    async with stage(flying=False) as on:
        on.key("home")
        await on.open()
        assert on.pollux is not None
        body = {"model": MODEL, "messages": LOOP}
        asking = await asked_too_early(on, "/v1/chat/completions", body)
        remembered = RememberedCall("f", "google-1", "c2lnbmVk")
        on.pollux.engine._parts.remembering._signatures.restore([("call_1", remembered)])
        on.pollux.engine._parts.loaded.set()
        await asking
        (part,) = orjson.loads(on.calls()[0].raw_body)["contents"][1]["parts"]
        assert part["thoughtSignature"] == "c2lnbmVk"
        assert part["functionCall"]["id"] == "google-1"


@pytest.mark.parametrize("project", ["first", "second"])
async def test_owners_are_known_to_the_first_request(project: str) -> None:
    async with stage(flying=False) as on:
        on.key("first")
        on.key("second")
        await on.open(ROTATION="fill-first")
        assert on.pollux is not None
        body = {"contents": [{"role": "user", "parts": [FILE]}]}
        path = f"/v1beta/models/{MODEL}:generateContent"
        asking = await asked_too_early(on, path, body)
        on.pollux.engine._parts.remembering._owners.note("files/mine", project, 60)
        on.pollux.engine._parts.loaded.set()
        await asking
        assert on.asked() == [project]
