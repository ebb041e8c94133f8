"""Counting use against Google's windows: a rolling minute, a day that ends at midnight Pacific.

Pure: every function is told the time. Source: Gemini API rate limits (requests per minute
are rolling, requests per day reset at midnight America/Los_Angeles).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
HOUR_S = 3_600
NEAR = 0.95
"Share of a known limit from which a pair is avoided while others are free."
LONGEST_DAY_S = 25 * 3_600.0
"The day on which summer time ends; a day that ends later began under a clock that was wrong."


def midnight_pacific(now: float) -> float:
    """Epoch seconds of the next midnight in America/Los_Angeles after `now`."""
    return _day_of(now // HOUR_S)[1]


def pacific_day(now: float) -> str:
    """The date in America/Los_Angeles, `2026-11-23`."""
    return _day_of(now // HOUR_S)[0]


@lru_cache(maxsize=4)
def _day_of(hour: float) -> tuple[str, float]:
    """Date and end of the day there that an hour since the epoch belongs to, whole as it does.

    Kept, since with thousands of credentials each asks for itself.
    """
    local = datetime.fromtimestamp(hour * HOUR_S, PACIFIC)
    tomorrow = local.date() + timedelta(days=1)
    ends = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC)
    return local.date().isoformat(), ends.timestamp()


@dataclass(slots=True)
class Use:
    """Requests sent for one (project, model), and the limits learned from refusals."""

    limit_minute: int | None = None
    limit_day: int | None = None
    _minute: float = 0
    "Index of the running minute (epoch minutes)."
    _this: int = 0
    _before: int = 0
    _day: int = 0
    _day_ends: float = 0.0

    def count(self, now: float) -> None:
        self._roll(now)
        self._this += 1
        self._day += 1

    @property
    def known(self) -> bool:
        """Whether a limit was learned, or use was counted."""
        return bool(self.limit_minute or self.limit_day or self._day)

    def resume(self, used_day: int, now: float) -> None:
        """Goes on from what was counted earlier on the same day."""
        self._roll(now)
        self._day += used_day

    def in_minute(self, now: float) -> int:
        """Requests in the rolling minute, the previous minute weighed by what is left of it."""
        self._roll(now)
        return self._this + round(self._before * (1 - (now % 60) / 60))

    def in_day(self, now: float) -> int:
        self._roll(now)
        return self._day

    def share(self, now: float) -> float:
        """Used part of the tightest known limit, 0 where none is known."""
        share = 0.0
        if self.limit_minute:
            share = self.in_minute(now) / self.limit_minute
        if self.limit_day:
            share = max(share, self.in_day(now) / self.limit_day)
        return share

    def _roll(self, now: float) -> None:
        minute = now // 60
        if minute != self._minute:
            self._before = self._this if minute == self._minute + 1 else 0
            self._this = 0
            self._minute = minute
        if now >= self._day_ends or now < self._day_ends - LONGEST_DAY_S:
            self._day = 0
            self._day_ends = midnight_pacific(now)
