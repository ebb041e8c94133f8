"""Leases, standings, stickiness, queues and clocks of the whole pool."""

import asyncio
from dataclasses import replace

import pytest

from proxy_core.credentials.model import Service
from proxy_core.events import Bus, Event
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.states import CredentialState
from proxy_core.pool.lease import Lease
from proxy_core.pool.pool import LANES, Exhausted, Pool
from proxy_core.pool.together import TOGETHER
from proxy_core.pool.waiting import QUEUE
from tests.fakes.clock import FakeClock
from tests.pool.made_up import (
    MODEL,
    account,
    credential,
    made_pool,
    refusal,
    rest,
    revoke,
    served,
    taken,
    want,
)

TALK = b"a conversation"


async def settled() -> None:
    """Everything that can run now has run."""
    for _ in range(10):
        await asyncio.sleep(0)


# -- units ---------------------------------------------------------------------------------


def test_two_credentials_of_one_project_share_its_rest() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a@shared", "b@shared", "c")
    assert taken(pool).pair is taken(pool, want("c")).pair
    rest(pool, taken(pool, want("c")), clock.now() + 60)
    assert {served(pool) for _ in range(4)} == {"c"}


def test_one_model_rests_and_the_others_go_on() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    assert pool.take(want()) is None
    assert served(pool, want(model="gemini-2.5-flash")) == "a"


def test_a_whole_project_rests_for_every_model() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60, Cause.SPEND_CAP, whole_project=True)
    assert pool.take(want(model="gemini-2.5-flash")) is None
    clock.advance(61)
    assert served(pool, want(model="gemini-2.5-flash")) == "a"


def test_a_revoked_credential_leaves_its_neighbour_in_the_project() -> None:
    pool = made_pool(FakeClock(), "a@shared", "b@shared")
    revoke(pool, taken(pool))
    assert {served(pool) for _ in range(3)} == {"b"}


def test_a_revoked_project_takes_all_its_credentials() -> None:
    pool = made_pool(FakeClock(), "a@shared", "b@shared")
    revoke(pool, taken(pool), whole_project=True)
    assert pool.take(want()) is None


def test_a_cleared_credential_serves_again() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    revoke_lease = taken(pool, want(model="other"))
    revoke(pool, revoke_lease)
    pool.clear("key-a")
    assert served(pool) == "a"


def test_clearing_frees_a_project_of_its_rests_in_the_ledger_too() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b")
    rest(pool, taken(pool), clock.now() + 60, Cause.SPEND_CAP, whole_project=True)
    rest(pool, taken(pool), clock.now() + 60)
    pool.clear("key-a")
    assert {record.subject for record in pool.ledger.load()} == {"project-b"}
    assert served(pool, want(model="gemini-2.5-flash")) == "a"


def test_a_disabled_credential_is_left_out_until_it_is_enabled() -> None:
    pool = made_pool(FakeClock(), "a", "b")
    pool.enable("key-a", enabled=False)
    assert {served(pool) for _ in range(3)} == {"b"}
    pool.enable("key-a", enabled=True)
    assert {served(pool) for _ in range(3)} == {"a", "b"}


# -- half open -----------------------------------------------------------------------------


def test_after_a_rest_one_request_probes_and_its_answer_opens_the_pair() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    clock.advance(60)
    probe = taken(pool)
    assert pool.take(want()) is None
    pool.succeed(probe)
    assert pool.take(want()) is not None


def test_an_answer_to_an_older_request_proves_nothing() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    old = taken(pool)
    rest(pool, taken(pool), clock.now() + 60)
    pool.succeed(old)
    old.give_back()
    assert pool.take(want()) is None


def test_many_refusals_of_one_moment_are_one_strike() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    leases = [taken(pool) for _ in range(5)]
    for lease in leases:
        rest(pool, lease, clock.now() + 47, Cause.DAY_QUOTA)
    assert pool.lanes[MODEL].pairs["project-a"].strikes == 1


# -- refusals beside requests --------------------------------------------------------------


def test_a_refused_refresh_takes_every_credential_of_the_sign_in_at_once() -> None:
    pool = made_pool(FakeClock())
    first, second = account("ada", "p"), account("ada2", "q")
    other = account("bob", "r", refresh_token="1//his")
    pool.replace([first, second, other])
    pool.refuse([first], refusal(Cause.NEEDS_SIGN_IN))
    states = [member.state.value for member in pool.members.values()]
    assert states == ["needs_sign_in", "needs_sign_in", "ready"]
    pool.refuse([other], refusal(Cause.CLIENT_INVALID))
    states = [member.state.value for member in pool.members.values()]
    assert states == ["client_invalid"] * 3


def test_the_same_refusal_twice_is_told_once() -> None:
    bus, told = Bus(), list[Event]()
    bus.subscribe(told.append)
    pool = made_pool(FakeClock(), "a", bus=bus)
    for _ in range(2):
        pool.revoke(["key-a", "gone"], CredentialState.LEAKED, refusal(Cause.LEAKED))
    assert len(told) == 1


def test_a_credential_that_google_answers_again_is_ready_and_its_models_go_on_resting() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    pool.revoke(["key-a"], CredentialState.API_OFF, refusal(Cause.API_OFF))
    pool.prove("key-a")
    pool.prove("key-a")
    assert pool.take(want()) is None
    assert served(pool, want(model="gemini-2.5-flash")) == "a"
    assert [record.subject for record in pool.ledger.load()] == ["project-a"]


# -- models -------------------------------------------------------------------------------


def test_models_nobody_uses_are_forgotten_before_those_that_rest() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    for number in range(LANES + 20):
        served(pool, want(model=f"model-{number}"))
    assert len(pool.lanes) <= LANES
    assert pool.take(want()) is None


def test_the_model_used_the_longest_ago_is_forgotten_first() -> None:
    pool = made_pool(FakeClock(), "a")
    for number in range(LANES):
        served(pool, want(model=f"model-{number}"))
    served(pool, want(model="model-0"))
    served(pool, want(model="another"))
    assert "model-0" in pool.lanes
    assert "model-1" not in pool.lanes


def test_a_forgotten_models_use_of_the_day_comes_back_with_it() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    for number in range(LANES + 1):
        served(pool, want(model=f"model-{number}"))
    assert "model-0" not in pool.lanes
    lease = taken(pool, want(model="model-0"))
    assert lease.pair.use.in_day(clock.now()) == 2


# -- stickiness ----------------------------------------------------------------------------


def test_first_turns_rotate_and_later_turns_return() -> None:
    pool = made_pool(FakeClock(), "a", "b", "c")
    assert served(pool, want(conversation=TALK)) == "a"
    assert served(pool, want(conversation=TALK)) == "b"
    for _ in range(4):
        assert served(pool, want(conversation=TALK, continues=True)) == "b"


def test_a_conversation_whose_credential_rests_moves_and_stays_there() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c")
    served(pool, want(conversation=TALK))
    on = want(conversation=TALK, continues=True)
    rest(pool, taken(pool, on), clock.now() + 60)
    moved = served(pool, on)
    assert moved != "a"
    clock.advance(61)
    assert served(pool, on) == moved


def test_a_credential_that_was_tried_is_not_forced_by_stickiness() -> None:
    pool = made_pool(FakeClock(), "a", "b")
    served(pool, want(conversation=TALK))
    assert served(pool, want("a", conversation=TALK, continues=True)) == "b"


def test_stickiness_is_forgotten_after_an_hour() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", policy="round-robin")
    served(pool, want(conversation=TALK))
    clock.advance(3_601)
    assert served(pool, want(conversation=TALK, continues=True)) == "b"


def test_stickiness_can_be_switched_off() -> None:
    pool = made_pool(FakeClock(), "a", "b", policy="round-robin", sticky=False)
    on = want(conversation=TALK, continues=True)
    assert [served(pool, on) for _ in range(3)] == ["a", "b", "a"]


@pytest.mark.parametrize("sticky", [True, False])
def test_what_is_made_to_be_used_together_is_made_with_one_credential(*, sticky: bool) -> None:
    pool = made_pool(FakeClock(), "a", "b", policy="round-robin", sticky=sticky)
    on = want(conversation=TOGETHER, continues=True)
    assert [served(pool, on) for _ in range(3)] == ["a", "a", "a"]


def test_what_is_made_next_lies_where_its_models_can_be_asked() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", policy="round-robin")
    on = want(conversation=TOGETHER, continues=True, model="/files")
    assert [served(pool, on) for _ in range(2)] == ["a", "a"]
    asked = taken(pool)
    assert asked.credential.label == "a"
    rest(pool, asked, clock.now() + 60)
    assert [served(pool, on) for _ in range(2)] == ["b", "b"]


# -- waiting -------------------------------------------------------------------------------


async def test_a_full_pair_makes_requests_wait_in_turn() -> None:
    pool = made_pool(FakeClock(), "a", cap=1)
    first = taken(pool)
    order: list[int] = []

    async def visit(number: int) -> None:
        lease = await pool.lease(want(), 20.0)
        order.append(number)
        lease.give_back()

    visits = [asyncio.ensure_future(visit(number)) for number in range(4)]
    await settled()
    assert not order
    first.give_back()
    await asyncio.gather(*visits)
    assert order == [0, 1, 2, 3]


async def test_who_was_called_in_vain_keeps_its_place() -> None:
    pool = made_pool(FakeClock(), "a", cap=1)
    held = taken(pool)
    order: list[int] = []

    async def visit(number: int) -> None:
        lease = await pool.lease(want(), 20.0)
        order.append(number)
        lease.give_back()

    visits = [asyncio.ensure_future(visit(number)) for number in range(2)]
    await settled()
    held.give_back()
    barging = taken(pool)
    await settled()
    barging.give_back()
    await asyncio.wait_for(asyncio.gather(*visits), 10)
    assert order == [0, 1]


async def test_nobody_waits_once_the_last_credential_is_revoked() -> None:
    pool = made_pool(FakeClock(), "a", cap=1)
    held = taken(pool)
    waiting = [asyncio.ensure_future(pool.lease(want(), 20.0)) for _ in range(3)]
    await settled()
    revoke(pool, held)
    await settled()
    assert [type(one.exception()) for one in waiting] == [Exhausted] * 3


async def test_waiting_ends_when_a_rest_ends() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 15)
    waiting = asyncio.ensure_future(pool.lease(want(), 20.0))
    await settled()
    clock.advance(14.9)
    await settled()
    assert not waiting.done()
    clock.advance(0.2)
    assert (await waiting).credential.label == "a"


async def test_nobody_waits_for_a_rest_that_is_longer_than_allowed() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 21)
    with pytest.raises(Exhausted):
        await pool.lease(want(), 20.0)


async def test_waiting_for_a_place_ends_with_the_time_allowed() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", cap=1)
    taken(pool)
    waiting = asyncio.ensure_future(pool.lease(want(), 20.0))
    await settled()
    clock.advance(20)
    with pytest.raises(Exhausted):
        await waiting


async def test_the_queue_is_short() -> None:
    pool = made_pool(FakeClock(), "a", cap=1)
    taken(pool)
    waiting = [asyncio.ensure_future(pool.lease(want(), 20.0)) for _ in range(QUEUE)]
    await settled()
    with pytest.raises(Exhausted):
        await pool.lease(want(), 20.0)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not pool._waiting


async def test_a_waiter_that_leaves_as_its_turn_comes_passes_it_on() -> None:
    pool = made_pool(FakeClock(), "a", cap=1)
    first = taken(pool)
    leaving = asyncio.ensure_future(pool.lease(want(), 20.0))
    staying = asyncio.ensure_future(pool.lease(want(), 20.0))
    await settled()
    first.give_back()
    leaving.cancel()
    lease: Lease = await asyncio.wait_for(staying, 10)
    assert lease.credential.label == "a"


async def test_a_cleared_credential_wakes_those_who_wait() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 15)
    waiting = asyncio.ensure_future(pool.lease(want(), 20.0))
    await settled()
    pool.clear("key-a")
    assert (await waiting).credential.label == "a"


# -- clocks --------------------------------------------------------------------------------


def resting_pool(clock: FakeClock) -> Pool:
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    return pool


def test_a_clock_set_back_by_a_day_takes_the_rest_with_it() -> None:
    clock = FakeClock()
    pool = resting_pool(clock)
    clock.jump(-86_400)
    assert pool.take(want()) is None
    clock.advance(59)
    assert pool.take(want()) is None
    clock.advance(1)
    assert pool.take(want()) is not None


def test_a_clock_set_forward_by_a_day_ends_the_rest() -> None:
    clock = FakeClock()
    pool = resting_pool(clock)
    clock.jump(86_400)
    assert pool.take(want()) is not None


def test_a_rest_that_begins_after_the_clock_was_set_back_is_not_shifted() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    lease = taken(pool)
    clock.jump(-86_400)
    rest(pool, lease, clock.now() + 60)
    assert pool.take(want()) is None
    clock.advance(60)
    assert pool.take(want()) is not None


@pytest.mark.parametrize("day", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_by_a_day_harms_nothing_that_is_not_a_rest(day: float) -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", policy="round-robin")
    served(pool, want(conversation=TALK))
    rest(pool, taken(pool), clock.now() + 1)
    clock.advance(1)
    probe = taken(pool, want("a"))
    clock.jump(day)
    assert pool.take(want("a")) is None  # one probe at a time, whatever the clock says
    pool.succeed(probe)
    probe.give_back()
    assert served(pool, want(conversation=TALK, continues=True)) == "a"
    assert {served(pool) for _ in range(4)} == {"a", "b"}
    assert probe.pair.use.in_day(clock.now()) <= 5


def test_a_clock_set_back_takes_all_times_with_it_into_the_ledger() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b")
    began = clock.now()
    rest(pool, taken(pool), began + 60, Cause.SPEND_CAP, whole_project=True)
    pool.revoke(["key-b"], CredentialState.LEAKED, refusal(Cause.LEAKED))
    clock.jump(-86_400)
    pool.take(want())
    assert pool.members["key-b"].since == began - 86_400
    assert pool.units["project-a"].rests_until == began + 60 - 86_400
    ends = {record.until for record in pool.ledger.load() if record.until}
    assert ends == {began + 60 - 86_400}


def test_a_clock_set_forward_by_a_day_ends_the_rest_of_a_project() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 600, Cause.SPEND_CAP, whole_project=True)
    clock.jump(86_400)
    assert served(pool, want(model="gemini-2.5-flash")) == "a"


def test_a_conversation_stays_with_a_billed_credential_only_while_no_other_is_free() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    paid = replace(credential("paid", "p"), service=Service.VERTEX)
    pool.replace([credential("a", "home"), paid])
    goes_on = want(conversation=b"talk", continues=True)
    free = taken(pool)
    rest(pool, free, clock.now() + 60)
    assert [served(pool, goes_on) for _ in range(2)] == ["paid", "paid"]
    clock.advance(61)
    assert [served(pool, goes_on) for _ in range(2)] == ["a", "a"]


async def test_nobody_waits_for_a_credential_of_a_service_that_cannot_answer() -> None:
    pool = made_pool(FakeClock(), "a", cap=1)
    taken(pool)
    with pytest.raises(Exhausted):
        await pool.lease(want(services=frozenset({Service.VERTEX})), 10)
