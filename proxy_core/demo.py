"""The demo that a front end shows: an engine on a simulated Google, with requests of its own.

Not here: the terminal's (`cli.demo`), which sends a few samples and tells how each went.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from proxy_core.assembly import build
from proxy_core.cli.past import past
from proxy_core.cli.stage import stage
from proxy_core.cli.traffic import Traffic
from proxy_core.clock import SystemClock
from proxy_core.credentials.stores import FolderStore
from proxy_core.engine.engine import Engine
from proxy_core.memory import Memory
from proxy_core.memory.memory import FILE_NAME
from proxy_core.settings import data_folder
from proxy_core.simulator import Simulator, lively_world
from proxy_core.tasks import in_thread, spawn


@asynccontextmanager
async def demo_engine(api_key: str, *, sample_traffic: bool) -> AsyncIterator[Engine]:
    """An engine, not started yet, whose Google and folder are there as long as the block runs.

    api_key: one that may be added. sample_traffic: whether requests come once it has started,
    as they did, it pretends, for a month.
    """

    def make_google() -> tuple[Simulator, list[dict[str, Any]]]:
        world, files = lively_world(api_key)
        return Simulator(world), files

    async with stage(make_google, {}) as (settings, token):
        if sample_traffic:
            await _remember_a_past(data_folder(settings))
        engine = build(settings, token)
        playing = spawn(_play(engine, token), name="sample traffic") if sample_traffic else None
        try:
            yield engine
        finally:
            if playing is not None:
                playing.cancel()
                await asyncio.wait((playing,))


async def _remember_a_past(folder: Path) -> None:
    """Writes it before the engine opens its database."""
    clock = SystemClock()
    memory = await in_thread(lambda: Memory.open(folder / FILE_NAME, clock))
    loaded = await in_thread(FolderStore(folder).load)
    memory.add_usage(past(clock.now(), [one.id for one in loaded.credentials]))
    await memory.close()


async def _play(engine: Engine, token: str) -> None:
    await engine.loaded()
    await Traffic(engine.url, token).run()
