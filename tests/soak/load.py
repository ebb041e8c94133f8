"""Requests at an even pace, plain and streamed, in two dialects; failures are counted."""

import asyncio
from dataclasses import dataclass, field
from itertools import cycle

from tests.bench import client
from tests.bench.client import BadAnswer, Connection
from tests.bench.upstream import ask

EVENTS, EVERY_MS = 20, 50
"Of a stream."
_REASONS_KEPT = 5


@dataclass
class Tally:
    """What became of the requests."""

    sent: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)
    "Of the first failures."

    def fail(self, failure: Exception) -> None:
        self.failed += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(f"{type(failure).__name__}: {failure}")


async def run(port: int, total: int, over_s: float, tally: Tally) -> None:
    """So many requests, evenly within that time; the tally may be read meanwhile."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    kinds = cycle(_requests())
    free: list[Connection] = []
    async with asyncio.TaskGroup() as group:
        for number in range(total):
            await asyncio.sleep(began + number * over_s / total - loop.time())
            group.create_task(_send(port, *next(kinds), free, tally))
    for connection in free:
        connection.close()


def _requests() -> list[tuple[bytes, int]]:
    """Each with the number of events of its answer."""
    plain, streamed = client.filled(1000), ask(EVENTS, EVERY_MS)
    return [
        (client.native(plain), 1),
        (client.native_stream(streamed), EVENTS),
        (client.chat_text(plain), 1),
        (client.chat_text(streamed, stream=True), EVENTS),
    ]


async def _send(
    port: int, request: bytes, events: int, free: list[Connection], tally: Tally
) -> None:
    try:
        while free and free[-1].closed:  # it was not needed for longer than Pollux keeps one
            free.pop()
        connection = free.pop() if free else await Connection.open(port)
        (await connection.send(request)).checked(events)
        free.append(connection)
    except (BadAnswer, OSError, TimeoutError) as failure:
        tally.fail(failure)
    tally.sent += 1
