"""A running Pollux on a thread of its own, with the pretend Google behind it, for public SDKs.

The SDKs block or bring their own loops, so proxy and Google share a second thread. Each test has
its own pair; what it orders of Google or reads of it goes through `world`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeVar

import orjson
import pytest

from proxy_core.simulator import World
from proxy_core.simulator.world import Received
from tests.fakes.google import google
from tests.fakes.pollux import pollux

T = TypeVar("T")
MODEL = "gemini-3.8-flash"
PROJECTS = ("north", "south")
GENERATE = ("generateContent", "streamGenerateContent")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running Pollux with one API key for each project of its Google."""

    world: World
    url: str
    token: str

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def sent(self) -> list[Received]:
        """The generate requests that Google got, in order."""
        return [each for each in self.world.requests if each.action in GENERATE]

    def last_body(self) -> Any:
        """The JSON of the last of them."""
        return orjson.loads(self.sent()[-1].raw_body)

    def projects(self) -> list[str]:
        """Which project each of them was charged to."""
        return [each.project for each in self.sent()]


Serve = Callable[..., Proxy]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a proxy; keyword arguments are fields of World or, in capitals, settings."""
    with ExitStack() as stack:

        def start(*projects: str, **given: Any) -> Proxy:
            settings = {name: value for name, value in given.items() if name.isupper()}
            fields = {name: value for name, value in given.items() if not name.isupper()}
            return stack.enter_context(_running(World(**fields), projects or PROJECTS, settings))

        yield start


@pytest.fixture
def proxy(serve: Serve) -> Proxy:
    """A proxy in front of the strictest Google, with two credentials."""
    return serve(signatures_bound_to="project", field_strict_schemas=True)


@pytest.fixture
def switching_proxy(serve: Serve) -> Proxy:
    """As `proxy`, but every request goes to the other credential than the one before."""
    return serve(
        signatures_bound_to="project",
        field_strict_schemas=True,
        ROTATION="round-robin",
        STICKY="false",
    )


@contextmanager
def _running(
    world: World, projects: tuple[str, ...], settings: dict[str, str]
) -> Iterator[Proxy]:
    credentials = [
        {"type": "api_key", "key": world.add_key(project), "label": project, "project_id": project}
        for project in projects
    ]
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="pollux")
    thread.start()
    stack = AsyncExitStack()

    async def start() -> Proxy:
        fake = await stack.enter_async_context(google(world))
        running = await stack.enter_async_context(pollux(fake.base_url, credentials, **settings))
        return Proxy(world, running.url, running.token)

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
