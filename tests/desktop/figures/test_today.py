import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desktop.figures.today import Today, day_queries, midnight, sum_up
from proxy_core.api import UsageQuery, UsageRow

Move = Callable[[str], ZoneInfo]


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Takes the owner to a time zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("Windows knows no TZ of a process")

    def go(name: str) -> ZoneInfo:
        monkeypatch.setenv("TZ", name)
        time.tzset()
        return ZoneInfo(name)

    yield go
    monkeypatch.undo()
    time.tzset()


def test_the_day_begins_at_the_owners_midnight() -> None:
    now = datetime(2026, 11, 23, 15, 46).astimezone()
    assert midnight(now.timestamp()) == datetime(2026, 11, 23).astimezone().timestamp()


@pytest.mark.parametrize(
    "zone",
    [
        *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"),
        *("Asia/Kathmandu", "America/St_Johns", "America/Santiago", "America/Havana"),
        *("Africa/Cairo", "Pacific/Chatham", "Pacific/Kiritimati"),
    ],
)
def test_the_day_is_the_owners_in_every_zone_on_every_day(zone: str, move: Move) -> None:
    here = move(zone)
    at = datetime(2026, 1, 1, 0, 20, tzinfo=UTC)
    while at.year == 2026:
        begin = datetime.fromtimestamp(midnight(at.timestamp()), UTC)
        before = begin - timedelta(seconds=1)
        assert begin <= at
        assert begin.astimezone(here).date() == at.astimezone(here).date()
        assert before.astimezone(here).date() < at.astimezone(here).date()
        at += timedelta(hours=5)


def test_a_day_that_begins_with_an_hour_is_asked_for_by_hours(move: Move) -> None:
    here = move("Europe/Berlin")
    now = datetime(2026, 3, 29, 15, 46, tzinfo=here).timestamp()  # the clocks were changed
    begin = datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp()
    assert day_queries(now) == (UsageQuery("hour", since=begin, by="model"),)


def test_a_day_that_begins_within_an_hour_is_asked_for_by_minutes_first(move: Move) -> None:
    move("Asia/Kolkata")
    begin = datetime(2026, 11, 22, 18, 30, tzinfo=UTC).timestamp()
    edge, hours = day_queries(begin + 36_000)
    assert edge == UsageQuery("minute", since=begin, until=begin + 1_800, by="model")
    assert hours == UsageQuery("hour", since=begin + 1_800, by="model")


def test_rows_are_summed_up() -> None:
    today = sum_up(
        [
            UsageRow(0.0, "flash", "a", "x", 3, 1, 100, 40, 5, 2, 0.25),
            UsageRow(0.0, "odd", "a", "x", 1, 0, 0, 0, 1, 0, None),
        ]
    )
    assert (today.exchanges, today.failed, today.output_tokens) == (4, 1, 8)
    assert today.cached_share == 0.4
    assert today.price_usd == 0.25
    assert today.unpriced


def test_without_rows_nothing_is_known() -> None:
    assert sum_up([]) == Today()
    assert sum_up([]).cached_share is None
