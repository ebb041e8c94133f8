"""Members, units and pairs; and the conformance suite of ledgers."""

from collections.abc import Callable

import pytest

from proxy_core.gemini.states import CredentialState
from proxy_core.memory.ledger import StoredLedger
from proxy_core.memory.writer import Writer
from proxy_core.pool.standing import (
    Ledger,
    LimitRecord,
    Member,
    MemoryLedger,
    Pair,
    StandingRecord,
    Unit,
)
from tests.fakes.clock import FakeClock
from tests.pool.made_up import MODEL, credential


def stored() -> Ledger:
    return StoredLedger((), (), Writer(None, FakeClock()), 0.0)


LEDGERS: tuple[Callable[[], Ledger], ...] = (MemoryLedger, stored)
COOLING = StandingRecord(
    "project-a", MODEL, "cooling", 1.0, 61.0, "too many", 0, "minute_quota", "https://a.example/"
)


def unit_of(*names: str) -> Unit:
    unit = Unit("project-a")
    for position, name in enumerate(names):
        unit.members.append(Member(credential(name, unit.id), unit, position))
    return unit


def test_a_unit_picks_the_member_that_was_used_the_longest_ago() -> None:
    unit = unit_of("a", "b", "c")
    for turn, member in enumerate(unit.members):
        member.turn = 9 - turn
    picked = unit.pick(set())
    assert picked is not None
    assert picked.credential.label == "c"


def test_a_unit_picks_no_member_that_was_tried_or_cannot_be_used() -> None:
    unit = unit_of("a", "b", "c")
    unit.members[0].enabled = False
    unit.members[1].state = CredentialState.LEAKED
    assert unit.pick({"key-c"}) is None
    assert unit.usable
    unit.members[2].state = CredentialState.NEEDS_SIGN_IN
    assert not unit.usable


def test_a_pair_is_free_below_the_cap() -> None:
    pair = Pair(unit_of("a"), MODEL, in_flight=2)
    assert pair.free(0)
    assert pair.free(3)
    assert not pair.free(2)


def test_a_half_open_pair_takes_one_request_at_a_time() -> None:
    pair = Pair(unit_of("a"), MODEL, half_open=True)
    assert pair.free(0)
    pair.in_flight = 1
    assert not pair.free(0)


@pytest.mark.parametrize("make", LEDGERS)
def test_a_ledger_gives_back_what_was_saved(make: Callable[[], Ledger]) -> None:
    ledger = make()
    whole = StandingRecord("key-a", None, "leaked", 1.0, 0.0, "found in public")
    ledger.save(COOLING)
    ledger.save(whole)
    assert set(ledger.load()) == {COOLING, whole}


@pytest.mark.parametrize("make", LEDGERS)
def test_a_ledger_keeps_one_record_per_subject_and_model(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.save(COOLING)
    spent = StandingRecord("project-a", MODEL, "day_spent", 2.0, 99.0, "spent", strikes=2)
    ledger.save(spent)
    assert ledger.load() == (spent,)


@pytest.mark.parametrize("make", LEDGERS)
def test_deleting_from_a_ledger_may_be_repeated(make: Callable[[], Ledger]) -> None:
    ledger = make()
    ledger.save(COOLING)
    ledger.delete("project-a", MODEL)
    ledger.delete("project-a", MODEL)
    assert not ledger.load()


@pytest.mark.parametrize("make", LEDGERS)
def test_a_ledger_keeps_one_record_of_limits_per_unit_and_model(
    make: Callable[[], Ledger],
) -> None:
    ledger = make()
    other = LimitRecord("project-b", MODEL, None, None, 1, "2026-11-23")
    ledger.save_limits(LimitRecord("project-a", MODEL, None, 20, 3, "2026-11-23"))
    ledger.save_limits(other)
    later = LimitRecord("project-a", MODEL, 10, 20, 1, "2026-11-24")
    ledger.save_limits(later)
    assert set(ledger.limits()) == {other, later}
    assert not ledger.load()


def test_a_members_project_is_known_where_its_unit_is_no_lone_key() -> None:
    unit = unit_of("a")
    assert unit.members[0].project == "project-a"
    lone = Unit("key-a")
    assert Member(credential("a"), lone, 0).project is None
