"""A running Pollux with one API key and a simulated Google behind it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from proxy_core.events import Event, ExchangeEnded
from proxy_core.simulator import World
from tests.fakes.google import google
from tests.fakes.pollux import TOKEN, RunningPollux, pollux
from tests.server import raw


@dataclass(slots=True)
class Site:
    world: World
    pollux: RunningPollux
    session: aiohttp.ClientSession
    "Sends the bearer token."
    key: str
    ended: list[ExchangeEnded]
    "What the bus told."

    async def send(self, path: str | bytes, body: bytes | None = None, **more: Any) -> raw.RawAnswer:
        return await raw.send(self.pollux.url, raw.request(path, body, **more))

    async def raw(self, data: bytes) -> raw.RawAnswer:
        return await raw.send(self.pollux.url, data)

    def in_flight(self) -> int:
        return sum(one.in_flight for one in self.pollux.engine.snapshot().credentials)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of the site; `@pytest.mark.parametrize("settings", [...], indirect=True)`."""
    return dict(getattr(request, "param", {}))


@pytest.fixture
async def site(settings: dict[str, str]) -> AsyncIterator[Site]:
    world = World()
    key = world.add_key("home-project")
    credential = {"type": "api_key", "key": key, "label": "home", "project_id": "home-project"}
    ended: list[ExchangeEnded] = []

    def note(event: Event) -> None:
        if isinstance(event, ExchangeEnded):
            ended.append(event)

    async with (
        google(world) as fake,
        pollux(fake.base_url, [credential], **settings) as running,
        aiohttp.ClientSession(running.url, headers={"Authorization": f"Bearer {TOKEN}"}) as session,
    ):
        running.engine.subscribe(note)
        yield Site(world, running, session, key, ended)
