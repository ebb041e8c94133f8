"""The demo that a front end shows: an engine on a simulated Google, with requests of its own.

Not here: the terminal's (`cli.demo`), which sends a few samples and tells how each went.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from proxy_core.assembly import build
from proxy_core.cli.stage import stage
from proxy_core.cli.traffic import Traffic
from proxy_core.engine.engine import Engine
from proxy_core.simulator import Simulator, lively_world
from proxy_core.tasks import spawn


@asynccontextmanager
async def demo_engine(api_key: str, *, sample_traffic: bool) -> AsyncIterator[Engine]:
    """An engine, not started yet, whose Google and folder are there as long as the block runs.

    api_key: one that may be added. sample_traffic: whether requests come once it has started.
    """

    def make_google() -> tuple[Simulator, list[dict[str, Any]]]:
        world, files = lively_world(api_key)
        return Simulator(world), files

    async with stage(make_google, {}) as (settings, token):
        engine = build(settings, token)
        playing = spawn(_play(engine, token), name="sample traffic") if sample_traffic else None
        try:
            yield engine
        finally:
            if playing is not None:
                playing.cancel()
                await asyncio.wait((playing,))


async def _play(engine: Engine, token: str) -> None:
    await engine.loaded()
    await Traffic(engine.url, token).run()
