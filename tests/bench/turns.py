"""Contenders in turns: A B B A on one core, while the others are idle; medians of the turns."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from statistics import median
from time import sleep

from tests.bench import load
from tests.bench.contenders import Arena
from tests.bench.processes import Server
from tests.bench.upstream import ask

Load = Callable[[int], Coroutine[None, None, object]]
"Sends the requests of one turn to a port."

CONCURRENCY = 32
_EVENTS = 200
"Of a stream; 100 a second."


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is sent; less of it makes a quick look, with figures that scatter more."""

    rounds: int = 5
    "Of four turns each: many short turns let the median pass over what else the machine does."
    requests: int = 2000
    "Of 1 KB in a turn; longer ones take fewer."
    streams: int = 50
    latency_s: float = 1.2
    "Of a turn at a fixed rate."
    slow_events: int = 60
    "Of a slow stream; five a second."
    probes: int = 80
    "Streams opened among the slow ones to see how soon they begin."
    soak: int = 100_000
    aborts: int = 3000
    idle_s: float = 20
    starts: int = 7
    timer_s: float = 10
    "For which the window's timer is watched, and for which its slots block."


QUICK = Sizes(
    rounds=1,
    requests=800,
    streams=20,
    latency_s=2,
    slow_events=36,
    probes=30,
    soak=5000,
    aborts=300,
    idle_s=4,
    starts=3,
    timer_s=4,
)


@dataclass(frozen=True, slots=True)
class Duel:
    """CPU seconds per request or event of two contenders."""

    a_s: float
    b_s: float

    @property
    def ratio(self) -> float:
        """How many times A's cost B has."""
        return self.b_s / self.a_s


class Bench:
    """A run: who takes part, how much is sent, and the loop of the load."""

    def __init__(self, arena: Arena, sizes: Sizes, runner: asyncio.Runner) -> None:
        self.arena = arena
        self.sizes = sizes
        self.runner = runner
        self.pollux = arena.pollux(profiled=True)
        "The one of the ratios."

    def duel(
        self, a: Server, b: Server, turn: Load, units: int, warm: Load, rest_s: float = 0.0
    ) -> Duel:
        """CPU per unit of both, where a turn has so many units.

        rest_s: counted after each turn, for work that comes later, as a window's does.
        """
        for server in (a, b):
            self.runner.run(warm(server.port))
        spent: dict[Server, list[float]] = {a: [], b: []}
        for server in (a, b, b, a) * self.sizes.rounds:
            before = server.cpu_s()
            self.runner.run(turn(server.port))
            sleep(rest_s)
            spent[server].append((server.cpu_s() - before) / units)
        return Duel(median(spent[a]), median(spent[b]))

    def duel_of_requests(
        self, a: Server, b: Server, request: bytes, number: int, rest_s: float = 0.0
    ) -> Duel:
        def turn(port: int) -> Coroutine[None, None, None]:
            return load.closed_loop(port, [request], number, CONCURRENCY)

        def warm(port: int) -> Coroutine[None, None, None]:
            return load.closed_loop(port, [request], max(number // 5, 50), CONCURRENCY)

        return self.duel(a, b, turn, number, warm, rest_s)

    def duel_of_streams(
        self, a: Server, b: Server, make: Callable[[str], bytes], rest_s: float = 0.0
    ) -> Duel:
        """CPU per event of streams that are all open at once."""
        request = make(ask(_EVENTS, every_ms=10))

        async def turn(port: int) -> None:
            for answer in await load.streams(port, [request], self.sizes.streams, over_s=0.5):
                answer.checked(_EVENTS)

        async def warm(port: int) -> None:
            await load.streams(port, [make(ask(20, every_ms=5))], 20, over_s=0.1)

        return self.duel(a, b, turn, self.sizes.streams * _EVENTS, warm, rest_s)
