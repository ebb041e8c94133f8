"""A stream of Responses on a slow or failing Google: what goes out, and when."""

import asyncio
import re
from typing import Any

import aiohttp
import orjson

from proxy_core.server.outflow import Pace
from proxy_core.simulator import Reply, World
from tests.dialects.openai_responses.fold import fold
from tests.fakes.google import google
from tests.fakes.pollux import pollux

MODEL = "gemini-3.8-flash"
AT_ONCE = Pace(head_after_s=0.01, keep_alive_s=60.0)
BODY = orjson.dumps({"model": MODEL, "input": "Hi", "stream": True})


async def streamed(world: World, release: asyncio.Event, **settings: Any) -> tuple[bytes, bytes]:
    """What came while Google kept silent, and the whole stream."""
    key: dict[str, Any] = {"type": "api_key", "key": world.add_key("p"), "project_id": "p"}
    async with (
        google(world) as fake,
        pollux(fake.base_url, [key], pace=AT_ONCE, **settings) as running,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {running.token}"}) as session,
        session.post(f"{running.url}/v1/responses", data=BODY) as answer,
    ):
        assert answer.status == 200
        early = await answer.content.readuntil(b"response.in_progress")
        release.set()
        return early, early + await answer.content.read()


async def test_a_response_is_created_while_google_still_thinks() -> None:
    world, release = World(), asyncio.Event()
    world.script(Reply.wait(release), model=MODEL)
    early, whole = await streamed(world, release)
    assert early.startswith(b"event: response.created\n")
    assert fold(whole)["output"][0]["content"][0]["text"] == "You said: Hi"


async def test_a_failure_after_the_head_is_a_failed_response() -> None:
    world, release = World(), asyncio.Event()
    world.script(Reply.wait(release) | Reply.fault("per_minute_429", retry_s=11), model=MODEL)
    _, whole = await streamed(world, release, MAX_WAIT_S="0", MAX_ATTEMPTS="1")
    response = fold(whole)
    assert response["status"] == "failed"
    assert response["output"] == []
    assert response["error"]["code"] == "rate_limit_exceeded"
    assert re.search(r"Please try again in \d+\.\d\ds\.$", response["error"]["message"])
