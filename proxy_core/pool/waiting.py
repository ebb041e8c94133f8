"""Requests that wait for a credential: queues per model, each in the order of arrival.

Whoever can use one unit only waits in a queue of its own: called for another, it would let
the place go to waste that the one behind it could have used.

Not here: whether waiting helps, and for how long (`pool`).
"""

import asyncio
from bisect import insort
from typing import TypeAlias

from proxy_core.clock import Clock

Entry: TypeAlias = tuple[int, asyncio.Future[None]]
Line: TypeAlias = tuple[str, str | None]
"A model, with the unit where only one will do."
QUEUE = 512
"Requests that may wait in one queue at once."


class Waiting:
    """Who waits. Per pool."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[Line, list[Entry]] = {}
        self._places = 0

    def __contains__(self, model: str) -> bool:
        return any(line[0] == model for line in self._queues)

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def has_room(self, model: str, unit: str | None = None) -> bool:
        return len(self._queues.get((model, unit), ())) < QUEUE

    def place(self) -> int:
        """A place behind all others; whoever is called in vain comes back to it."""
        self._places += 1
        return self._places

    async def wait(self, model: str, place: int, seconds: float, unit: str | None = None) -> None:
        """Returns when called, or after `seconds`. unit: the only one that will do."""
        line = (model, unit)
        queue = self._queues.setdefault(line, [])
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (place, called)
        insort(queue, entry)
        try:
            await self._clock.wait(called, seconds)
        except BaseException:
            if called.done():  # its turn came as it left: pass it on
                self._call(line)
            raise
        finally:
            if entry in queue:
                queue.remove(entry)
            if not queue and self._queues.get(line) is queue:
                del self._queues[line]

    def call(self, model: str, unit: str | None = None) -> None:
        """Calls the one who waits longest, and the one who waits longest for this unit."""
        self._call((model, None))
        if unit is not None:
            self._call((model, unit))

    def _call(self, line: Line) -> None:
        queue = self._queues.get(line)
        while queue:
            _, called = queue.pop(0)
            if not called.done():
                called.set_result(None)
                return

    def call_all(self, model: str | None = None) -> None:
        """Calls everyone who waits for a model, or for any."""
        for line, queue in self._queues.items():
            if model in (None, line[0]):
                for _, called in queue:
                    if not called.done():
                        called.set_result(None)
