"""Long answers go on by themselves: hops, drops, and what may not be resumed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.errors import Failed, ProblemKind
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.continuing import HOPS, RECONNECTS, LongStream
from proxy_core.relay.receive import Rejected, StreamReply
from tests.fakes.site import until
from tests.relay.made_up import Reply, Stage, call, chunk, fault, marked, sse

END = chunk({"text": "end"}, finish="STOP")


def hop(text: str, token: str) -> Reply:
    return Reply(pieces=(sse(marked(text, "CONTINUATION", token)),))


def broken(*chunks: JsonObject) -> Reply:
    """A connection that breaks after these chunks."""
    return Reply(pieces=(*map(sse, chunks), None))


def well(*chunks: JsonObject) -> Reply:
    return Reply(pieces=tuple(map(sse, chunks)))


async def opened(stage: Stage) -> LongStream:
    reply = await stage.relay.stream(stage.exchange(), call())
    assert isinstance(reply, LongStream)
    return reply


async def read(reply: LongStream) -> str:
    """What the whole stream says."""
    said = ""
    try:
        while blocks := await reply.blocks():
            said += words([orjson.loads(block[6:]) for block in blocks])
    finally:
        reply.close()
    return said


def words(chunks: Sequence[Any]) -> str:
    parts = [
        part for one in chunks for part in one["candidates"][0].get("content", {}).get("parts", ())
    ]
    return "".join(part["text"] for part in parts)


async def said(stage: Stage, form: str) -> str:
    if form == "stream":
        return await read(await opened(stage))
    return words(await stage.relay.chunks(stage.exchange(), call()))


async def finished(stage: Stage, form: str) -> "asyncio.Task[str]":
    task = asyncio.ensure_future(said(stage, form))
    await stage.finish(task)
    return task


def tokens(stage: Stage) -> list[str | None]:
    bodies = [orjson.loads(body or b"{}") for body in stage.upstream.bodies]
    return [body.get("continuationToken") for body in bodies]


FORMS = pytest.mark.parametrize("form", ["stream", "chunks"])


async def test_a_stream_without_tokens_passes_block_by_block_as_it_came() -> None:
    stage = Stage(("a",))
    reply = await opened(stage)
    blocks = [block for _ in range(2) for block in await reply.blocks()]
    assert b"".join(blocks) == b"".join(piece or b"" for piece in Reply().pieces)
    assert await reply.blocks() == []
    reply.close()
    assert stage.all_is_back()


async def test_a_native_clients_stream_does_not_go_on() -> None:
    stage = Stage(("a",), [hop("one", "1")])
    reply = await stage.relay.stream(stage.exchange(), call()._replace(raw=b"{}"))
    assert isinstance(reply, StreamReply)
    assert b"CONTINUATION" in (await reply.blocks())[0]
    reply.close()


@FORMS
async def test_hops_follow_each_other_with_the_newest_token(form: str) -> None:
    stage = Stage(("a", "b"), [hop("one ", "1"), hop("two ", "2"), well(END)])
    assert (await finished(stage, form)).result() == "one two end"
    assert tokens(stage) == [None, "1", "2"]
    assert len(set(stage.contacted)) == 1
    assert stage.all_is_back()


@FORMS
async def test_another_credential_of_the_project_goes_on_a_moment_later(form: str) -> None:
    dead = fault("api_key_invalid")
    stage = Stage(("a@home", "b@home", "c"), [hop("one ", "1"), dead, well(END)])
    assert (await finished(stage, form)).result() == "one end"
    assert stage.contacted == ["a", "a", "b"]


@FORMS
async def test_a_credential_that_is_gone_leaves_its_place_to_its_project(form: str) -> None:
    stage = Stage(("a@home", "b@home", "c"), [hop("one ", "1"), well(END)])
    task = asyncio.ensure_future(said(stage, form))
    await until(lambda: stage.contacted)
    stage.pool.enable("key-a", enabled=False)
    await stage.finish(task)
    assert task.result() == "one end"
    assert stage.contacted == ["a", "b"]


@FORMS
async def test_no_other_project_is_asked_to_go_on(form: str) -> None:
    stage = Stage(("a", "b"), [hop("one ", "1"), fault("api_key_invalid")])
    assert (await finished(stage, form)).result() == "one "
    assert stage.contacted == ["a", "a"]
    assert stage.all_is_back()


async def test_what_cannot_go_on_keeps_its_reason_for_the_dialect() -> None:
    stage = Stage(("a",), [hop("one ", "1"), fault("invalid_argument")])
    chunks = await stage.relay.chunks(stage.exchange(), call())
    assert chunks[-1]["candidates"][0]["finishReason"] == "CONTINUATION"
    assert "continuationToken" not in chunks[-1]["candidates"][0]


@FORMS
async def test_a_broken_stream_goes_on_after_its_checkpoint(form: str) -> None:
    script = [
        broken(marked("one ", token="1"), chunk({"text": "two "})),
        well(chunk({"text": "two "}), END),
    ]
    stage = Stage(("a", "b"), script)
    assert (await finished(stage, form)).result() == "one two end"
    assert tokens(stage) == [None, "1"]
    assert stage.all_is_back()


async def test_an_answer_that_goes_another_way_fails_rather_than_lies() -> None:
    script = [
        broken(marked("one ", token="1"), chunk({"text": "two "})),
        well(chunk({"text": "zwei "}), END),
    ]
    stage = Stage(("a",), script)
    reply = await opened(stage)
    task = asyncio.ensure_future(read(reply))
    await stage.finish(task)
    failure = task.exception()
    assert isinstance(failure, Rejected)
    assert "another" in failure.fault.message
    assert stage.all_is_back()


async def test_a_whole_answer_takes_whichever_way_it_goes() -> None:
    script = [
        broken(marked("one ", token="1"), chunk({"text": "two "})),
        well(chunk({"text": "zwei "}), END),
    ]
    assert (await finished(Stage(("a",), script), "chunks")).result() == "one zwei end"


async def test_reconnecting_ends_when_it_leads_no_further() -> None:
    lost = broken(chunk({"text": "two "}))
    stage = Stage(("a",), [broken(marked("one ", token="1"), chunk({"text": "two "})), *[lost] * 9])
    task = await finished(stage, "stream")
    assert isinstance(task.exception(), Rejected)
    assert len(stage.contacted) == 1 + RECONNECTS


async def test_progress_allows_further_reconnects() -> None:
    script = [broken(marked(f"{number} ", token=str(number))) for number in range(9)]
    stage = Stage(("a",), [*script, well(END)])
    assert (await finished(stage, "stream")).result() == "0 1 2 3 4 5 6 7 8 end"


@FORMS
async def test_a_refused_resume_is_not_tried_again(form: str) -> None:
    stage = Stage(("a", "b"), [broken(marked("one ", token="1")), fault("invalid_argument")])
    task = await finished(stage, form)
    failure = task.exception()
    if form == "stream":
        assert isinstance(failure, Rejected)
    else:
        assert isinstance(failure, Failed)
        assert failure.problem.kind is ProblemKind.BAD_UPSTREAM
    assert stage.contacted == ["a", "a"]
    assert stage.all_is_back()


async def test_a_policy_refusal_in_the_stream_is_not_resumed() -> None:
    refusal = {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no"}}
    stage = Stage(("a",), [well(marked("one ", token="1"), refusal)])
    task = await finished(stage, "stream")
    assert isinstance(task.exception(), Rejected)
    assert len(stage.contacted) == 1


async def test_a_stream_that_was_cut_off_by_us_is_not_resumed() -> None:
    stage = Stage(("a",), [Reply(pieces=(sse(marked("one ", token="1")), sse(END)))])
    reply = await opened(stage)
    await reply.blocks()
    stage.relay.cut_off()
    with pytest.raises(Rejected):
        await reply.blocks()
    reply.close()
    assert len(stage.contacted) == 1


@FORMS
async def test_hops_without_end_are_ended(form: str) -> None:
    stage = Stage(("a",), [hop("x", str(number)) for number in range(3 * HOPS)])
    assert set((await finished(stage, form)).result()) == {"x"}
    assert len(stage.contacted) <= HOPS + 1
    assert stage.all_is_back()


async def test_use_is_that_of_all_hops() -> None:
    first = marked("one ", "CONTINUATION", "1") | {
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4}
    }
    last = END | {"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 5}}
    stage = Stage(("a",), [well(first), well(last)])
    reply = await opened(stage)
    await read(reply)
    told = reply.tokens()
    assert told is not None
    assert (told.prompt, told.output, told.total) == (3, 9, 12)


async def test_every_hop_is_an_attempt_of_the_record() -> None:
    stage = Stage(("a",), [hop("one ", "1"), fault("internal_500"), well(END)])
    exchange = stage.exchange()
    task = asyncio.ensure_future(stage.relay.chunks(exchange, call()))
    await stage.finish(task)
    assert [one.outcome for one in exchange.attempts] == ["ok", "server_error", "ok"]


TEXT = "the quick brown fox jumps"


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(["stream", "chunks"]))
def test_any_cut_into_hops_and_drops_gives_the_same_text(data: st.DataObject, form: str) -> None:
    places = sorted(data.draw(st.sets(st.integers(1, len(TEXT) - 1), max_size=6)))
    script: list[Reply] = []
    start = 0
    for place in places:
        pieces = [chunk({"text": letter}) for letter in TEXT[start:place]]
        if data.draw(st.booleans()):  # the hop ends
            pieces[-1] = marked(TEXT[place - 1], "CONTINUATION", str(place))
            script.append(well(*pieces))
        else:  # it breaks off behind a checkpoint, perhaps with more that was given out
            pieces[-1] = marked(TEXT[place - 1], token=str(place))
            more = data.draw(st.integers(0, len(TEXT) - place))
            pieces += [chunk({"text": letter}) for letter in TEXT[place : place + more]]
            script.append(broken(*pieces))
        start = place
    script.append(well(chunk({"text": TEXT[start:]}), chunk(finish="STOP")))

    async def scenario() -> None:
        stage = Stage(("a", "b"), script)
        assert (await finished(stage, form)).result() == TEXT
        assert len(set(stage.contacted)) == 1
        assert stage.all_is_back()

    asyncio.run(scenario())


async def test_what_is_no_chunk_behind_a_checkpoint_is_a_failure_of_google() -> None:
    answer = Reply(pieces=(sse(marked("one ")), b"data: {nonsense\r\n\r\n", sse(END)))
    reply = await opened(Stage(("a",), [answer]))
    with pytest.raises(Rejected, match="not the JSON"):
        await read(reply)


CUT_SHORT = [
    [hop("one ", "1"), hop("two ", "2"), well(END)],
    [broken(marked("one ", token="1"), chunk({"text": "e"})), fault("internal_500"), well(END)],
    [hop("one ", "1"), fault("per_minute_429", retry_s=2), well(END)],
]


@FORMS
@pytest.mark.parametrize("script", CUT_SHORT)
async def test_every_lease_comes_back_when_cancelled_at_any_await_of_any_hop(
    form: str, script: list[Reply]
) -> None:
    steps, finished = 0, False
    while not finished:
        stage = Stage(("a@p", "b@p"), script, options={"cap": 1})
        task = asyncio.ensure_future(said(stage, form))
        for _ in range(steps):
            await asyncio.sleep(0)
            if (seconds := stage.clock.next_due()) is not None:
                stage.clock.advance(seconds)
        finished = task.done()
        task.cancel()
        await asyncio.wait((task,))
        assert stage.all_is_back()
        steps += 1


@FORMS
async def test_a_hop_keeps_its_place_where_only_one_request_may_be_in_flight(form: str) -> None:
    stage = Stage(("a",), [hop("one ", "1"), hop("two ", "2"), well(END)], options={"cap": 1})
    first, second = await asyncio.gather(said(stage, form), said(stage, form))
    assert (first, second) == ("one two end", "hello there")
    assert stage.all_is_back()
