"""Standings as records, and back."""

import pytest

from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CredentialState, ModelState
from proxy_core.pool.records import (
    by_subject,
    fault_of,
    note,
    of_member,
    of_pair,
    restore_member,
    restore_pair,
)
from proxy_core.pool.standing import Member, Pair, StandingRecord, Unit
from tests.pool.made_up import MODEL, credential

FAULT = Fault(Cause.API_OFF, 403, "It is off.", link="https://console.cloud.google.com/x")


def member(**more: object) -> Member:
    return Member(credential("a"), Unit("project-a"), 0, **more)  # type: ignore[arg-type]


def test_a_member_comes_back_as_it_was() -> None:
    before, after = member(state=CredentialState.API_OFF, since=5.0, fault=FAULT), member()
    record = of_member(before)
    assert record == StandingRecord(
        "key-a", None, "api_off", 5.0, 0.0, "It is off.", 0, "api_off", FAULT.link
    )
    restore_member(after, by_subject([record]))
    assert (after.state, after.since) == (before.state, before.since)
    assert after.fault == Fault(Cause.API_OFF, 0, "It is off.", link=FAULT.link)


def test_a_pair_comes_back_as_it_was() -> None:
    unit = Unit("project-a")
    before = Pair(unit, MODEL, state=ModelState.DAY_SPENT, since=5.0, until=9.0, strikes=2)
    after = Pair(unit, MODEL)
    assert restore_pair(after, of_pair(before))
    assert (after.state, after.since, after.strikes) == (ModelState.DAY_SPENT, 5.0, 2)
    assert after.fault is None


def test_a_record_holds_plain_text_only() -> None:
    record = of_member(member(state=CredentialState.API_OFF, fault=FAULT))
    assert {type(record.state), type(record.cause)} == {str}


@pytest.mark.parametrize("cause", ["", "of a later version"])
def test_a_cause_that_is_not_known_is_no_fault(cause: str) -> None:
    record = StandingRecord("key-a", None, "api_off", 1.0, 0.0, "why", cause=cause)
    assert fault_of(record) is None


def test_a_note_is_told_apart_from_states() -> None:
    assert note("clients/mine", 1.0) == StandingRecord(
        "clients/mine", None, "clients", 1.0, 0.0, ""
    )
