"""Time, handed in wherever it is needed, so that tests can be their own clock."""

import asyncio
import ctypes
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol


class Uptime(NamedTuple):
    """Seconds since some start of its own; only differences mean something, and none jumps."""

    total_s: float
    "Goes on while the computer sleeps."
    awake_s: float
    "Stands still while it does."


class Clock(Protocol):
    def now(self) -> float:
        """Wall time, epoch seconds."""

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""

    def uptime(self) -> Uptime:
        """With and without the time that the computer slept."""

    async def sleep(self, seconds: float) -> None: ...

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        """Waits for `future`, at most `seconds`; True when it is done. Never cancels it."""


def _uptime_of_platform() -> Callable[[], Uptime]:
    """Which clocks stand still during sleep differs: CLOCK_MONOTONIC does on Linux, goes on on
    macOS; Windows counts "unbiased" time in units of 100 ns.

    Sources: clock_gettime(2) and (3) of the two; QueryUnbiasedInterruptTime at Microsoft.
    """
    if sys.platform == "linux":
        return lambda: Uptime(
            time.clock_gettime(time.CLOCK_BOOTTIME), time.clock_gettime(time.CLOCK_MONOTONIC)
        )
    elif sys.platform == "darwin":  # noqa: RET505 - mypy passes over branches of other platforms
        return lambda: Uptime(
            time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_UPTIME_RAW)
        )
    elif sys.platform == "win32":

        def of_windows() -> Uptime:
            units = ctypes.c_ulonglong()
            ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(units))
            return Uptime(time.monotonic(), units.value / 1e7)

        return of_windows
    else:
        return lambda: Uptime(time.monotonic(), time.monotonic())


class SystemClock:
    """The machine's own clocks."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
    uptime = staticmethod(_uptime_of_platform())
    sleep = staticmethod(asyncio.sleep)

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        done, _ = await asyncio.wait((future,), timeout=seconds)
        return bool(done)
