"""Google's windows: rolling minutes, days that end at midnight Pacific."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.pool.quota import NEAR, PACIFIC, Use, midnight_pacific, pacific_day

HOUR = 3_600.0


def pacific(*when: int) -> float:
    return datetime(*when, tzinfo=PACIFIC).timestamp()  # type: ignore[arg-type,misc]  # numbers only


def test_the_day_ends_at_midnight_pacific() -> None:
    assert midnight_pacific(pacific(2026, 11, 23, 12)) == pacific(2026, 11, 24)


def test_at_midnight_the_next_day_has_begun() -> None:
    assert midnight_pacific(pacific(2026, 11, 24)) == pacific(2026, 11, 25)


@pytest.mark.parametrize(
    ("noon_before", "midnight", "hours"),
    [
        ((2026, 3, 7, 12), (2026, 3, 8), 12),
        ((2026, 3, 8, 0), (2026, 3, 9), 23),  # clocks go forward: a day of 23 hours
        ((2026, 10, 31, 12), (2026, 11, 1), 12),
        ((2026, 11, 1, 0), (2026, 11, 2), 25),  # clocks go back: a day of 25 hours
    ],
)
def test_midnight_is_right_when_the_clocks_change(
    noon_before: tuple[int, ...], midnight: tuple[int, ...], hours: int
) -> None:
    now = pacific(*noon_before)
    assert midnight_pacific(now) == pacific(*midnight) == now + hours * HOUR


def test_the_hour_that_comes_twice_ends_at_the_same_midnight() -> None:
    first = pacific(2026, 11, 1, 1, 30)
    assert midnight_pacific(first) == midnight_pacific(first + HOUR) == pacific(2026, 11, 2)


@given(st.floats(1.7e9, 2.0e9))
def test_midnight_lies_ahead_and_never_more_than_25_hours(now: float) -> None:
    midnight = midnight_pacific(now)
    assert now < midnight <= now + 25 * HOUR
    local = datetime.fromtimestamp(midnight, PACIFIC)
    assert (local.hour, local.minute, local.second) == (0, 0, 0)


def test_a_minute_rolls() -> None:
    use, start = Use(limit_minute=10), 6_000_000.0
    for _ in range(6):
        use.count(start + 59)
    assert use.in_minute(start + 60) == 6
    assert use.in_minute(start + 90) == 3
    assert use.in_minute(start + 180) == 0


def test_a_day_starts_anew_at_midnight_pacific() -> None:
    use, evening = Use(limit_day=10), pacific(2026, 11, 23, 23, 59)
    for _ in range(4):
        use.count(evening)
    assert use.in_day(evening) == 4
    assert use.in_day(pacific(2026, 11, 24)) == 0


def test_a_clock_set_back_by_weeks_starts_a_new_count() -> None:
    use, now = Use(), pacific(2026, 11, 23, 12)
    use.count(now)
    assert use.in_day(now - 20 * 24 * HOUR) == 0


def test_a_clock_set_back_by_a_day_starts_a_new_count() -> None:
    use, now = Use(), pacific(2026, 11, 23, 12)
    use.count(now)
    assert use.in_day(now - 24 * HOUR) == 0


def test_a_count_goes_on_from_an_earlier_one() -> None:
    use, now = Use(), pacific(2026, 11, 23, 12)
    use.count(now)
    use.resume(5, now)
    assert use.in_day(now) == 6
    assert use.in_day(pacific(2026, 11, 24)) == 0


def test_a_day_is_named_by_its_date_in_los_angeles() -> None:
    assert pacific_day(pacific(2026, 11, 23, 23, 59)) == "2026-11-23"
    assert pacific_day(pacific(2026, 11, 24)) == "2026-11-24"


def test_the_tightest_known_limit_counts() -> None:
    use, now = Use(limit_minute=100, limit_day=10), pacific(2026, 11, 23, 12)
    for _ in range(10):
        use.count(now)
    assert use.share(now) == 1.0 >= NEAR


def test_nothing_is_near_where_no_limit_is_known() -> None:
    use = Use()
    for _ in range(1_000):
        use.count(6_000_000.0)
    assert use.share(6_000_000.0) == 0.0
