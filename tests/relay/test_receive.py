"""Answers up to the point where they count as answers."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.events import Tokens
from proxy_core.gemini.faults import Cause
from proxy_core.relay.receive import (
    Rejected,
    StreamReply,
    receive_chunks,
    receive_error,
    receive_spoken,
    receive_stream,
    receive_whole,
)
from tests.relay.made_up import (
    BLANK,
    BREAKS_ITS_CALL,
    CUT,
    EMPTY,
    END,
    ERROR_FIRST,
    HELLO,
    RESET,
    RESET_LATER,
    SAYS_NOTHING,
    WELL,
    Reply,
    answer_of,
    chunk,
    fault,
    lease,
    sse,
)

THOUGHT = chunk({"text": "hm", "thought": True})
LATE_ERROR = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}}


async def stream_of(reply: Reply, *, tolerant: bool = False) -> StreamReply:
    return await receive_stream(answer_of(reply), lease(), tolerant=tolerant)


async def read(reply: StreamReply) -> tuple[bytes, Cause | None]:
    """What arrives, and how it breaks off."""
    found = b""
    try:
        while blocks := await reply.blocks():
            found += b"".join(blocks)
    except Rejected as rejected:
        return found, rejected.fault.cause
    return found, None


REJECTED = [
    (RESET, Cause.NETWORK),
    (EMPTY, Cause.EMPTY),
    (Reply(pieces=(b"\r\n", b"\r\n")), Cause.EMPTY),
    (SAYS_NOTHING, Cause.EMPTY),
    (BREAKS_ITS_CALL, Cause.MALFORMED_CALL),
    (ERROR_FIRST, Cause.OVERLOADED),
    (Reply(pieces=(sse({**LATE_ERROR, "traceId": "1"}),)), Cause.OVERLOADED),
    (Reply(pieces=(b"<html>hello</html>",)), Cause.BAD_ANSWER),
    (Reply(pieces=(b'data: {"candidates": [\r\n\r\n',)), Cause.BAD_ANSWER),
    (Reply(pieces=(sse(chunk(finish="PUP_LIMITED_DISABLED")),)), Cause.SUSPENDED),
    (Reply(pieces=(sse(chunk(finish="MISSING_THOUGHT_SIGNATURE")),)), Cause.SIGNATURE_MISSED),
]


@pytest.mark.parametrize(("reply", "cause"), REJECTED)
async def test_what_is_no_first_chunk_is_rejected(reply: Reply, cause: Cause) -> None:
    with pytest.raises(Rejected) as rejected:
        await stream_of(reply)
    assert rejected.value.fault.cause is cause


@pytest.mark.parametrize(("reply", "cause"), [*REJECTED, (CUT, Cause.TRUNCATED)])
async def test_a_stream_read_whole_is_rejected_for_the_same(reply: Reply, cause: Cause) -> None:
    with pytest.raises(Rejected) as rejected:
        await receive_chunks(answer_of(reply), lease(), tolerant=False)
    assert rejected.value.fault.cause is cause


async def test_a_stream_passes_its_blocks_as_they_came() -> None:
    reply = await stream_of(WELL)
    assert await read(reply) == (sse(HELLO, END), None)


@pytest.mark.parametrize(
    ("reply", "told", "cause"),
    [
        (CUT, sse(HELLO), Cause.TRUNCATED),
        (RESET_LATER, sse(HELLO), Cause.NETWORK),
        (Reply(pieces=(sse(HELLO), sse(LATE_ERROR))), sse(HELLO), Cause.OVERLOADED),
        (Reply(pieces=(sse(HELLO, LATE_ERROR),)), sse(HELLO), Cause.OVERLOADED),
        (Reply(pieces=(sse(HELLO), orjson.dumps([LATE_ERROR]))), sse(HELLO), Cause.OVERLOADED),
        (Reply(pieces=(sse(HELLO), b'data: {"candid')), sse(HELLO), Cause.TRUNCATED),
    ],
)
async def test_a_stream_that_breaks_gives_what_came_and_then_says_how(
    reply: Reply, told: bytes, cause: Cause
) -> None:
    assert await read(await stream_of(reply)) == (told, cause)


async def test_a_chunk_that_comes_bare_is_made_an_event() -> None:
    pieces = (orjson.dumps(END, option=orjson.OPT_INDENT_2),)
    told, cause = await read(await stream_of(Reply(pieces=pieces)))
    lines = told.splitlines()
    assert cause is None
    assert told.endswith(b"\r\n\r\n")
    assert all(line.startswith(b"data: ") for line in lines[:-1])
    assert orjson.loads(b"".join(line[6:] for line in lines[:-1])) == END


async def test_a_stream_passes_no_comments_of_a_gateway() -> None:
    ping = b": ping\n\n"
    pieces = (ping, sse(HELLO), ping, ping + b"event: message\n" + sse(END), ping)
    reply = await stream_of(Reply(pieces=pieces))
    assert await read(reply) == (sse(HELLO, END), None)
    assert reply.tokens() == Tokens(total=7)


async def test_a_last_chunk_without_its_empty_line_counts() -> None:
    reply = await stream_of(Reply(pieces=(sse(HELLO), sse(END).rstrip())))
    assert await read(reply) == (sse(HELLO, END), None)


async def test_an_only_chunk_without_its_empty_line_counts_once() -> None:
    assert await read(await stream_of(Reply(pieces=(sse(END).rstrip(),)))) == (sse(END), None)


async def test_a_stream_that_we_break_off_is_not_said_to_be_broken_by_google() -> None:
    reply = await stream_of(Reply(pieces=(sse(HELLO), sse(END))))
    reply.abort()
    assert await reply.blocks() == [sse(HELLO)]
    with pytest.raises(Rejected, match="Pollux was stopped"):
        await reply.blocks()


async def test_only_a_finish_reason_of_a_candidate_ends_a_stream() -> None:
    call = chunk({"functionCall": {"name": "f", "args": {"finishReason": "STOP"}}})
    assert (await read(await stream_of(Reply(pieces=(sse(call),)))))[1] is Cause.TRUNCATED


async def test_a_blocked_prompt_is_a_complete_answer() -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}}
    reply = Reply(pieces=(sse(blocked),))
    assert await read(await stream_of(reply)) == (sse(blocked), None)
    assert await receive_chunks(answer_of(reply), lease(), tolerant=False) == [blocked]


async def test_tokens_are_those_of_the_last_chunk() -> None:
    reply = await stream_of(WELL)
    await read(reply)
    assert reply.tokens() == Tokens(total=7)


async def test_an_empty_answer_is_taken_the_second_time() -> None:
    assert await read(await stream_of(SAYS_NOTHING, tolerant=True)) == (sse(BLANK), None)
    assert await receive_chunks(answer_of(SAYS_NOTHING), lease(), tolerant=True) == [BLANK]
    whole = Reply(pieces=(orjson.dumps(BLANK),))
    assert (await receive_whole(answer_of(whole), lease(), tolerant=True)).chunk == BLANK


async def test_thoughts_alone_are_an_empty_answer_while_that_can_be_mended() -> None:
    reply = Reply(pieces=(sse(THOUGHT, BLANK),))
    with pytest.raises(Rejected):
        await receive_chunks(answer_of(reply), lease(), tolerant=False)


async def test_a_broken_call_after_text_is_taken_the_second_time() -> None:
    broken = chunk(finish="MALFORMED_FUNCTION_CALL")
    reply = Reply(pieces=(sse(HELLO, broken),))
    with pytest.raises(Rejected):
        await receive_chunks(answer_of(reply), lease(), tolerant=False)
    assert await receive_chunks(answer_of(reply), lease(), tolerant=True) == [HELLO, broken]


async def test_a_broken_call_alone_is_never_an_answer() -> None:
    with pytest.raises(Rejected):
        await receive_chunks(answer_of(BREAKS_ITS_CALL), lease(), tolerant=True)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", Cause.EMPTY),
        (b" \n", Cause.EMPTY),
        (b'{"candidates": [', Cause.BAD_ANSWER),
        (b"[]", Cause.BAD_ANSWER),
        (orjson.dumps(LATE_ERROR), Cause.OVERLOADED),
        (orjson.dumps(BLANK), Cause.EMPTY),
    ],
)
async def test_what_is_no_whole_answer_is_rejected(body: bytes, cause: Cause) -> None:
    with pytest.raises(Rejected) as rejected:
        await receive_whole(answer_of(Reply(pieces=(body,))), lease(), tolerant=False)
    assert rejected.value.fault.cause is cause


@pytest.mark.parametrize("told", [{}, {"modelVersion": "m"}, {"promptFeedback": {}}])
async def test_a_model_that_answers_without_a_candidate_has_not_answered(told: Any) -> None:
    with pytest.raises(Rejected) as rejected:
        await receive_spoken(answer_of(Reply(pieces=(orjson.dumps(told),))), lease(), tolerant=True)
    assert rejected.value.fault.cause is Cause.EMPTY


@pytest.mark.parametrize("told", [HELLO, END, {"promptFeedback": {"blockReason": "SAFETY"}}])
async def test_a_model_answers_with_a_candidate_or_a_refusal(told: Any) -> None:
    reply = Reply(pieces=(orjson.dumps(told),))
    assert (await receive_spoken(answer_of(reply), lease(), tolerant=True)).chunk == told


async def test_an_answer_of_another_action_is_taken_as_it_is() -> None:
    reply = Reply(pieces=(b'{"totalTokens"', b": 3}"))
    whole = await receive_whole(answer_of(reply), lease(), tolerant=False)
    assert whole.body == b'{"totalTokens": 3}'


async def test_an_error_answer_is_named() -> None:
    found = await receive_error(answer_of(fault("per_minute_429", retry_s=9)), lease())
    assert (found.cause, found.retry_after_s) == (Cause.MINUTE_QUOTA, 9.0)


async def test_an_error_answer_that_breaks_off_is_a_network_failure() -> None:
    with pytest.raises(Rejected) as rejected:
        await receive_error(answer_of(Reply(500, (None,))), lease())
    assert rejected.value.fault.cause is Cause.NETWORK


CHUNKS: list[Any] = [HELLO, THOUGHT, chunk({"text": "größer 🎈"}), END, LATE_ERROR]


@settings(deadline=None)
@given(st.lists(st.sampled_from(CHUNKS), max_size=5), st.lists(st.integers(1, 40), max_size=30))
async def test_any_cut_of_a_stream_says_the_same(chunks: list[Any], cuts: list[int]) -> None:
    raw = sse(HELLO, *chunks)
    pieces, start = [], 0
    for size in cuts:
        pieces.append(raw[start : start + size])
        start += size
    pieces.append(raw[start:])
    cut = await read(await stream_of(Reply(pieces=[piece for piece in pieces if piece])))
    assert cut == await read(await stream_of(Reply(pieces=(raw,))))


async def test_whoever_wants_to_know_is_told_of_signed_chunks() -> None:
    signed = chunk({"text": "", "thoughtSignature": "a"}, finish="STOP")
    stream = await stream_of(Reply(pieces=(sse(HELLO, signed),)))
    told: list[object] = []
    stream.on_signed = told.append
    assert await read(stream) == (sse(HELLO, signed), None)
    assert told == [signed]


async def test_a_chunk_with_a_call_may_be_brought_into_another_form() -> None:
    call = chunk({"functionCall": {"name": "f"}}, finish="STOP")
    stream = await stream_of(Reply(pieces=(sse(HELLO, call),)))
    stream.reform = lambda given: {**given, "more": True}
    assert await read(stream) == (sse(HELLO, {**call, "more": True}), None)
