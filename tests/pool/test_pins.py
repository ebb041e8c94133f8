"""Calls that one project alone can serve."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.errors import ProblemKind
from proxy_core.gemini.faults import Cause
from proxy_core.pool.lease import Lease
from proxy_core.pool.pool import Exhausted, Pool
from proxy_core.pool.survey import pinned_problem
from tests.fakes.clock import FakeClock
from tests.pool.made_up import credential, made_pool, refuse, rest, revoke, served, taken, want


async def settled() -> None:
    """Everything that can run now has run."""
    for _ in range(10):
        await asyncio.sleep(0)


def pinned(unit: str, *tried: str, **more: Any) -> Any:
    return want(*tried, unit=unit, **more)


def test_only_the_credentials_of_its_project_serve_a_pinned_call() -> None:
    pool = made_pool(FakeClock(), "a@one", "b@two", "c@two")
    assert {served(pool, pinned("two")) for _ in range(4)} == {"b", "c"}
    assert served(pool, pinned("one")) == "a"


def test_a_pin_holds_near_a_limit_that_others_avoid() -> None:
    pool = made_pool(FakeClock(), "a@one", "b@two")
    lease = taken(pool, pinned("one"))
    lease.pair.use.limit_minute = 1
    lease.give_back()
    assert served(pool, pinned("one")) == "a"


def test_a_pin_by_a_keys_id_holds_after_its_project_became_known() -> None:
    pool = made_pool(FakeClock())
    pool.replace([credential("a"), credential("b", "project-b")])
    assert served(pool, pinned("key-a")) == "a"
    pool.learn_project("key-a", "4711")
    assert served(pool, pinned("key-a")) == "a"
    assert served(pool, pinned("4711")) == "a"


def test_nobody_serves_a_pin_to_a_project_that_is_not_there() -> None:
    pool = made_pool(FakeClock(), "a@one")
    assert pool.take(pinned("two")) is None
    assert pool.take(pinned("one", "a")) is None


async def test_a_pinned_call_does_not_wait_for_what_never_comes() -> None:
    pool = made_pool(FakeClock(), "a@one", "b@two")
    revoke(pool, taken(pool, pinned("one")))
    for unit in ("one", "three"):
        with pytest.raises(Exhausted):
            await pool.lease(pinned(unit), 20.0)


async def test_a_pinned_call_waits_for_its_project_though_others_are_free() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@one", "b@two")
    rest(pool, taken(pool, pinned("one")), clock.now() + 5)
    waiting = asyncio.ensure_future(pool.lease(pinned("one"), 20.0))
    await settled()
    assert not waiting.done()
    clock.advance(5.1)
    assert (await waiting).credential.label == "a"


async def test_a_rest_longer_than_the_patience_is_not_waited_for() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@one", "b@two")
    rest(pool, taken(pool, pinned("one")), clock.now() + 60)
    with pytest.raises(Exhausted):
        await pool.lease(pinned("one"), 20.0)


async def test_a_place_given_back_goes_to_whoever_can_use_it() -> None:
    """One waits for another project, first in time; the place must not be lost on it."""
    pool = made_pool(FakeClock(), "a@one", "b@two", cap=1)
    first, second = taken(pool, pinned("one")), taken(pool, pinned("two"))
    for_two = asyncio.ensure_future(pool.lease(pinned("two"), 20.0))
    await settled()
    for_any = asyncio.ensure_future(pool.lease(want(), 20.0))
    await settled()
    first.give_back()
    lease = await asyncio.wait_for(for_any, 5)
    assert lease.credential.label == "a"
    assert not for_two.done()
    second.give_back()
    assert (await asyncio.wait_for(for_two, 5)).credential.label == "b"


async def test_who_waits_for_a_key_is_called_for_its_project_once_that_is_known() -> None:
    pool = made_pool(FakeClock(), cap=1)
    pool.replace([credential("a"), credential("b", "4711")])
    taken(pool, pinned("key-a"))
    second = taken(pool, pinned("4711"))
    waiting = asyncio.ensure_future(pool.lease(pinned("key-a"), 20.0))
    await settled()
    pool.learn_project("key-a", "4711")
    await settled()
    assert not waiting.done()
    second.give_back()
    await settled()
    assert waiting.done()


def test_what_a_client_is_told_names_the_thing_and_the_project() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@one", "b@two")
    gone = pinned_problem(pool, pinned("three"), "files/x", clock.now())
    assert gone.kind is ProblemKind.NOT_FOUND
    assert "files/x" in gone.message
    assert "three" in gone.message
    rest(pool, taken(pool, pinned("one")), clock.now() + 60)
    resting = pinned_problem(pool, pinned("one"), "files/x", clock.now())
    assert (resting.kind, resting.retry_after_s) == (ProblemKind.RATE_LIMITED, 60.0)
    revoke(pool, taken(pool, pinned("two")))
    out = pinned_problem(pool, pinned("two"), "files/x", clock.now())
    assert out.kind is ProblemKind.NOT_FOUND
    assert "invalid API key" in out.message


MOVES = st.lists(
    st.tuples(st.sampled_from(["take", "rest", "revoke", "learn", "back"]), st.integers(0, 3)),
    max_size=30,
)
UNITS = ("one", "two", "key-c", "nowhere")


@given(MOVES)
def test_whatever_happens_a_pinned_lease_is_of_its_project(
    moves: list[tuple[str, int]],
) -> None:
    clock = FakeClock()
    pool: Pool = made_pool(clock)
    pool.replace([credential("a", "one"), credential("b", "two"), credential("c")])
    out: list[Lease] = []
    for move, number in moves:
        unit = UNITS[number]
        if move == "learn":
            pool.learn_project("key-c", "two")
        elif move == "back" and out:
            out.pop().give_back()
        elif (lease := pool.take(pinned(unit))) is not None:
            owner = pool.unit_of(unit)
            assert owner is not None
            assert lease.member in owner.members
            if move == "rest":
                rest(pool, lease, clock.now() + 1, Cause.MINUTE_QUOTA)
            elif move == "revoke":
                refuse(pool, lease)
            else:
                out.append(lease)
        clock.advance(0.7)
    for lease in out:
        lease.give_back()
    assert all(member.in_flight == 0 for member in pool.members.values())
