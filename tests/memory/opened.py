"""Memories and files to test with."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from proxy_core.clock import Clock
from proxy_core.memory import Memory
from proxy_core.tasks import in_thread
from tests.fakes.clock import FakeClock

NOW = 1_795_000_000.0


@asynccontextmanager
async def opened(path: Path | None, clock: Clock | None = None) -> AsyncIterator[Memory]:
    """A memory for as long as the block lasts."""
    memory = await in_thread(Memory.open, path, clock or FakeClock(NOW))
    try:
        yield memory
    finally:
        await memory.close()


def rows_of(path: Path, sql: str) -> list[Any]:
    """What the file says, seen by a connection of its own."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()
