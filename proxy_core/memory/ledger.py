"""Standings and learned limits that outlive the process.

What the pool asks is answered from dictionaries; changes go to the writer.
"""

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter

from proxy_core.memory.tables import LIMITS, STANDINGS, Values
from proxy_core.memory.writer import Writer
from proxy_core.pool.standing import LimitRecord, MemoryLedger, StandingRecord

REASON = 2_000
"Longest text of Google that is kept with a standing, in characters."


_of_standing = attrgetter(*STANDINGS.values)
_of_limit = attrgetter(*LIMITS.values)
"Columns are named as the fields of the records."


class StoredLedger(MemoryLedger):
    """A Ledger over the file. Per process."""

    def __init__(
        self, standings: Iterable[Values], limits: Iterable[Values], writer: Writer, now: float
    ) -> None:
        super().__init__()
        self._writer = writer
        for row in limits:
            super().save_limits(LimitRecord(*row))  # type: ignore[arg-type]  # columns as fields
        for subject, model, *rest in standings:
            record = StandingRecord(subject, model or None, *rest)  # type: ignore[arg-type]
            if (fitted := fit_to_clock(record, now)) is record:
                super().save(record)
            else:  # written back, or every start before `since` would lengthen the rest anew
                self.save(fitted)

    def save(self, record: StandingRecord) -> None:
        super().save(record)
        if len(record.reason) > REASON:
            record = replace(record, reason=record.reason[:REASON])
        self._writer.put(STANDINGS, (record.subject, record.model or ""), _of_standing(record))

    def delete(self, subject: str, model: str | None) -> None:
        if (subject, model) in self._records:
            super().delete(subject, model)
            self._writer.put(STANDINGS, (subject, model or ""), None)

    def save_limits(self, record: LimitRecord) -> None:
        super().save_limits(record)
        self._writer.put(LIMITS, (record.unit, record.model), _of_limit(record))


def fit_to_clock(record: StandingRecord, now: float) -> StandingRecord:
    """The record as it reads on a clock that may have been set back since it was made.

    A standing cannot begin in the future: then the clock was set back, and the whole rest moves
    with it, so that it takes as long as was announced and no longer. A clock that was set
    forward needs nothing: the rest has ended.
    """
    if record.since <= now:
        return record
    until = now + (record.until - record.since) if record.until else 0.0
    return replace(record, since=now, until=until)
