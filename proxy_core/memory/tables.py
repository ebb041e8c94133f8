"""What the file holds, as data: tables, their columns, and the scripts that make them.

Not here: SQLite itself (`database`), or how long rows are kept (`retention`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

Value: TypeAlias = str | int | float | None
Values: TypeAlias = tuple[Value, ...]
Period: TypeAlias = Literal["minute", "hour", "day"]

PERIODS: Mapping[Period, int] = {"minute": 60, "hour": 3_600, "day": 86_400}
"Lengths in seconds. Each row of usage is added to all three; days begin at midnight UTC."


MAX_BYTES = 512 * 1024 * 1024
"The file never grows beyond; retention keeps it far below."


class DatabaseFailed(Exception):
    """SQLite could not do it; the text is SQLite's own."""


@dataclass(frozen=True, eq=False)
class Table:
    """One table, and how a row is written."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    durable: bool = False
    "Written through to the disk before a flush returns, so that it survives a power failure."
    adds: bool = False
    "Numbers are added to those that are there."
    put: str = field(init=False)
    delete: str = field(init=False)
    select: str = field(init=False)

    def __post_init__(self) -> None:
        columns = ", ".join(self.key + self.values)
        marks = ", ".join("?" * len(self.key + self.values))
        change = ", ".join(
            f"{name} = {f'{name} + ' if self.adds else ''}excluded.{name}" for name in self.values
        )
        where = " AND ".join(f"{name} = ?" for name in self.key)
        # Names stand in this file; values are always bound.
        put = (
            f"INSERT INTO {self.name} ({columns}) VALUES ({marks}) "  # noqa: S608
            f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {change}"
        )
        object.__setattr__(self, "put", put)
        object.__setattr__(self, "delete", f"DELETE FROM {self.name} WHERE {where}")  # noqa: S608
        object.__setattr__(self, "select", f"SELECT {columns} FROM {self.name}")  # noqa: S608


STANDINGS = Table(
    "standing",
    ("subject", "model"),  # model: empty where the standing is a credential's own
    ("state", "since", "until", "reason", "strikes", "cause", "link"),
)
LIMITS = Table("learned_limit", ("unit", "model"), ("limit_minute", "limit_day", "used_day", "day"))
NOTES = Table("note", ("credential_id",), ("label", "enabled", "service", "location"), durable=True)
BINDINGS = Table("binding", ("name",), ("project", "expires_at"))
SIGNATURES = Table("signature", ("tool_call_id",), ("name", "gemini_id", "signature", "at", "size"))
USAGE = Table(
    "usage",
    ("period", "at", "model", "credential_id", "client"),
    (
        "exchanges",
        "failed",
        "prompt_tokens",
        "cached_tokens",
        "output_tokens",
        "thought_tokens",
    ),
    adds=True,
)

READ_AT_START = (STANDINGS, LIMITS, NOTES, BINDINGS, SIGNATURES)

Contents: TypeAlias = Mapping[Table, list[Values]]
"The rows of each table in READ_AT_START, key columns first, oldest first."

Pending: TypeAlias = dict[Table, dict[Values, Values | None]]
"Rows to write by key; None: to delete."


class UsageCounts(NamedTuple):
    """What one model, credential and client used in one period; empty: it is summed up."""

    at: float
    "Begin of the period, epoch seconds."
    model: str
    credential_id: str
    "Of the attempt that served; empty where there was none."
    client: str
    exchanges: int
    failed: int
    prompt_tokens: int
    "Cached ones included."
    cached_tokens: int
    output_tokens: int
    "Thoughts not included."
    thought_tokens: int


MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE standing (
        subject TEXT NOT NULL,
        model TEXT NOT NULL,
        state TEXT NOT NULL,
        since REAL NOT NULL,
        until REAL NOT NULL,
        reason TEXT NOT NULL,
        strikes INTEGER NOT NULL,
        cause TEXT NOT NULL,
        link TEXT,
        PRIMARY KEY (subject, model)
    );
    CREATE TABLE learned_limit (
        unit TEXT NOT NULL,
        model TEXT NOT NULL,
        limit_minute INTEGER,
        limit_day INTEGER,
        used_day INTEGER NOT NULL,
        day TEXT NOT NULL,
        PRIMARY KEY (unit, model)
    );
    CREATE TABLE note (
        credential_id TEXT NOT NULL PRIMARY KEY,
        label TEXT,
        enabled INTEGER NOT NULL
    );
    CREATE TABLE binding (
        name TEXT NOT NULL PRIMARY KEY,
        project TEXT NOT NULL,
        expires_at REAL NOT NULL
    );
    CREATE TABLE signature (
        tool_call_id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        gemini_id TEXT,
        signature TEXT,
        at REAL NOT NULL,
        size INTEGER NOT NULL
    );
    CREATE INDEX signature_by_age ON signature (at, size);
    CREATE TABLE usage (
        period INTEGER NOT NULL,
        at INTEGER NOT NULL,
        model TEXT NOT NULL,
        credential_id TEXT NOT NULL,
        client TEXT NOT NULL,
        exchanges INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        thought_tokens INTEGER NOT NULL,
        PRIMARY KEY (period, at, model, credential_id, client)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE note ADD COLUMN service TEXT;
    ALTER TABLE note ADD COLUMN location TEXT;
    """,
)
"""One script for each version of the file, in order; a released one never changes."""
