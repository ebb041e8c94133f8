"""Standings that outlive the process, on clocks that do not stay right."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.memory.ledger import REASON, fit_to_clock
from proxy_core.pool.standing import StandingRecord
from tests.memory.opened import NOW, opened

DAY = 86_400.0
RESTING = StandingRecord("project-a", "m", "day_spent", NOW, NOW + 3_600, "spent", 2)


def test_a_rest_reads_the_same_on_a_clock_that_was_left_alone() -> None:
    assert fit_to_clock(RESTING, NOW + 10) is RESTING


def test_a_clock_set_back_a_day_takes_the_rest_along() -> None:
    moved = fit_to_clock(RESTING, NOW - DAY)
    assert moved == replace(RESTING, since=NOW - DAY, until=NOW - DAY + 3_600)


def test_a_clock_set_forward_a_day_ends_the_rest() -> None:
    assert fit_to_clock(RESTING, NOW + DAY).until < NOW + DAY


def test_a_refusal_without_an_end_stays_one() -> None:
    leaked = StandingRecord("key-a", None, "leaked", NOW, 0.0, "found")
    assert fit_to_clock(leaked, NOW - DAY) == replace(leaked, since=NOW - DAY)
    assert fit_to_clock(leaked, NOW + DAY) is leaked


times = st.floats(0, 4e9)


@given(since=times, length=st.floats(0, 1e6), now=times)
def test_no_rest_takes_longer_than_announced(since: float, length: float, now: float) -> None:
    fitted = fit_to_clock(StandingRecord("p", "m", "cooling", since, since + length, ""), now)
    assert fitted.since <= max(since, now)
    assert fitted.until - now <= length + 0.001
    assert fitted.until - fitted.since == pytest.approx(length, abs=0.001)


async def test_a_standing_that_is_not_there_may_be_deleted() -> None:
    async with opened(None) as memory:
        memory.ledger.delete("nobody", None)
        assert memory.ledger.load() == ()


async def test_a_long_text_of_google_is_cut_in_the_file_only() -> None:
    async with opened(None) as memory:
        long = replace(RESTING, reason="x" * (REASON + 1))
        memory.ledger.save(long)
        assert memory.ledger.load() == (long,)
