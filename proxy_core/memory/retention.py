"""How long rows are kept, and how many at most; the file gives the space back.

Rows go by their age only while the wall clock can be trusted: one that was wrong for a moment
would take years of them along. Only the writer's thread calls this, with its connection.
"""

from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING

from proxy_core.memory.tables import PERIODS

if TYPE_CHECKING:
    import sqlite3

_HOUR_S = 3_600.0
_DAY_S = 86_400.0

EVERY_S = _HOUR_S
DRIFT_S = 60.0
"A wall clock that has moved so much more or less than the monotonic one was set."
STANDING_S = _DAY_S
"After the end of a rest, for those who look why it was."
LIMIT_S = 90 * _DAY_S
"After the last day on which a learned limit was used."
SIGNATURE_S = 30 * _DAY_S
SIGNATURES = 10_000
SIGNATURE_BYTES = 32 * 1024 * 1024
"Both as the memory of them is bounded while the program runs."
USAGE_S = {"minute": 2 * _DAY_S, "hour": 60 * _DAY_S, "day": 3 * 365 * _DAY_S}
USAGE_ROWS = 200_000
"For each period; beyond, the oldest go first."
_PAGES = 2_000
"Given back to the system at once."


class Retention:
    """Knows when something is due: every hour, and sooner where signatures pour in."""

    def __init__(self) -> None:
        self._looked = -inf
        "When both clocks were last compared, by the monotonic one."
        self._offset: float | None = None
        "What the wall clock was ahead of the monotonic one then."
        self._trusted = False
        "Whether the wall clock had gone on like the other one for an hour then."
        self._changes = 0

    def purge(
        self, connection: "sqlite3.Connection", now: float, monotonic: float, *, short: bool = False
    ) -> None:
        """short: there is no room left, so that it is always due."""
        offset = now - monotonic
        agrees = self._offset is not None and abs(offset - self._offset) < DRIFT_S
        if monotonic - self._looked >= EVERY_S:
            self._looked, self._offset, self._trusted = monotonic, offset, agrees
            short = True
        if short and agrees and self._trusted:
            expire(connection, now)
        if short or connection.total_changes - self._changes >= SIGNATURES:
            trim(connection)
            self._changes = connection.total_changes


def expire(connection: "sqlite3.Connection", now: float) -> None:
    """Deletes what has had its time."""
    oldest_day = datetime.fromtimestamp(now - LIMIT_S, UTC).date().isoformat()
    run = connection.execute
    run("DELETE FROM standing WHERE until > 0 AND until < ?", (now - STANDING_S,))
    run("DELETE FROM learned_limit WHERE day < ?", (oldest_day,))
    run("DELETE FROM binding WHERE expires_at < ?", (now,))
    run("DELETE FROM signature WHERE at < ?", (now - SIGNATURE_S,))
    for period, seconds in PERIODS.items():
        run("DELETE FROM usage WHERE period = ? AND at < ?", (seconds, now - USAGE_S[period]))


def trim(connection: "sqlite3.Connection", usage_rows: int = USAGE_ROWS) -> None:
    """Deletes the oldest of what is too much, and gives free space back."""
    run = connection.execute
    run(
        "DELETE FROM signature WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, "
        "ROW_NUMBER() OVER newest AS place, SUM(size) OVER newest AS bytes FROM signature "
        "WINDOW newest AS (ORDER BY at DESC, rowid DESC)) WHERE place > ? OR bytes > ?)",
        (SIGNATURES, SIGNATURE_BYTES),
    )
    for seconds in PERIODS.values():
        run(
            "DELETE FROM usage WHERE period = ?1 AND at <= (SELECT at FROM usage "
            "WHERE period = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)",
            (seconds, usage_rows),
        )
    # As a script: `execute` takes one step of it, and each step frees one page.
    connection.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
