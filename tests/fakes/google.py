"""The pretend Google for tests: the shipped simulator on a free loopback port.

`async with google() as fake:` gives its address, its world and the common orders. Not here: any
behaviour; that is `proxy_core.simulator`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from proxy_core.simulator import Simulator, World


@dataclass(frozen=True, slots=True)
class FakeGoogle:
    """A running simulator; `world` is what tests script and inspect."""

    base_url: str
    world: World


@asynccontextmanager
async def google(
    world: World | None = None, clock: Callable[[], float] = time.time
) -> AsyncIterator[FakeGoogle]:
    """Serve the world (an empty one by default) while the block runs."""
    world = World() if world is None else world
    simulator = Simulator(world, clock)
    try:
        yield FakeGoogle(await simulator.start(), world)
    finally:
        await simulator.stop()
