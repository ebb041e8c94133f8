"""Requests that wait for a credential: one queue per model, in the order of arrival.

Not here: whether waiting helps, and for how long (`pool`).
"""

import asyncio
from bisect import insort
from typing import TypeAlias

from proxy_core.clock import Clock

Entry: TypeAlias = tuple[int, asyncio.Future[None]]
QUEUE = 512
"Requests that may wait for one model at once."


class Waiting:
    """Who waits. Per pool."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, list[Entry]] = {}
        self._places = 0

    def __contains__(self, model: str) -> bool:
        return model in self._queues

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def has_room(self, model: str) -> bool:
        return len(self._queues.get(model, ())) < QUEUE

    def place(self) -> int:
        """A place behind all others; whoever is called in vain comes back to it."""
        self._places += 1
        return self._places

    async def wait(self, model: str, place: int, seconds: float) -> None:
        """Returns when called, or after `seconds`."""
        queue = self._queues.setdefault(model, [])
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (place, called)
        insort(queue, entry)
        try:
            await self._clock.wait(called, seconds)
        except BaseException:
            if called.done():  # its turn came as it left: pass it on
                self.call(model)
            raise
        finally:
            if entry in queue:
                queue.remove(entry)
            if not queue and self._queues.get(model) is queue:
                del self._queues[model]

    def call(self, model: str) -> None:
        """Calls the one who waits longest."""
        queue = self._queues.get(model)
        while queue:
            _, called = queue.pop(0)
            if not called.done():
                called.set_result(None)
                return

    def call_all(self, model: str | None = None) -> None:
        """Calls everyone who waits for a model, or for any."""
        for one in self._queues if model is None else (model,):
            for _, called in self._queues.get(one, ()):
                if not called.done():
                    called.set_result(None)
