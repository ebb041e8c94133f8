"""Requests that Google refused are mended and sent once more on the same credential."""

from typing import Any

import orjson
import pytest

from proxy_core.simulator import Reply
from tests.scenarios.stage import FORMS, Form, Stage, stage

DUMMY = "skip_thought_signature_validator"
TOOL_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ANSWER_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "place", "schema": {**TOOL_SCHEMA, "additionalProperties": False}},
}
SIGNED: list[dict[str, Any]] = [
    {"role": "user", "parts": [{"text": "look it up"}]},
    {
        "role": "model",
        "parts": [
            {
                "functionCall": {"id": "c1", "name": "look", "args": {}},
                "thoughtSignature": "c29tZSBvdGhlciBzaWduYXR1cmU=",
            }
        ],
    },
    {
        "role": "user",
        "parts": [{"functionResponse": {"id": "c1", "name": "look", "response": {"output": "x"}}}],
    },
]
BROKEN_CALL = {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "index": 0}]}
MISSES_A_SIGNATURE = {"candidates": [{"finishReason": "MISSING_THOUGHT_SIGNATURE", "index": 0}]}


async def open_two(on: Stage) -> None:
    on.key("first")
    on.key("second")
    await on.open(ROTATION="round-robin")


def sent(on: Stage) -> list[Any]:
    return [orjson.loads(received.raw_body) for received in on.calls()]


@pytest.mark.parametrize("row", ["signature_missing", "signature_invalid", "signature_corrupted"])
@pytest.mark.parametrize("form", ["native", "native sse", "native array"])
async def test_a_signature_that_google_refuses_becomes_the_dummy(form: Form, row: str) -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.fault(row))
        assert (await on.ask(form, contents=SIGNED)).worked
        assert on.asked() == ["first", "first"]
        before, after = sent(on)
        assert before["contents"] == SIGNED
        assert after["contents"][1]["parts"][0]["thoughtSignature"] == DUMMY


@pytest.mark.parametrize("form", FORMS)
async def test_a_signature_is_mended_once_and_then_told(form: Form) -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.fault("signature_invalid"), times=None)
        more: dict[str, Any] = {} if form.startswith("chat") else {"contents": SIGNED}
        told = await on.ask(form, **more)
        assert told.status == 400
        # Where there is nothing to mend, sending the same again would be of no use.
        assert on.asked() == (["first"] if form.startswith("chat") else ["first", "first"])


@pytest.mark.parametrize("form", ["chat", "chat stream"])
async def test_a_schema_that_google_refuses_goes_down_the_ladder_and_is_remembered(
    form: Form,
) -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.fault("schema_too_complex"), times=2)
        assert (await on.ask(form, response_format=ANSWER_SCHEMA)).worked
        assert on.asked() == ["first"] * 3
        first, second, third = (body["generationConfig"] for body in sent(on))
        assert "responseJsonSchema" in first
        assert "responseJsonSchema" in second
        assert "responseSchema" in third
        assert (await on.ask(form, response_format=ANSWER_SCHEMA)).worked
        assert sent(on)[-1]["generationConfig"]["responseSchema"] == third["responseSchema"]


async def test_the_ladder_has_three_rungs_and_the_last_is_words() -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.fault("schema_too_complex"), times=None)
        assert (await on.ask(response_format=ANSWER_SCHEMA)).status == 400
        assert on.asked() == ["first"] * 4
        assert "JSON Schema" in str(sent(on)[3]["systemInstruction"])


@pytest.mark.parametrize("form", ["chat", "chat stream"])
async def test_odd_names_of_properties_are_plain_on_the_last_rung_and_come_back(form: Form) -> None:
    async with stage() as on:
        await open_two(on)
        called = {"functionCall": {"name": "look", "args": {"_top": 1}}}
        candidate = {"content": {"role": "model", "parts": [called]}, "finishReason": "STOP"}
        on.world.script(Reply.fault("schema_too_complex"), times=3)
        on.world.script(Reply.chunks([{"candidates": [candidate]}]))
        parameters = {"type": "object", "properties": {"$top": {"type": "integer"}}}
        tool = {"type": "function", "function": {"name": "look", "parameters": parameters}}
        told = await on.ask(form, tools=[tool])
        assert rb"{\"$top\":1}" in told.body
        (declared,) = sent(on)[-1]["tools"][0]["functionDeclarations"]
        assert declared["parameters"]["properties"] == {"_top": {"type": "INTEGER"}}


async def test_a_native_clients_schema_is_its_own_business() -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.fault("schema_too_complex"))
        config = {"responseMimeType": "application/json", "responseJsonSchema": TOOL_SCHEMA}
        assert (await on.ask("native", generationConfig=config)).status == 400
        assert on.asked() == ["first"]


@pytest.mark.parametrize("failure", [BROKEN_CALL, MISSES_A_SIGNATURE])
@pytest.mark.parametrize("form", FORMS)
async def test_a_malformed_call_is_asked_again_on_the_same_credential(
    form: Form, failure: dict[str, Any]
) -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.chunks([failure]))
        assert (await on.ask(form)).worked
        assert on.asked() == ["first", "first"]


@pytest.mark.parametrize("failure", [BROKEN_CALL, MISSES_A_SIGNATURE])
@pytest.mark.parametrize("form", FORMS)
async def test_a_call_that_stays_malformed_is_never_told_as_an_answer(
    form: Form, failure: dict[str, Any]
) -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.chunks([failure]), times=None)
        told = await on.ask(form)
        assert told.status == 502
        assert len(on.asked()) == 2


@pytest.mark.parametrize("form", FORMS)
async def test_an_empty_answer_is_asked_again_and_the_second_is_taken(form: Form) -> None:
    async with stage() as on:
        await open_two(on)
        on.world.script(Reply.blank())
        assert (await on.ask(form)).worked
        assert len(on.asked()) == 2
        on.world.script(Reply.blank(), times=2)
        assert (await on.ask(form)).worked
        assert len(on.asked()) == 4


@pytest.mark.parametrize("form", FORMS)
async def test_a_blocked_prompt_is_an_answer_and_not_asked_again(form: Form) -> None:
    async with stage() as on:
        await open_two(on)
        blocked = {"promptFeedback": {"blockReason": "SAFETY"}}
        on.world.script(Reply.chunks([blocked]))
        told = await on.ask(form)
        assert told.status == 200
        assert told.error is None
        assert on.asked() == ["first"]
