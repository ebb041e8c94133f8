"""Data folders that take nothing, or not yet; for root too, whom permissions do not stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock

_LOCK = ".credentials.lock"
"Of `credentials.stores`."


def block(folder: Path) -> None:
    """No credential can be written from now on."""
    lock = folder / _LOCK
    lock.unlink(missing_ok=True)
    lock.mkdir()


def unblock(folder: Path) -> None:
    (folder / _LOCK).rmdir()


@asynccontextmanager
async def held_up(folder: Path) -> AsyncIterator[None]:
    """Writing a credential waits for the end of the block."""
    lock = FileLock(folder / _LOCK, thread_local=False)
    await asyncio.to_thread(lock.acquire)
    try:
        yield
    finally:
        await asyncio.to_thread(lock.release)
