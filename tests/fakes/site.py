"""A running Pollux with one API key and a simulated Google behind it, and what it was told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from proxy_core.events import Event, ExchangeEnded
from proxy_core.simulator import World
from tests.fakes.google import google
from tests.fakes.pollux import RunningPollux, pollux
from tests.server import raw


@dataclass(slots=True)
class Site:
    world: World
    pollux: RunningPollux
    key: str
    ended: list[ExchangeEnded]
    "What the bus told."

    async def send(
        self, path: str | bytes, body: bytes | None = None, **more: Any
    ) -> raw.RawAnswer:
        return await raw.send(self.pollux.url, raw.request(path, body, **more))

    async def raw(self, data: bytes) -> raw.RawAnswer:
        return await raw.send(self.pollux.url, data)

    def in_flight(self) -> int:
        return sum(one.in_flight for one in self.pollux.engine.snapshot().credentials)


async def until(condition: Callable[[], object]) -> None:
    """Lets the loop turn until it is so; not for what takes time, only for what takes turns."""
    async with asyncio.timeout(raw.PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0)


@asynccontextmanager
async def open_site(**settings: str) -> AsyncIterator[Site]:
    world = World()
    key = world.add_key("home-project")
    credential = {"type": "api_key", "key": key, "label": "home", "project_id": "home-project"}
    ended: list[ExchangeEnded] = []

    def note(event: Event) -> None:
        if isinstance(event, ExchangeEnded):
            ended.append(event)

    async with (
        google(world) as fake,
        pollux(
            fake.base_url, [credential], clock=None, pace=None, toml=None, **settings
        ) as running,
    ):
        running.engine.subscribe(note)
        yield Site(world, running, key, ended)
