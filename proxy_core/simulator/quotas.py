"""Quotas per project and model: rolling minutes, days that end at midnight Pacific time.

Pure bookkeeping on given times. Not here: where limits come from, or how a refusal looks on the
wire (`faults.py`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
_MINUTE_S = 60.0
_DAY_RETRY_S = 31.0
"""Google's RetryInfo beside a spent day is short and says nothing about the day."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests per minute and day, input tokens per minute. None: unlimited. 0: not offered."""

    rpm: int | None = None
    rpd: int | None = None
    tpm: int | None = None


@dataclass(frozen=True, slots=True)
class Exceeded:
    """Which limit refused: the name of its row in FAULTS, its value, the wait Google names."""

    fault: str
    limit: int
    retry_s: float


@dataclass(slots=True)
class _Use:
    minute: deque[tuple[float, int]] = field(default_factory=deque)
    """(time, input tokens) of the requests of the last minute."""
    day: date | None = None
    requests_today: int = 0


@dataclass(slots=True)
class QuotaBook:
    """What each (project, model) has used."""

    uses: dict[tuple[str, str], _Use] = field(default_factory=dict)

    def charge(
        self, project: str, model: str, limits: Limits, tokens: int, now: float
    ) -> Exceeded | None:
        """Count one request, or say which limit refuses it; refused requests cost nothing."""
        use = self.uses.setdefault((project, model), _Use())
        _forget(use, now)
        exceeded = _exceeded(use, limits, tokens, now)
        if exceeded is None:
            if limits.rpm is not None or limits.tpm is not None:
                use.minute.append((now, tokens))
            use.requests_today += 1
        return exceeded

    def spend_day(self, project: str, model: str, requests: int, now: float) -> None:
        """Pretend that so many requests were made today."""
        use = self.uses.setdefault((project, model), _Use())
        _forget(use, now)
        use.requests_today += requests


def _forget(use: _Use, now: float) -> None:
    while use.minute and use.minute[0][0] <= now - _MINUTE_S:
        use.minute.popleft()
    today = datetime.fromtimestamp(now, PACIFIC).date()
    if use.day != today:
        use.day, use.requests_today = today, 0


def _exceeded(use: _Use, limits: Limits, tokens: int, now: float) -> Exceeded | None:
    if 0 in (limits.rpm, limits.rpd):
        return Exceeded("limit_zero_429", 0, _DAY_RETRY_S)
    if limits.rpd is not None and use.requests_today >= limits.rpd:
        return Exceeded("per_day_429", limits.rpd, _DAY_RETRY_S)
    if limits.rpm is not None and len(use.minute) >= limits.rpm:
        return Exceeded("per_minute_429", limits.rpm, _until(use.minute[-limits.rpm][0], now))
    if limits.tpm is not None and sum(used for _, used in use.minute) + tokens > limits.tpm:
        oldest = use.minute[0][0] if use.minute else now
        return Exceeded("input_tokens_per_minute_429", limits.tpm, _until(oldest, now))
    return None


def _until(then: float, now: float) -> float:
    """Seconds until a request of `then` leaves the rolling minute."""
    return round(max(then + _MINUTE_S - now, 0.001), 3)
