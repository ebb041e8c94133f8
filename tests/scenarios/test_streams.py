"""Truth in streams: breaks are told, silence is filled, hang-ups reach Google at once."""

import asyncio

import orjson
import pytest

from proxy_core.server.outflow import Pace
from proxy_core.simulator import Reply
from tests.scenarios.stage import FORMS, STREAMS, Form, stage

BRISK = Pace(head_after_s=0.02, keep_alive_s=0.02)
BREAKS = {
    "truncated": Reply.truncate(2),
    "reset": Reply.reset(2),
    "closed": Reply.reset(2, abrupt=False),
    "error": Reply.error_in_stream(2),
    "bare error": Reply.error_in_stream(2, bare=True),
    "our credential's error": Reply.error_in_stream(2, "service_disabled"),
}


@pytest.mark.parametrize("form", STREAMS)
@pytest.mark.parametrize("name", BREAKS)
async def test_a_stream_that_breaks_is_told_as_such_and_not_retried(name: str, form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        await on.open()
        on.world.script(BREAKS[name])
        told = await on.ask(form, "one two three four five six seven eight nine ten")
        assert told.status == 200
        assert told.error is not None
        assert told.error["message"]
        assert told.error["code"] not in (401, 403)
        assert not told.ended
        assert "error" in told.events[-1]
        assert len(told.events) >= 2
        assert len(on.asked()) == 1


@pytest.mark.parametrize("form", STREAMS)
async def test_what_google_says_in_the_middle_of_a_stream_is_remembered(form: Form) -> None:
    async with stage() as on:
        on.key("first")
        await on.open()
        on.world.script(Reply.error_in_stream(2, "service_disabled"))
        told = await on.ask(form, "one two three four five six seven eight nine ten")
        assert told.error is not None
        assert on.state("first") == "api_off"


@pytest.mark.parametrize("form", STREAMS)
async def test_an_account_limited_in_the_middle_of_a_stream_is_taken_out(form: Form) -> None:
    text = {"candidates": [{"content": {"role": "model", "parts": [{"text": "So "}]}, "index": 0}]}
    limited = {"candidates": [{"finishReason": "PUP_LIMITED_DISABLED", "index": 0}]}
    async with stage() as on:
        on.key("first")
        on.key("second")
        await on.open()
        on.world.script(Reply.chunks([text, limited]))
        told = await on.ask(form)
        assert told.error is not None
        assert len(on.asked()) == 1
        assert "suspended" in {on.state("first"), on.state("second")}


@pytest.mark.parametrize("form", STREAMS)
async def test_an_argument_called_finish_reason_does_not_end_a_truncated_stream(form: Form) -> None:
    call = {"functionCall": {"name": "note", "args": {"finishReason": "STOP"}}}
    chunk = {"candidates": [{"content": {"role": "model", "parts": [call]}, "index": 0}]}
    async with stage() as on:
        on.key("only")
        await on.open()
        on.world.script(Reply.chunks([chunk]))
        told = await on.ask(form)
        assert told.error is not None


@pytest.mark.parametrize("form", FORMS)
async def test_a_stream_cut_anywhere_arrives_whole(form: Form) -> None:
    text = "größer · 多語言 · 🎈 " * 5
    async with stage() as on:
        on.key("only")
        await on.open()
        on.world.script(Reply.split(3))
        told = await on.ask(form, text)
        assert told.worked
        said = "".join(str(value) for value in _texts(told.events))
        assert text.strip() in said


def _texts(events: list[object]) -> list[str]:
    found: list[str] = []
    waiting: list[object] = list(reversed(events))
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += [value[key] for key in ("text", "content") if isinstance(value.get(key), str)]
            waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
    return found


@pytest.mark.parametrize("form", FORMS)
async def test_a_client_that_hangs_up_cancels_the_call_and_gives_the_lease_back(form: Form) -> None:
    async with stage() as on:
        on.key("only")
        await on.open()
        on.world.script(Reply.wait(asyncio.Event()))
        asking = asyncio.ensure_future(on.ask(form))
        await on.world.until(on.calls)
        asking.cancel()
        await asyncio.wait((asking,))
        await on.world.until(lambda: on.world.hang_ups)
        while next(iter(on.pool.members.values())).in_flight:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)
        assert (await on.ask(form)).worked


async def test_a_client_that_hangs_up_while_it_waits_asks_google_no_more() -> None:
    async with stage(flying=False) as on:
        on.key("only")
        await on.open()
        on.world.script(Reply.fault("overloaded_503"), times=None)
        asking = asyncio.ensure_future(on.ask())
        while not on.clock.sleepers:  # noqa: ASYNC110 - a state without an event
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait((asking,))
        assert on.pollux is not None
        await on.pollux.engine._parts.door.idle()
        on.clock.advance(60)
        await asyncio.sleep(0)
        assert len(on.calls()) == 1
        assert not next(iter(on.pool.members.values())).in_flight


@pytest.mark.parametrize("form", STREAMS)
async def test_a_client_that_hangs_up_in_mid_stream_cancels_the_call(form: Form) -> None:
    async with stage() as on:
        on.key("only")
        await on.open()
        on.world.script(Reply.wait(asyncio.Event(), after=2))
        async with on.request(form, "one two three four five six seven") as answer:
            await answer.content.readany()
            answer.close()
        await on.world.until(lambda: on.world.hang_ups)
        while next(iter(on.pool.members.values())).in_flight:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)


@pytest.mark.parametrize("form", ["chat", "chat stream"])
async def test_calls_side_by_side_all_give_their_leases_back(form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        await on.open()
        on.world.script(Reply.fault("invalid_argument") | Reply.slow(0.02), every=3)
        on.world.script(Reply.wait(asyncio.Event()), times=2)
        told = await on.ask(form, n=3)
        assert told.status == 400
        await on.world.until(lambda: len(on.world.hang_ups) == 2)
        assert not any(member.in_flight for member in on.pool.members.values())


@pytest.mark.parametrize("form", STREAMS)
async def test_the_head_goes_out_after_a_silence_and_keep_alives_follow(form: Form) -> None:
    silence = {"chat stream": b": ", "native sse": b"\r\n", "native array": b"\n"}[form]
    async with stage() as on:
        on.key("only")
        await on.open(BRISK)
        gate = asyncio.Event()
        on.world.script(Reply.wait(gate))
        async with on.request(form) as answer:
            assert answer.status == 200
            filled = b""
            while filled.count(silence) < 3:
                filled += await answer.content.readany()
            gate.set()
            rest = await answer.read()
        assert b"You" in rest
        if form == "native array":
            assert isinstance(orjson.loads(filled + rest), list)


@pytest.mark.parametrize("form", STREAMS)
async def test_the_next_credential_is_still_tried_after_the_head_is_out(form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        await on.open(BRISK, ROTATION="round-robin")
        gate = asyncio.Event()
        refusal = Reply.fault("per_minute_429") | Reply.wait(gate)
        on.world.script(refusal, project="first")
        async with on.request(form) as answer:
            assert answer.status == 200
            gate.set()
            body = await answer.read()
        assert b"error" not in body
        assert b"You" in body
        assert on.asked() == ["first", "second"]


@pytest.mark.parametrize("form", STREAMS)
async def test_a_failure_after_the_head_is_told_in_the_stream(form: Form) -> None:
    async with stage() as on:
        on.key("only")
        await on.open(BRISK)
        gate = asyncio.Event()
        on.world.script(Reply.fault("api_key_invalid") | Reply.wait(gate))
        async with on.request(form) as answer:
            assert answer.status == 200
            gate.set()
            body = await answer.read()
        assert b'"error"' in body
        if form == "native array":
            assert "error" in orjson.loads(body)[-1]


@pytest.mark.parametrize("form", ["chat", "native"])
async def test_a_whole_answer_commits_nothing_early(form: Form) -> None:
    async with stage() as on:
        on.key("only")
        await on.open(BRISK)
        on.world.script(Reply.fault("api_key_invalid") | Reply.slow(0.1))
        assert (await on.ask(form)).status == 503
