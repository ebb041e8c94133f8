"""The one thread that has the database: it opens, reads, writes and answers questions.

Writes are gathered for about a second and committed together. A write that fails is kept and
tried again; it never reaches the one who made it. Not here: SQL (`database`, `tables`).
"""

import atexit
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import islice
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from proxy_core.clock import Clock
from proxy_core.memory.tables import (
    MAX_BYTES,
    READ_AT_START,
    Contents,
    DatabaseFailed,
    Pending,
    Table,
    Values,
)

if TYPE_CHECKING:
    from proxy_core.memory.database import Database

T = TypeVar("T")

BATCH_S = 1.0
RETRY_S = 30.0
"Between attempts to write what could not be written, where nothing new comes."
JOIN_S = 5.0
"Longest wait for the last batch at the end."
AT_ONCE = 1_000
"Rows of one transaction, so that a long backlog of a full file is written as space comes."
BACKLOG = 100_000
"Rows of a table that may wait for a disk that is slow or full; beyond, some are dropped."

_log = logging.getLogger(__name__)


class _Change(NamedTuple):
    table: Table
    key: Values
    values: Values | None


class _Question(NamedTuple):
    ask: "Callable[[Database], Any]"
    answer: "Future[Any]"


class Writer:
    """Per process. `put`, `ask` and `flush` may be called on the loop; the rest block."""

    def __init__(self, path: Path | None, clock: Clock, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._clock = clock
        self._queue: queue.SimpleQueue[_Change | _Question | None] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._pending: Pending = {}
        self._questions: list[_Question] = []
        self._ended = False
        self._open_problem: str | None = None
        self._write_problem: str | None = None
        self._opened: Future[Contents] = Future()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def start(self) -> Contents:
        """Starts the thread, and waits until it has read the file; where there can be no
        database at all, what is put is dropped."""
        self._thread.start()
        atexit.register(self.close)
        return self._opened.result()

    @property
    def problem(self) -> str | None:
        return self._write_problem or self._open_problem

    def put(self, table: Table, key: Values, values: Values | None) -> None:
        """Has a row written, or deleted where `values` is None."""
        if not self._ended and self._queue.qsize() < BACKLOG:
            self._queue.put(_Change(table, key, values))

    def ask(self, question: "Callable[[Database], T]") -> "Future[T]":
        """Has the thread call `question`, after everything that was put before is written."""
        answer: Future[T] = Future()
        if self._ended:
            answer.set_exception(DatabaseFailed("the memory is closed"))
        else:
            self._queue.put(_Question(question, answer))
            self._hurry.set()
        return answer

    def flush(self) -> "Future[bool]":
        """Whether all that was put before is on the disk. Never fails."""
        if self._ended:
            no: Future[bool] = Future()
            no.set_result(False)
            return no
        return self.ask(lambda database: database.on_disk and not self._pending)

    def close(self) -> None:
        """Writes what is pending and ends the thread. Blocks for at most JOIN_S."""
        atexit.unregister(self.close)
        if not self._ended:
            self._queue.put(None)
            self._hurry.set()
        self._thread.join(JOIN_S)

    # -- the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            # At first use, and on this thread: SQLite is a megabyte, and loading it blocks.
            from proxy_core.memory.database import open_database  # noqa: PLC0415

            database, contents, self._open_problem = open_database(self._path, self._max_bytes)
        except Exception as error:  # noqa: BLE001 - else `start` would wait for good
            _log.exception("the database cannot be opened")
            self._ended = True
            self._open_problem = (
                f"There is no database ({error}): what Pollux learns lasts only until it ends."
            )
            self._opened.set_result({table: [] for table in READ_AT_START})
            return
        self._opened.set_result(contents)
        while not self._ended:
            self._gather()
            self._commit(database)
            self._answer(database)
        database.close()

    def _gather(self) -> None:
        """Waits for something to do, then lets a batch come together."""
        try:
            first = self._queue.get(timeout=RETRY_S if self._pending else None)
        except queue.Empty:
            return
        self._take_in(first)
        if not self._ended:
            self._hurry.wait(BATCH_S)
            self._hurry.clear()
        while not self._queue.empty():
            self._take_in(self._queue.get())

    def _take_in(self, item: _Change | _Question | None) -> None:
        match item:
            case None:
                self._ended = True
            case _Question():
                self._questions.append(item)
            case _Change(table, key, values):
                rows = self._pending.setdefault(table, {})
                before = rows.pop(key, None)
                if table.adds and before is not None and values is not None:
                    values = tuple(map(add, before, values))
                rows[key] = values
                if len(rows) > BACKLOG:
                    del rows[next(iter(rows))]

    def _commit(self, database: "Database") -> None:
        try:
            # First, to make room in a file that has reached its size.
            short = self._write_problem is not None
            database.purge(self._clock.now(), self._clock.monotonic(), short=short)
            self._write(database)
        except DatabaseFailed as error:
            if self._write_problem is None:
                _log.warning("the database cannot be written: %s; it is tried again", error)
            self._write_problem = (
                f"The database cannot be written ({error}). What is new is kept in memory and "
                "written when that works again."
            )
        else:
            if self._write_problem is not None:
                _log.info("the database is written again")
            self._write_problem = None

    def _write(self, database: "Database") -> None:
        for table, rows in self._pending.items():
            while rows:
                part = dict(islice(rows.items(), AT_ONCE))
                database.write({table: part})
                for key in part:
                    del rows[key]
        self._pending = {}

    def _answer(self, database: "Database") -> None:
        questions, self._questions = self._questions, []
        for question in questions:
            if not question.answer.set_running_or_notify_cancel():
                continue
            try:
                question.answer.set_result(question.ask(database))
            except Exception as error:  # noqa: BLE001 - handed on to the one who waits
                question.answer.set_exception(error)
