"""The shapes of load: closed and open loops, many streams at once, clients that hang up.

It runs in the benchmark's own process, on the core that the proxy under test does not have.
What goes wrong is raised as BadAnswer, but in `streams`, whose caller counts it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from itertools import cycle

import orjson

from tests.bench.client import Answer, BadAnswer, Connection, get


async def closed_loop(port: int, requests: Sequence[bytes], total: int, concurrency: int) -> None:
    """Send so many requests, so many at a time, the given ones in turn."""
    todo = iter(range(total))

    async def work() -> None:
        connection = await Connection.open(port)
        for number in todo:
            (await connection.send(requests[number % len(requests)])).checked(events=1)
        connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())


async def open_loop(port: int, request: bytes, total: int, per_s: float) -> list[Answer]:
    """Send at a fixed rate, however long the answers take, over kept connections."""
    free: list[Connection] = []

    async def send() -> Answer:
        connection = free.pop() if free else await Connection.open(port)
        answer = await connection.send(request)
        free.append(connection)
        return answer

    answers = await _spaced(send, total, total / per_s)
    for connection in free:
        connection.close()
    return answers


async def streams(port: int, requests: Sequence[bytes], total: int, over_s: float) -> list[Answer]:
    """Open so many streams within that time, each on its own connection, and read them all."""
    turn = cycle(requests)

    async def send() -> Answer:
        try:
            connection = await Connection.open(port)
            answer = await connection.send(next(turn))
        except (BadAnswer, OSError) as failure:
            return Answer(0, repr(failure).encode(), 0.0, 0.0)
        connection.close()
        return answer

    return await _spaced(send, total, over_s)


async def _spaced(
    send: Callable[[], Coroutine[None, None, Answer]], total: int, over_s: float
) -> list[Answer]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks: list[asyncio.Task[Answer]] = []
    for number in range(total):
        await asyncio.sleep(began + number * over_s / total - loop.time())
        tasks.append(loop.create_task(send()))
    return await asyncio.gather(*tasks)


@dataclass(frozen=True, slots=True)
class HangUps:
    sent: int
    late: int
    "Those that the upstream saw later than allowed, or never."
    slowest_s: float


async def hang_ups(
    port: int, upstream: int, requests: dict[str, bytes], concurrency: int, within_s: float
) -> HangUps:
    """Hang up on every stream at its first event, and ask the upstream when it noticed.

    requests: by the name under which the upstream reports the abort.
    """
    todo = iter(requests.items())
    left: dict[str, float] = {}

    async def work() -> None:
        for name, request in todo:
            connection = await Connection.open(port)
            left[name] = await connection.send_and_hang_up(request)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    await asyncio.sleep(within_s)
    seen = await _aborts(upstream)
    delays = [seen.get(name, float("inf")) - at for name, at in left.items()]
    return HangUps(len(left), sum(delay > within_s for delay in delays), max(delays))


async def _aborts(upstream: int) -> dict[str, float]:
    connection = await Connection.open(upstream)
    answer = await connection.send(get("/aborts"))
    connection.close()
    seen: dict[str, float] = orjson.loads(answer.body)
    return seen
