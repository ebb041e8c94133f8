"""Time, handed in wherever it is needed, so that tests can be their own clock."""

import asyncio
import time
from typing import Any, Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Wall time, epoch seconds."""

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""

    async def sleep(self, seconds: float) -> None: ...

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        """Waits for `future`, at most `seconds`; True when it is done. Never cancels it."""


class SystemClock:
    """The machine's own clocks."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(asyncio.sleep)

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        done, _ = await asyncio.wait((future,), timeout=seconds)
        return bool(done)
