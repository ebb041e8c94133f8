"""The SQLite file itself. Only the writer's thread loads and calls this module.

A file that cannot be used never stops the start: a damaged one is set aside, and where there
can be none (locked, read-only, no space) a database in memory takes its place, with what the file
holds where that can be read.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import NoneType
from typing import Any

from proxy_core.disk import reason_of, set_aside
from proxy_core.memory.retention import Retention
from proxy_core.memory.tables import (
    MAX_BYTES,
    MIGRATIONS,
    NOTES,
    PERIODS,
    READ_AT_START,
    USAGE,
    Contents,
    DatabaseFailed,
    Pending,
    Table,
    UsageCounts,
    Values,
)

LOCK_S = 2.0
"Longest wait for another program that has the file."
CACHE_KIB = 512

_log = logging.getLogger(__name__)

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"SQLITE_ERROR: a table or column that should be there is not."
_NOTHING_BESIDE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_KINDS = {"TEXT": str, "INTEGER": int, "REAL": float}
_UNFIT = (OverflowError, UnicodeEncodeError, sqlite3.IntegrityError, sqlite3.ProgrammingError)
"""What SQLite cannot hold: a number beyond 64 bits, half of a surrogate pair. It comes from a
broken peer or a bug, and must not hold up the rest."""
_ONLY_UNTIL_THE_END = (
    "Until that is mended, names and switched-off credentials are not known, and what Pollux "
    "learns lasts only until it ends."
)
_ONLY_READ = "What was remembered is in use, but whatever changes now lasts only until Pollux ends."


class _Newer(Exception):
    """The file is of a later version than this program knows."""


class Database:
    """One connection. Raises DatabaseFailed, and nothing of sqlite3."""

    def __init__(self, connection: sqlite3.Connection, *, on_disk: bool) -> None:
        self._connection = connection
        # One damaged name is no reason to withhold all usage.
        self._connection.text_factory = _readable
        self._retention = Retention()
        self.on_disk = on_disk

    def write(self, pending: Pending) -> None:
        """All of it, or nothing."""
        with _translated():
            # NORMAL in WAL mode survives a crash of the program, FULL one of the machine too.
            # Source: SQLite, PRAGMA synchronous.
            durable = any(table.durable for table in pending)
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with transaction(self._connection):
                for table, rows in pending.items():
                    for key, values in rows.items():
                        self._put(table, key, values)

    def _put(self, table: Table, key: Values, values: Values | None) -> None:
        try:
            self._run(table, key, values)
        except _UNFIT as error:
            _log.error("a row of %s cannot be kept: %s", table.name, error)

    def _run(self, table: Table, key: Values, values: Values | None) -> None:
        if values is None:
            self._connection.execute(table.delete, key)
        elif table is USAGE:
            at, *rest = key
            for period in PERIODS.values():
                begin = int(at or 0) // period * period
                self._connection.execute(table.put, (period, begin, *rest, *values))
        else:
            self._connection.execute(table.put, (*key, *values))

    def purge(self, now: float, monotonic: float, *, short: bool) -> None:
        """Deletes what has been kept long enough, when that is due, or where room is short."""
        with _translated():
            self._retention.purge(self._connection, now, monotonic, short=short)

    def usage(self, period: int, since: float, until: float, most: int) -> list[UsageCounts]:
        """The periods of so many seconds that overlap [since, until), oldest first.

        most: rows; the newest are taken.
        """
        columns = ", ".join((*USAGE.key[1:], *USAGE.values))
        rows = self._rows(
            f"SELECT {columns} FROM usage WHERE period = ? AND at > ? AND at < ? "  # noqa: S608
            "ORDER BY at DESC, model DESC, credential_id DESC, client DESC LIMIT ?",
            (period, since - period, until, most),
        )
        return [UsageCounts(*row) for row in reversed(rows)]

    def usage_sums(
        self, period: int, since: float, until: float, *, credentials: bool, long: int
    ) -> list[UsageCounts]:
        """As `usage`, with clients summed up, and credentials unless they are wanted.

        Counts with more prompt tokens than `long` an answered exchange stay apart.
        """
        apart = "CASE WHEN prompt_tokens > ?1 * (exchanges - failed) THEN {} ELSE '' END"
        credential = "credential_id" if credentials else apart.format("credential_id")
        # SUM fails where a broken peer's numbers go beyond 64 bits; TOTAL does not.
        sums = ", ".join(f"CAST(TOTAL({name}) AS INTEGER)" for name in USAGE.values)
        rows = self._rows(
            f"SELECT at, model, {credential}, {apart.format('client')}, {sums} FROM usage "  # noqa: S608
            "WHERE period = ?2 AND at > ?3 AND at < ?4 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            (long, period, since - period, until),
        )
        return [UsageCounts(*row) for row in rows]

    def _rows(self, sql: str, values: Sequence[float]) -> list[tuple[Any, ...]]:
        with _translated():
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


def open_database(
    path: Path | None, max_bytes: int = MAX_BYTES
) -> tuple[Database, Contents, str | None]:
    """The database with what it holds, and a sentence for the owner where there is a problem.

    path: None for one in memory.
    """
    if path is None:
        return (*_in_memory(), None)
    try:
        try:
            return (*_open_file(path, max_bytes), None)
        except sqlite3.DatabaseError as error:
            # There is no code where a text is not UTF-8.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
            if code & 0xFF not in _DAMAGED:
                raise
            return _begin_anew(path, max_bytes)
    except _Newer:
        problem = f"{path} was written by a newer Pollux and stays as it is."
    except (OSError, sqlite3.Error, DatabaseFailed) as error:
        why = reason_of(error) if isinstance(error, OSError) else error
        if (copied := _copied(path)) is not None:
            return (*copied, f"{path} cannot be written: {why}. {_ONLY_READ}")
        problem = f"{path} cannot be used: {why}."
    return (*_in_memory(), f"{problem} {_ONLY_UNTIL_THE_END}")


def _begin_anew(path: Path, max_bytes: int) -> tuple[Database, Contents, str]:
    """In the place of a damaged file. The owner's notes come along where they can be read.

    For a credential that its owner switched off must not be used again because of a damage.
    """
    notes: list[Values] = []
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as damaged:
        damaged.text_factory = _readable
        rows = damaged.execute(NOTES.select).fetchall()
        kinds = _kinds(damaged, NOTES)
        notes = [row for row in rows if _fits(row, kinds)]
    problem = f"The database was damaged and is now {_set_aside(path)}. "
    database, contents = _open_file(path, max_bytes)
    if not notes:
        lost = "Names of credentials, which are switched off, cooldowns, limits and usage are lost."
        return database, contents, problem + lost
    database.write({NOTES: {row[:1]: row[1:] for row in notes}})
    lost = "Cooldowns, limits and usage are lost; names and switches of credentials are not."
    return database, {**contents, NOTES: notes}, problem + lost


def _open_file(path: Path, max_bytes: int) -> tuple[Database, Contents]:
    _private(path)
    connection = sqlite3.connect(path, timeout=LOCK_S, isolation_level=None)
    try:
        _refuse_newer(connection)
        return _set_up(connection, max_bytes, on_disk=True)
    except BaseException:
        connection.close()
        raise


def _refuse_newer(connection: sqlite3.Connection) -> None:
    if _version(connection) > len(MIGRATIONS):
        raise _Newer


def _in_memory(source: sqlite3.Connection | None = None) -> tuple[Database, Contents]:
    """A database that lasts until the end, with what is in `source`."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        if source is not None:
            source.backup(connection)
        return _set_up(connection, MAX_BYTES, on_disk=False)
    except BaseException:
        connection.close()
        raise


def _copied(path: Path) -> tuple[Database, Contents] | None:
    """In memory, what a file holds that can only be read; None where it cannot be read either.

    For a credential that its owner switched off must not be used again because a disk is full.
    """
    # A file in WAL mode cannot be opened where nothing can be made beside it, unless SQLite is
    # told that nobody writes it. Source: https://www.sqlite.org/wal.html#readonly
    for way in ("mode=ro", "immutable=1"):
        try:
            return _copied_by(f"{path.absolute().as_uri()}?{way}")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NOTHING_BESIDE:
                break
    return None


def _copied_by(uri: str) -> tuple[Database, Contents]:
    with contextlib.closing(sqlite3.connect(uri, timeout=0, uri=True)) as source:
        # A file that another program holds fails here; `backup` would wait for it for good.
        source.execute("BEGIN")
        source.execute("PRAGMA schema_version").fetchone()
        return _in_memory(source)


def _private(path: Path) -> None:
    """Makes the file where there is none; the -wal and -shm beside it get its mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _set_aside(path: Path) -> str:
    name = set_aside(path)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            set_aside(beside)
    return name


def _set_up(
    connection: sqlite3.Connection, max_bytes: int, *, on_disk: bool
) -> tuple[Database, Contents]:
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        # Later it would have no effect. Source: SQLite, PRAGMA auto_vacuum.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute(f"PRAGMA journal_size_limit = {4 * 1024 * 1024}").fetchall()
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {max_bytes // page_bytes}").fetchall()
    migrate(connection)
    check = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if check != "ok":
        raise _damage(check)
    contents = {table: _read(connection, table) for table in READ_AT_START}
    return Database(connection, on_disk=on_disk), contents


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _read(connection: sqlite3.Connection, table: Table) -> list[Values]:
    """All rows, oldest first. SQLite lets every column hold anything; Pollux does not."""
    rows = connection.execute(f"{table.select} ORDER BY rowid").fetchall()
    kinds = _kinds(connection, table)
    if not all(_fits(row, kinds) for row in rows):
        raise _damage(f"a row of {table.name} holds what no Pollux wrote")
    return rows


def _kinds(connection: sqlite3.Connection, table: Table) -> list[tuple[type, ...]]:
    """What may stand in each column that `table.select` names."""
    declared = {
        name: (_KINDS.get(kind, NoneType), *(() if required else (NoneType,)))
        for _, name, kind, required, *_ in connection.execute(f"PRAGMA table_info({table.name})")
    }
    return [declared[name] for name in table.key + table.values]


def _fits(row: Values, kinds: Sequence[tuple[type, ...]]) -> bool:
    return all(map(isinstance, row, kinds))


def _readable(text: bytes) -> str:
    return text.decode(errors="replace")


def migrate(connection: sqlite3.Connection, scripts: Sequence[str] = MIGRATIONS) -> None:
    """Brings the file to the version of the last script, each step whole or not at all."""
    for version in range(_version(connection) + 1, len(scripts) + 1):
        with transaction(connection):
            for statement in scripts[version - 1].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseFailed(str(error)) from error
