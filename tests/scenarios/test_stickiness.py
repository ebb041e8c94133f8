"""Conversations stay with their credential, for Google's implicit cache."""

from typing import Any

import pytest

from proxy_core.simulator import Reply
from tests.scenarios.stage import MODEL, Form, Stage, Told, stage

FIRST = [{"role": "user", "content": "first question"}]
LATER = [*FIRST, {"role": "assistant", "content": "an answer"}, {"role": "user", "content": "next"}]
NATIVE_LATER = [
    {"role": "user", "parts": [{"text": "first question"}]},
    {"role": "model", "parts": [{"text": "an answer"}]},
    {"role": "user", "parts": [{"text": "next"}]},
]


async def open_three(on: Stage, policy: str = "round-robin", sticky: str = "true") -> None:
    for name in ("one", "two", "three"):
        on.key(name)
    await on.open(ROTATION=policy, STICKY=sticky)


async def ask(on: Stage, messages: list[dict[str, str]], **more: Any) -> Told:
    told = await on.ask("chat", messages=messages, **more)
    assert told.worked
    return told


@pytest.mark.parametrize("policy", ["balanced", "round-robin"])
async def test_first_turns_rotate_and_later_turns_return(policy: str) -> None:
    async with stage() as on:
        await open_three(on, policy)
        await ask(on, FIRST)
        await ask(on, FIRST)
        for _ in range(4):
            await ask(on, LATER)
        assert on.asked() == ["one", "two", "two", "two", "two", "two"]


async def test_conversations_of_native_clients_return_too() -> None:
    form: Form = "native sse"
    async with stage() as on:
        await open_three(on)
        assert (await on.ask(form, "first question")).worked
        for _ in range(3):
            assert (await on.ask(form, contents=NATIVE_LATER)).worked
        assert on.asked() == ["one"] * 4


async def test_the_clients_own_name_for_a_conversation_counts() -> None:
    async with stage() as on:
        await open_three(on)
        await ask(on, FIRST, prompt_cache_key="talk a")
        await ask(on, FIRST, prompt_cache_key="talk b")
        compacted = [{"role": "user", "content": "shortened"}, *LATER[1:]]
        await ask(on, compacted, prompt_cache_key="talk a")
        await ask(on, compacted, prompt_cache_key="talk b")
        assert on.asked() == ["one", "two", "one", "two"]


async def test_a_chain_of_responses_stays_whatever_instructions_its_requests_have() -> None:
    async with stage() as on:
        await open_three(on)
        assert on.session is not None
        previous = None
        for instructions in ("be brief", None, "be wordy"):
            body = {"model": MODEL, "input": "hello", "instructions": instructions}
            body["previous_response_id"] = previous
            async with on.session.post("/v1/responses", json=body) as answer:
                previous = (await answer.json())["id"]
        assert on.asked() == ["one", "one", "one"]


async def test_a_conversation_is_forgotten_after_an_hour() -> None:
    async with stage() as on:
        await open_three(on)
        await ask(on, FIRST)
        on.clock.advance(3_601)
        await ask(on, LATER)
        assert on.asked() == ["one", "two"]


async def test_a_conversation_moves_when_its_credential_rests_and_stays_there() -> None:
    async with stage() as on:
        await open_three(on)
        await ask(on, FIRST)
        on.world.script(Reply.fault("per_minute_429"), project="one")
        await ask(on, LATER)
        on.clock.advance(60)
        await ask(on, LATER)
        assert on.asked() == ["one", "one", "two", "two"]


async def test_stickiness_can_be_switched_off() -> None:
    async with stage() as on:
        await open_three(on, sticky="false")
        for _ in range(3):
            await ask(on, LATER)
        assert on.asked() == ["one", "two", "three"]
