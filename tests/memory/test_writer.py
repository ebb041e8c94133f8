"""The thread that writes: batches, failures, questions, the end."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from proxy_core.memory.memory import FILE_NAME
from proxy_core.memory.tables import (
    BINDINGS,
    MAX_BYTES,
    NOTES,
    SIGNATURES,
    USAGE,
    DatabaseFailed,
)
from proxy_core.memory.writer import BATCH_S, Writer
from proxy_core.tasks import in_thread
from tests.fakes.clock import FakeClock
from tests.memory.opened import NOW, rows_of


@asynccontextmanager
async def running(path: Path | None, max_bytes: int = MAX_BYTES) -> AsyncIterator[Writer]:
    writer = Writer(path, FakeClock(NOW), max_bytes)
    await in_thread(writer.start)
    try:
        yield writer
    finally:
        await in_thread(writer.close)


def problem_of(writer: Writer) -> str:
    return writer.problem or ""


async def flushed(writer: Writer) -> bool:
    return await asyncio.wrap_future(writer.flush())


async def test_a_flush_waits_for_the_disk_and_not_for_the_batch(tmp_path: Path) -> None:
    async with running(tmp_path / FILE_NAME) as writer:
        began = time.monotonic()
        for number in range(8):
            writer.put(NOTES, (f"key-{number}",), ("at home", 1, None, None))
            assert await flushed(writer)
        assert time.monotonic() - began < 7 * BATCH_S
        assert rows_of(tmp_path / FILE_NAME, "SELECT count(*) FROM note") == [(8,)]


async def test_the_last_of_several_changes_to_a_row_counts(tmp_path: Path) -> None:
    async with running(tmp_path / FILE_NAME) as writer:
        for values in (("a", 1, None, None), None, ("b", 1, None, None)):
            writer.put(NOTES, ("key",), values)
        writer.put(NOTES, ("gone",), ("c", 1, None, None))
        writer.put(NOTES, ("gone",), None)
        await flushed(writer)
        assert rows_of(tmp_path / FILE_NAME, "SELECT * FROM note") == [("key", "b", 1, None, None)]


async def test_counts_of_a_minute_add_up_before_and_after_they_are_written() -> None:
    async with running(None) as writer:
        for times in (2, 1):
            for _ in range(times):
                writer.put(USAGE, (NOW, "m", "key", "curl"), (1, 0, 10, 0, 0, 0))
            await flushed(writer)
        rows = await asyncio.wrap_future(writer.ask(lambda found: found.usage(3_600, 0, NOW, 9)))
        assert [(row.exchanges, row.prompt_tokens) for row in rows] == [(3, 30)]


async def test_a_write_that_fails_is_told_once_and_made_up_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / FILE_NAME
    caplog.set_level(logging.INFO)
    async with running(path) as writer:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for number in range(2):
                writer.put(NOTES, (f"key-{number}",), ("at home", 1, None, None))
                assert not await flushed(writer)
            assert "locked" in problem_of(writer)
            other.execute("ROLLBACK")
        assert await flushed(writer)
        assert not problem_of(writer)
    assert rows_of(path, "SELECT count(*) FROM note") == [(2,)]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_a_full_disk_is_survived(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    async with running(path, 100_000) as writer:
        for number in range(50):
            writer.put(SIGNATURES, (f"call_{number}",), ("f", None, "s" * 4_000, NOW, 4_000))
        assert not await flushed(writer)
        assert "full" in problem_of(writer)
        for number in range(49):
            writer.put(SIGNATURES, (f"call_{number}",), None)
        assert await flushed(writer)
        assert not problem_of(writer)
    assert rows_of(path, "SELECT tool_call_id FROM signature") == [("call_49",)]


async def test_a_question_that_fails_tells_only_the_one_who_asked() -> None:
    async with running(None) as writer:
        with pytest.raises(DatabaseFailed):
            await asyncio.wrap_future(writer.ask(lambda found: found._rows("nonsense", ())))
        writer.put(NOTES, ("key",), ("a", 1, None, None))
        await flushed(writer)
        assert not problem_of(writer)


async def test_one_who_stops_waiting_for_an_answer_does_no_harm() -> None:
    async with running(None) as writer:
        waiting = asyncio.ensure_future(flushed(writer))
        await asyncio.sleep(0)
        waiting.cancel()
        assert not await flushed(writer)


async def test_after_the_end_questions_fail_at_once() -> None:
    async with running(None) as writer:
        await in_thread(writer.close)
        with pytest.raises(DatabaseFailed):
            await asyncio.wrap_future(writer.ask(lambda found: found.usage(60, 0, NOW, 9)))
        assert not await flushed(writer)


async def test_the_end_does_not_wait_for_the_batch(tmp_path: Path) -> None:
    began = time.monotonic()
    for number in range(8):
        async with running(tmp_path / FILE_NAME) as writer:
            writer.put(NOTES, (f"key-{number}",), ("a", 1, None, None))
    assert time.monotonic() - began < 7 * BATCH_S
    assert rows_of(tmp_path / FILE_NAME, "SELECT count(*) FROM note") == [(8,)]


async def test_where_there_can_be_no_database_at_all_it_is_said_and_done_without() -> None:
    writer = Writer(3, FakeClock(NOW))  # type: ignore[arg-type]  # a bug; SQLite may be missing
    assert not any((await in_thread(writer.start)).values())
    assert "no database" in problem_of(writer)
    writer.put(NOTES, ("key",), ("a", 1, None, None))
    assert not await flushed(writer)
    await in_thread(writer.close)


async def test_a_file_at_its_size_is_written_again_once_its_rows_have_had_their_time(
    tmp_path: Path,
) -> None:
    clock = FakeClock(NOW)
    writer = Writer(tmp_path / FILE_NAME, clock, 400_000)
    await in_thread(writer.start)
    for number in range(8_000):
        writer.put(BINDINGS, (f"files/{number:040d}",), ("p", NOW + 60))
    assert not await flushed(writer)
    assert "full" in problem_of(writer)
    clock.advance(30 * 86_400)
    for _ in range(3):
        await flushed(writer)
    assert not problem_of(writer)
    await in_thread(writer.close)
