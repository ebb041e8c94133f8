"""A clock that stands still until a test moves it; nobody sleeps."""

import asyncio
from typing import Any

from proxy_core.clock import Uptime


class FakeClock:
    """Implements Clock. Wall and monotonic time move together unless `jump` parts them."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self._wall = now
        self._monotonic = 1_000.0
        self._slept = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def uptime(self) -> Uptime:
        return Uptime(self._monotonic + self._slept, self._monotonic)

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._monotonic + seconds, future))
        await future

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        timer = asyncio.ensure_future(self.sleep(seconds))
        try:
            await asyncio.wait((future, timer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
        return future.done()

    def advance(self, seconds: float) -> None:
        """Lets time pass; wakes whoever slept until then."""
        self._wall += seconds
        self._monotonic += seconds
        for due, future in self._sleepers:
            if due <= self._monotonic and not future.done():
                future.set_result(None)
        self._sleepers = [(due, future) for due, future in self._sleepers if not future.done()]

    def jump(self, seconds: float) -> None:
        """Sets the wall clock forward or back, as an administrator or NTP does."""
        self._wall += seconds

    def suspend(self, seconds: float) -> None:
        """The computer sleeps: only the wall clock goes on."""
        self._wall += seconds
        self._slept += seconds

    @property
    def sleepers(self) -> int:
        """How many wait for time to pass."""
        return sum(not future.done() for _, future in self._sleepers)

    def next_due(self) -> float | None:
        """Seconds until the first sleeper is due; None where nobody sleeps."""
        due = [due for due, future in self._sleepers if not future.done()]
        return max(0.0, min(due) - self._monotonic) if due else None
