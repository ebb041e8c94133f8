"""What a restart brings back, whatever happened to the process or to the file."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from proxy_core.gemini.faults import Cause
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.states import ModelState
from proxy_core.memory import UsageCounts
from proxy_core.memory.memory import FILE_NAME
from proxy_core.memory.tables import READ_AT_START, Period, Table
from proxy_core.pool.standing import LimitRecord, StandingRecord
from proxy_core.tasks import in_thread
from tests.fakes.clock import FakeClock
from tests.memory.opened import NOW, opened, rows_of

MODEL = "gemini-2.5-flash"
COOLING = StandingRecord(
    "project-a", MODEL, "cooling", NOW, NOW + 60, "too many", 1, "minute_quota", None
)
LEAKED = StandingRecord(
    "key-a", None, "leaked", NOW - 5, 0.0, "found", 0, "leaked", "https://g.example"
)
LIMIT = LimitRecord("project-a", MODEL, 10, None, 7, "2026-11-23")
CALL = RememberedCall("look_up", "g1", "c2lnbmF0dXJl")
COUNTS = UsageCounts(NOW // 60 * 60, MODEL, "key-a", "curl/8", 2, 1, 30, 10, 5, 4)


async def test_everything_that_was_put_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.ledger.save(COOLING)
        memory.ledger.save(LEAKED)
        memory.ledger.save_limits(LIMIT)
        memory.notes.set_label("key-a", "at home")
        memory.notes.set_enabled("key-b", enabled=False)
        memory.bindings.put("files/1", "project-a", NOW + 500)
        memory.remember_signature("call_1", CALL)
        memory.add_usage([COUNTS])
    async with opened(path) as memory:
        assert memory.problem is None
        assert memory.ledger.load() == (COOLING, LEAKED)
        assert memory.ledger.limits() == (LIMIT,)
        assert memory.notes.label_of("key-a") == "at home"
        assert memory.notes.enabled("key-a")
        assert not memory.notes.enabled("key-b")
        assert memory.bindings.get("files/1") == "project-a"
        signatures = SignatureMemory()
        memory.restore_signatures(signatures)
        assert signatures.recall("call_1") == CALL
        assert await memory.usage("minute", 0, NOW + 1, 9) == [COUNTS]


async def test_slugs_come_back_as_the_texts_they_are(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    record = replace(COOLING, state=ModelState.COOLING, cause=Cause.MINUTE_QUOTA)
    async with opened(path) as memory:
        memory.ledger.save(record)
    async with opened(path) as memory:
        assert memory.ledger.load() == (record,)


async def test_what_was_taken_back_stays_away(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.ledger.save(COOLING)
        memory.notes.set_enabled("key-b", enabled=False)
        memory.bindings.put("files/1", "project-a", NOW + 500)
        await memory.flush()
        memory.ledger.delete("project-a", MODEL)
        memory.notes.forget("key-b")
        memory.bindings.forget("files/1")
    async with opened(path) as memory:
        assert memory.ledger.load() == ()
        assert memory.notes.enabled("key-b")
        assert memory.bindings.get("files/1") is None
    assert rows_of(path, "SELECT credential_id FROM note UNION ALL SELECT name FROM binding") == []


async def test_signatures_that_come_later_are_kept_too(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        signatures = SignatureMemory()
        memory.restore_signatures(signatures)
        signatures.remember("call_2", RememberedCall("f", None, None))
    async with opened(path) as memory:
        signatures = SignatureMemory()
        memory.restore_signatures(signatures)
        assert signatures.recall("call_2") == RememberedCall("f", None, None)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from proxy_core.clock import SystemClock
from proxy_core.memory import Memory

async def main():
    memory = Memory.open(Path(sys.argv[1]), SystemClock())
    memory.notes.set_enabled("key-a", enabled=False)
    assert await memory.flush()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_an_owners_note_survives_a_kill_right_after_the_flush(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    command = [sys.executable, "-c", KILLED, str(path)]
    done = await in_thread(subprocess.run, command, check=False)
    assert done.returncode == -signal.SIGKILL
    async with opened(path) as memory:
        assert memory.problem is None
        assert not memory.notes.enabled("key-a")


FORGOTTEN = """
import sys
from pathlib import Path
from proxy_core.clock import SystemClock
from proxy_core.memory import Memory

Memory.open(Path(sys.argv[1]), SystemClock()).notes.set_label("key-a", "at home")
"""


async def test_a_program_that_ends_without_closing_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    began = time.monotonic()
    command = [sys.executable, "-c", FORGOTTEN, str(path)]
    await in_thread(subprocess.run, command, check=True)
    assert time.monotonic() - began < 10
    async with opened(path) as memory:
        assert memory.notes.label_of("key-a") == "at home"


async def test_without_a_file_all_works_until_the_end() -> None:
    async with opened(None) as memory:
        memory.ledger.save(COOLING)
        memory.add_usage([COUNTS, COUNTS])
        [counts] = await memory.usage("day", 0, NOW + 1, 9)
        assert (counts.exchanges, counts.thought_tokens) == (4, 8)
        assert not await memory.flush()
        assert memory.problem is None


async def test_a_damaged_file_begins_anew_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(os.urandom(50_000))
    async with opened(path) as memory:
        assert memory.problem is not None
        assert f"{FILE_NAME}.damaged-1" in memory.problem
        memory.notes.set_label("key-a", "at home")
        assert await memory.flush()
    async with opened(path) as memory:
        assert memory.problem is None
        assert memory.notes.label_of("key-a") == "at home"


COLUMNS = [(table, column) for table in READ_AT_START for column in (*table.key, *table.values)]


@pytest.mark.parametrize("garbage", ["CAST(X'ff41' AS TEXT)", "X'ff'", "'soon'", "9e999", "-5"])
@pytest.mark.parametrize(("table", "column"), COLUMNS)
async def test_whatever_stands_in_a_row_the_memory_works(
    table: Table, column: str, garbage: str, tmp_path: Path
) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.ledger.save(COOLING)
        memory.ledger.save_limits(LIMIT)
        memory.notes.set_enabled("key-b", enabled=False)
        memory.bindings.put("files/1", "project-a", NOW + 500)
        memory.remember_signature("call_1", CALL)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {table.name} SET {column} = {garbage}")
        connection.commit()
    async with opened(path) as memory:
        memory.restore_signatures(SignatureMemory())
        memory.notes.set_label("key-a", "at home")
        assert await memory.flush()
    async with opened(path) as memory:
        assert memory.notes.label_of("key-a") == "at home"


@pytest.mark.parametrize(("period", "days"), [("minute", 1), ("hour", 7), ("day", 90)])
async def test_where_nobody_says_since_when_usage_of_a_usual_time_is_told(
    period: Period, days: int
) -> None:
    async with opened(None) as memory:
        day = NOW // 86_400 * 86_400
        memory.add_usage(COUNTS._replace(at=day - 86_400 * ago) for ago in range(200))
        told = await memory.usage(period, 0.0, 0.0, 1_000)
        assert days <= len(told) <= days + 1
        assert told[-1].at == day
        earlier = await memory.usage(period, 0.0, day - 86_400 * days, 1_000)
        assert days <= len(earlier) <= days + 1
        assert len(await memory.usage(period, 1.0, 0.0, 1_000)) == 200


@pytest.mark.parametrize(("period", "days"), [("minute", 1), ("hour", 7), ("day", 90)])
async def test_sums_are_of_the_same_time(period: Period, days: int) -> None:
    async with opened(None) as memory:
        day = NOW // 86_400 * 86_400
        for client in ("x", "y"):
            memory.add_usage(
                COUNTS._replace(at=day - 86_400 * ago, client=client) for ago in range(200)
            )
        told = await memory.usage_sums(period, 0.0, 0.0, credentials=True, long=100_000)
        assert days <= len(told) <= days + 1
        assert {row.exchanges for row in told} == {2 * COUNTS.exchanges}
        until = day - 86_400 * days
        earlier = await memory.usage_sums(period, 0.0, until, credentials=True, long=100_000)
        assert earlier[-1].at < until


async def test_ten_thousand_standings_do_not_hold_up_the_start(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        for number in range(10_000):
            memory.ledger.save(
                StandingRecord(f"project-{number}", MODEL, "cooling", NOW, NOW + 60, "x" * 200)
            )
    began = time.monotonic()
    async with opened(path) as memory:
        assert time.monotonic() - began < 2
        assert len(memory.ledger.load()) == 10_000


async def test_putting_takes_microseconds_on_the_loop(tmp_path: Path) -> None:
    async with opened(tmp_path / FILE_NAME) as memory:
        began = time.perf_counter()
        for _ in range(2_000):
            memory.ledger.save(COOLING)
        assert (time.perf_counter() - began) / 2_000 < 0.0005


async def test_a_clock_set_back_over_the_restart_moves_the_rest_once(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        memory.ledger.save(COOLING)
    clock = FakeClock(NOW - 86_400)
    async with opened(path, clock) as memory:
        [record] = memory.ledger.load()
        assert (record.since, record.until) == (NOW - 86_400, NOW - 86_340)
    clock.advance(30)
    async with opened(path, clock) as memory:
        assert memory.ledger.load() == (record,)


async def test_the_end_may_come_twice_and_late_words_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with opened(path) as memory:
        await memory.close()
        memory.ledger.save(COOLING)
    assert rows_of(path, "SELECT * FROM standing") == []
