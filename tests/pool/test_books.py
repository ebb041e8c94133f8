"""What a pool remembers over a restart."""

import dataclasses
from collections.abc import Callable

import pytest

from proxy_core.credentials.marks import Rest
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CredentialState, ModelState, describe
from proxy_core.pool.pool import LANES, REMEMBERED_S, Pool
from proxy_core.pool.standing import LimitRecord, MemoryLedger, StandingRecord
from tests.fakes.clock import FakeClock
from tests.pool.made_up import (
    MODEL,
    OwnersNotes,
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

DAY_S = 86_400.0
LINK = "https://console.cloud.google.com/x"


class CountingLedger(MemoryLedger):
    """Counts what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0

    def save(self, record: StandingRecord) -> None:
        self.written += 1
        super().save(record)

    def save_limits(self, record: LimitRecord) -> None:
        self.written += 1
        super().save_limits(record)


def test_standings_come_back() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", "b", ledger=ledger)
    rest(before, taken(before), clock.now() + 60)
    revoke(before, taken(before))
    after = made_pool(clock, "a", "b", ledger=ledger)
    assert after.take(want()) is None
    assert after.members["key-b"].state is CredentialState.KEY_INVALID
    clock.advance(60)
    assert served(after) == "a"


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        (CredentialState.API_OFF, Fault(Cause.API_OFF, 403, "off", link=LINK)),
        (CredentialState.NEEDS_SIGN_IN, Fault(Cause.NEEDS_SIGN_IN, 400, "The policy ended it.")),
        (CredentialState.KEY_INVALID, Fault(Cause.KEY_RETIRED, 401, "no")),
        (CredentialState.PROJECT_DENIED, Fault(Cause.PROJECT_DENIED, 403, "You may not.")),
    ],
)
def test_a_refusal_reads_the_same_after_a_restart(state: CredentialState, fault: Fault) -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", ledger=ledger)
    before.revoke(["key-a"], state, fault)
    began = clock.now()
    clock.advance(3_600)
    member = made_pool(clock, "a", ledger=ledger).members["key-a"]
    assert member.since == began
    assert describe(member.state, member.fault) == describe(state, fault)


def test_a_rest_reads_the_same_after_a_restart() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", ledger=ledger)
    began, until = clock.now(), clock.now() + 3_600
    rest(before, taken(before), until, Cause.REFUSED)
    clock.advance(60)
    pair = made_pool(clock, "a", ledger=ledger).lanes[MODEL].pairs["project-a"]
    assert (pair.state, pair.since, pair.until) == (ModelState.COOLING, began, until)
    assert describe(pair.state, pair.fault) == describe(pair.state, refusal(Cause.REFUSED))


def test_a_whole_projects_rest_comes_back() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", ledger=ledger)
    rest(before, taken(before), clock.now() + 600, Cause.SPEND_CAP, whole_project=True)
    after = made_pool(clock, "a", ledger=ledger)
    other = want(model="gemini-2.5-flash")
    assert after.take(other) is None
    pair = after.lanes["gemini-2.5-flash"].pairs["project-a"]
    assert pair.fault is not None
    assert pair.fault.cause is Cause.SPEND_CAP
    clock.advance(600)
    assert served(after, other) == "a"


def test_a_spent_day_is_probed_after_it_ended_while_nothing_ran() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", ledger=ledger)
    rest(before, taken(before), clock.now() + 3_600, Cause.DAY_QUOTA)
    clock.advance(7_200)
    after = made_pool(clock, "a", ledger=ledger)
    probe = taken(after)
    assert probe.strikes == 1
    assert after.take(want()) is None
    after.succeed(probe)
    assert after.take(want()) is not None


def test_a_rest_that_is_long_over_is_forgotten() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", ledger=ledger)
    rest(before, taken(before), clock.now() + 60)
    clock.advance(60 + REMEMBERED_S + 1)
    after = made_pool(clock, "a", ledger=ledger)
    assert not after.lanes
    assert not ledger.load()


@pytest.mark.parametrize("jump_s", [-DAY_S, DAY_S])
def test_a_clock_that_was_set_over_a_restart_shifts_rests_or_ends_them(jump_s: float) -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", ledger=ledger)
    rest(before, taken(before), clock.now() + 60)
    clock.jump(jump_s)
    if jump_s < 0:  # what a ledger does that remembers when it was last written
        for record in ledger.load():
            moved = dataclasses.replace(
                record, since=record.since + jump_s, until=record.until + jump_s
            )
            ledger.save(moved)
    after = made_pool(clock, "a", ledger=ledger)
    assert (after.take(want()) is None) is (jump_s < 0)
    clock.advance(60)
    assert after.take(want()) is not None or jump_s > 0


def test_a_credential_that_was_away_for_a_while_is_still_what_it_was() -> None:
    pool = made_pool(FakeClock(), "a", "b")
    revoke(pool, taken(pool))
    pool.replace([credential("b", "project-b")])
    pool.replace([credential("a", "project-a"), credential("b", "project-b")])
    assert pool.members["key-a"].state is CredentialState.KEY_INVALID


def test_a_credential_that_its_owner_removed_starts_anew() -> None:
    pool = made_pool(FakeClock(), "a")
    revoke(pool, taken(pool))
    pool.forget("key-a")
    pool.replace([])
    pool.replace([credential("a", "project-a")])
    assert served(pool) == "a"


def test_since_when_it_is_switched_off_comes_back() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", "b", ledger=ledger)
    began = clock.now()
    before.enable("key-a", enabled=False)
    before.enable("key-b", enabled=False)
    before.enable("key-b", enabled=True)
    clock.advance(60)
    before.enable("key-a", enabled=False)
    after = made_pool(clock, ledger=ledger)
    made = [credential(name, f"project-{name}") for name in "ab"]
    after.replace(made, OwnersNotes(off={"key-a"}))
    assert after.members["key-a"].switched_at == began
    assert after.members["key-b"].switched_at == 0.0


def test_a_sign_in_made_while_nothing_ran_ends_the_refusal_of_the_older_one() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, ledger=ledger)
    before.replace([account("ada", "p", signed_in_at=clock.now() - DAY_S)])
    before.revoke(["acc-ada"], CredentialState.NEEDS_SIGN_IN, refusal(Cause.NEEDS_SIGN_IN))
    clock.advance(60)
    after = made_pool(clock, ledger=ledger)
    after.replace([account("ada", "p", signed_in_at=clock.now())])
    assert after.members["acc-ada"].state is CredentialState.READY


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: dataclasses.replace(record, state="of a later version"),
        lambda record: dataclasses.replace(record, cause="of a later version"),
    ],
)
def test_a_record_that_makes_no_sense_harms_nothing(
    spoil: Callable[[StandingRecord], StandingRecord],
) -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    before = made_pool(clock, "a", "b", ledger=ledger)
    rest(before, taken(before), clock.now() + 60)
    revoke(before, taken(before))
    for record in ledger.load():
        ledger.save(spoil(record))
    after = made_pool(clock, "a", "b", ledger=ledger)
    assert all(member.fault is None for member in after.members.values())


# -- limits --------------------------------------------------------------------------------


def limited(clock: FakeClock, ledger: MemoryLedger) -> Pool:
    """A pool that used one model three times and was told its limits."""
    pool = made_pool(clock, "a", ledger=ledger)
    served(pool)
    rest(pool, taken(pool), clock.now() + 1, Cause.MINUTE_QUOTA, limit=10)
    clock.advance(1)
    rest(pool, taken(pool), clock.now() + 1, Cause.DAY_QUOTA, limit=20)
    return pool


def test_learned_limits_and_the_days_use_come_back() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    limited(clock, ledger).note_use(clock.now())
    use = made_pool(clock, "a", ledger=ledger).lanes[MODEL].pairs["project-a"].use
    assert (use.limit_minute, use.limit_day, use.in_day(clock.now())) == (10, 20, 3)


def test_yesterdays_use_does_not_count_and_its_limits_do() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    limited(clock, ledger).note_use(clock.now())
    clock.advance(DAY_S)
    use = taken(made_pool(clock, "a", ledger=ledger)).pair.use
    assert (use.limit_minute, use.limit_day, use.in_day(clock.now())) == (10, 20, 1)


def test_limits_of_tokens_are_not_learned() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    pool = made_pool(clock, "a", ledger=ledger)
    rest(pool, taken(pool), clock.now() + 1, limit=250_000, unit="tokens")
    assert not ledger.limits()


def test_use_is_written_once_a_minute_and_only_where_there_was_some() -> None:
    clock, ledger = FakeClock(), CountingLedger()
    pool = made_pool(clock, *"abcdef", ledger=ledger)
    for _ in range(100):
        served(pool, want("c", "d", "e", "f"))
    assert ledger.written == 0
    pool.note_use(clock.now())
    assert ledger.written == 2
    pool.note_use(clock.now())
    assert ledger.written == 2
    served(pool, want(*"bcdef"))
    pool.note_use(clock.now())
    assert ledger.written == 3


def test_names_that_clients_made_up_leave_no_trace() -> None:
    clock, ledger = FakeClock(), CountingLedger()
    pool = made_pool(clock, "a", ledger=ledger)
    for number in range(2 * LANES):
        lease = taken(pool, want(model=f"made-up-{number}"))
        unknown = refusal(Cause.MODEL_UNAVAILABLE)
        pool.mark(lease, Rest(ModelState.UNAVAILABLE, clock.now() + 3_600), unknown)
        lease.give_back()
    taken(pool, want(model="nobody-answered")).give_back()
    pool.note_use(clock.now())
    assert ledger.written == 0
    assert not ledger.load()
    assert not pool.books._limits


def test_use_is_noted_of_a_model_whose_quota_was_named_and_that_never_answered() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    pool = made_pool(clock, "a", ledger=ledger)
    rest(pool, taken(pool), clock.now() + 1, Cause.DAY_QUOTA)
    pool.note_use(clock.now())
    assert [limit.used_day for limit in ledger.limits()] == [1]


def test_a_ledger_may_come_after_the_pool_was_made() -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    revoke(before := made_pool(clock, "a", ledger=ledger), taken(before))
    after = made_pool(clock)
    after.ledger = ledger
    after.replace([credential("a", "project-a")])
    assert after.members["key-a"].state is CredentialState.KEY_INVALID
