"""The one loop over failures: leases come back, and no credential is asked without need."""

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.errors import Failed, ProblemKind
from proxy_core.relay.receive import Rejected
from tests.relay.made_up import (
    BREAKS_ITS_CALL,
    CUT,
    EMPTY,
    ERROR_FIRST,
    HELLO,
    NO_CONNECTION,
    RESET,
    RESET_LATER,
    SAYS_NOTHING,
    WELL,
    Reply,
    Stage,
    call,
    fault,
    marked,
    sse,
)

SCRIPTED: dict[str, Reply] = {
    "well": WELL,
    "no connection": NO_CONNECTION,
    "reset": RESET,
    "reset later": RESET_LATER,
    "empty": EMPTY,
    "cut": CUT,
    "says nothing": SAYS_NOTHING,
    "breaks its call": BREAKS_ITS_CALL,
    "error first": ERROR_FIRST,
    "minute": fault("per_minute_429", retry_s=5),
    "minute, long": fault("per_minute_429", retry_s=300),
    "day": fault("per_day_429", retry_s=5),
    "tier": fault("limit_zero_429"),
    "capacity": fault("shared_capacity_429"),
    "spend": fault("spend_limit_429"),
    "overloaded": fault("overloaded_503"),
    "internal": fault("internal_500"),
    "deadline": fault("deadline_504"),
    "html": fault("html_502"),
    "dead key": fault("api_key_invalid"),
    "expired": fault("access_token_expired"),
    "suspended": fault("consumer_suspended"),
    "refused": fault("iam_permission_denied"),
    "API off": fault("service_disabled"),
    "no model": fault("model_not_found"),
    "bad": fault("invalid_argument"),
    "signature": fault("signature_missing"),
    "schema": fault("schema_too_complex"),
    "hop": Reply(pieces=(sse(marked("hello", "CONTINUATION")),)),
    "broken off": Reply(pieces=(sse(marked("hello"), HELLO), None)),
}
SCRIPTS = st.lists(st.sampled_from(sorted(SCRIPTED)), max_size=7)
FORMS = st.sampled_from(["stream", "chunks"])
POOLS = st.lists(st.sampled_from(["a", "b", "c@shared", "d@shared"]), unique=True)


async def use(stage: Stage, form: str) -> None:
    """One call as a handler makes it: asks, reads to the end, closes."""
    if form == "chunks":
        await stage.relay.chunks(stage.exchange(), call())
        return
    reply = await stage.relay.stream(stage.exchange(), call())
    try:
        while await reply.blocks():
            pass
    finally:
        reply.close()


async def run(stage: Stage, form: str) -> asyncio.Future[None]:
    task = asyncio.ensure_future(use(stage, form))
    await stage.finish(task)
    await asyncio.wait((task,))
    return task


@settings(max_examples=150, deadline=None)
@given(POOLS, SCRIPTS, FORMS, st.integers(0, 1))
def test_every_lease_comes_back_whatever_fails(
    names: list[str], script: list[str], form: str, cap: int
) -> None:
    async def scenario() -> None:
        stage = Stage(names, [SCRIPTED[name] for name in script], options={"cap": cap})
        task = await run(stage, form)
        task.exception()
        assert stage.all_is_back()

    asyncio.run(scenario())


@settings(max_examples=40, deadline=None)
@given(POOLS, SCRIPTS, FORMS)
def test_every_lease_comes_back_when_cancelled_at_any_await(
    names: list[str], script: list[str], form: str
) -> None:
    async def cancelled_after(steps: int) -> bool:
        stage = Stage(names, [SCRIPTED[name] for name in script])
        task = asyncio.ensure_future(use(stage, form))
        for _ in range(steps):
            await asyncio.sleep(0)
            if (seconds := stage.clock.next_due()) is not None:
                stage.clock.advance(seconds)
        finished = task.done()
        task.cancel()
        await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()
        assert stage.all_is_back()
        return finished

    async def scenario() -> None:
        steps = 0
        while not await cancelled_after(steps):
            steps += 1

    asyncio.run(scenario())


@settings(max_examples=150, deadline=None)
@given(POOLS, SCRIPTS, FORMS)
def test_no_credential_is_asked_twice_in_one_moment_but_for_a_repair(
    names: list[str], script: list[str], form: str
) -> None:
    """The fake clock moves only for rests and back-offs, so one moment is one round."""
    repairs = {"breaks its call", "expired", "signature", "schema", "hop", "broken off"}
    plain = [SCRIPTED[name] for name in script if name not in repairs]

    async def scenario() -> None:
        stage = Stage(names, plain)
        task = await run(stage, form)
        task.exception()
        assert len(set(stage.upstream.sent)) == len(stage.upstream.sent)

    asyncio.run(scenario())


@settings(max_examples=100, deadline=None)
@given(SCRIPTS, FORMS)
def test_a_healthy_credential_saves_the_call_from_whatever_rotates(
    script: list[str], form: str
) -> None:
    """Credential `a` fails in any way that is its own or nobody's; `b` is well."""
    surfaces = {"suspended", "bad", "signature", "schema", "breaks its call", "reset later", "cut"}
    kept = [SCRIPTED[name] for name in script[:1] if name not in surfaces]

    async def scenario() -> None:
        stage = Stage(("a", "b"), kept)
        task = await run(stage, form)
        assert task.exception() is None

    asyncio.run(scenario())


def outcome(task: "asyncio.Future[Any]") -> ProblemKind:
    failure = task.exception()
    assert isinstance(failure, Failed)
    return failure.problem.kind


async def test_failures_that_are_nobodys_fault_count() -> None:
    stage = Stage(("a", "b"), [SCRIPTED["overloaded"]] * 9, max_attempts=4)
    task = await run(stage, "chunks")
    assert outcome(task) is ProblemKind.OVERLOADED
    assert len(stage.contacted) == 4
    assert set(stage.contacted[:2]) == {"a", "b"}


async def test_dead_and_resting_credentials_do_not_count() -> None:
    names = [f"c{number}" for number in range(8)]
    stage = Stage(names, [SCRIPTED["dead key"], SCRIPTED["minute, long"]] * 3, max_attempts=1)
    task = await run(stage, "chunks")
    assert task.exception() is None
    assert len(set(stage.contacted)) == 7


async def test_back_off_comes_only_after_all_others_were_tried() -> None:
    stage = Stage(("a", "b", "c"), [SCRIPTED["overloaded"]] * 4)
    task = await run(stage, "chunks")
    assert task.exception() is None
    moments = [at for _, at in stage.upstream.sent]
    assert len(set(moments[:3])) == 1
    assert 0.75 <= moments[3] - moments[2] <= 1.0


async def test_the_credentials_of_one_project_are_one_try_for_a_server_error() -> None:
    stage = Stage(("a@shared", "b@shared"), [SCRIPTED["overloaded"]])
    await run(stage, "chunks")
    (_, first), (_, second) = stage.upstream.sent
    assert second - first >= 0.75


async def test_a_401_refreshes_once_on_the_same_lease() -> None:
    stage = Stage(("a", "b"), [SCRIPTED["expired"]])
    task = await run(stage, "chunks")
    assert task.exception() is None
    assert stage.contacted == ["a", "a"]
    assert stage.authorizer.expired == ["a"]


async def test_a_second_401_moves_on() -> None:
    stage = Stage(("a", "b"), [SCRIPTED["expired"]] * 2)
    await run(stage, "chunks")
    assert stage.contacted == ["a", "a", "b"]
    assert stage.pool.members["key-a"].state == "needs_sign_in"


EXPIRED = sse(orjson.loads(b"".join(filter(None, SCRIPTED["expired"].pieces))))
"The 401 where a chunk is due."


@pytest.mark.parametrize("form", ["stream", "chunks"])
async def test_a_401_in_the_place_of_a_chunk_refreshes_too(form: str) -> None:
    stage = Stage(("a", "b"), [Reply(pieces=(EXPIRED,))])
    assert (await run(stage, form)).exception() is None
    assert stage.contacted == ["a", "a"]
    assert stage.authorizer.expired == ["a"]


async def test_a_401_behind_the_first_chunk_does_not_cost_the_account_its_place() -> None:
    stage = Stage(("a",), [Reply(pieces=(sse(HELLO), EXPIRED))])
    assert isinstance((await run(stage, "stream")).exception(), Rejected)
    assert stage.pool.members["key-a"].state == "ready"


async def test_a_refused_refresh_is_skipped_without_a_request() -> None:
    stage = Stage(("a", "b"))
    stage.authorizer.refused = {"a"}
    task = await run(stage, "chunks")
    assert task.exception() is None
    assert stage.contacted == ["b"]
    assert stage.pool.members["key-a"].state == "needs_sign_in"


async def test_a_token_endpoint_that_is_down_is_not_the_credentials_fault() -> None:
    stage = Stage(("a", "b"))
    stage.authorizer.unavailable = {"a"}
    task = await run(stage, "chunks")
    assert task.exception() is None
    assert stage.pool.members["key-a"].state == "ready"


async def test_a_broken_call_is_asked_again_on_the_same_lease() -> None:
    stage = Stage(("a", "b"), [BREAKS_ITS_CALL])
    task = await run(stage, "chunks")
    assert task.exception() is None
    assert stage.contacted == ["a", "a"]


async def test_a_call_that_stays_broken_is_told() -> None:
    stage = Stage(("a", "b"), [BREAKS_ITS_CALL] * 9)
    task = await run(stage, "chunks")
    assert outcome(task) is ProblemKind.BAD_UPSTREAM
    assert len(stage.contacted) == 2


@pytest.mark.parametrize("form", ["stream", "chunks"])
async def test_an_answer_that_says_nothing_is_asked_once_more_and_then_taken(form: str) -> None:
    stage = Stage(("a", "b"), [SAYS_NOTHING] * 9)
    task = await run(stage, form)
    assert task.exception() is None
    assert stage.contacted == ["a", "b"]


async def test_waiting_for_a_rest_is_bounded_over_the_whole_call() -> None:
    stage = Stage(("a",), [fault("per_minute_429", retry_s=8)] * 9, max_wait_s=20.0)
    task = await run(stage, "chunks")
    assert outcome(task) is ProblemKind.RATE_LIMITED
    assert len(stage.contacted) == 3


async def test_an_earlier_overload_is_not_hidden_behind_dead_credentials() -> None:
    stage = Stage(("a", "b"), [SCRIPTED["overloaded"], SCRIPTED["dead key"], SCRIPTED["dead key"]])
    task = await run(stage, "chunks")
    assert outcome(task) is ProblemKind.OVERLOADED


async def test_requests_wait_for_the_credentials_to_be_opened() -> None:
    stage = Stage(("a",))
    stage.relay._loaded.clear()
    task = asyncio.ensure_future(use(stage, "chunks"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not stage.contacted
    stage.relay._loaded.set()
    await task
    assert stage.contacted == ["a"]


async def test_credentials_that_stay_closed_end_the_wait_after_ten_seconds() -> None:
    stage = Stage(("a",))
    stage.relay._loaded.clear()
    task = await run(stage, "chunks")
    assert outcome(task) is ProblemKind.UNAVAILABLE


async def test_a_stream_holds_its_lease_until_it_is_closed() -> None:
    stage = Stage(("a",))
    reply = await stage.relay.stream(stage.exchange(), call())
    assert reply.lease.pair.in_flight == 1
    reply.close()
    reply.close()
    assert stage.all_is_back()


async def test_attempts_are_written_down_with_their_outcome() -> None:
    stage = Stage(("a", "b"), [SCRIPTED["minute, long"]])
    exchange = stage.exchange()
    await stage.relay.chunks(exchange, call())
    assert [(one.label, one.outcome) for one in exchange.attempts] == [
        ("a", "minute_quota"),
        ("b", "ok"),
    ]
    assert exchange.credential_label == "b"


async def test_a_whole_answer_passes_byte_for_byte() -> None:
    body = b' {"candidates": [ {"finishReason":"STOP","content":{"parts":[{"text":"x"}]}} ]}\n'
    stage = Stage(("a",), [Reply(pieces=(body[:9], body[9:]))])
    reply = await stage.relay.whole(stage.exchange(), call("generateContent"))
    assert reply.body == body
    assert stage.all_is_back()
