"""A running Pollux on a thread of its own, with the pretend Google behind it, for public SDKs.

The SDKs block or bring their own loops, so proxy and Google share a second thread. Each test has
its own pair; what it orders of Google or reads of it goes through `world`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import orjson
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI

from proxy_core.clock import Clock
from proxy_core.simulator import Reply, World
from proxy_core.simulator.world import CLOUD_PLATFORM, Received
from tests.fakes.google import google
from tests.fakes.pollux import pollux

MODEL = "gemini-3.8-flash"
PROJECTS = ("north", "south")
PATIENCE_S = 30
GENERATE = ("generateContent", "streamGenerateContent")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running Pollux with one credential for each project of its Google."""

    world: World
    url: str
    token: str
    loop: asyncio.AbstractEventLoop

    def openai(self, **options: Any) -> OpenAI:
        """The official SDK on this proxy, without retries unless told otherwise."""
        given = {"base_url": f"{self.url}/v1", "api_key": self.token, "max_retries": 0, **options}
        return OpenAI(**given)

    def order(self, *replies: Reply, times: int | None = 1) -> None:
        """Scripts what Google answers to requests for MODEL, and to no others (sign-ins)."""
        self.world.script(*replies, model=MODEL, times=times)

    def sent(self) -> list[Received]:
        """The generate requests that Google got, in order."""
        return [each for each in self.world.requests if each.action in GENERATE]

    def last_body(self) -> Any:
        """The JSON of the last of them."""
        return orjson.loads(self.sent()[-1].raw_body)

    def projects(self) -> list[str]:
        """Which project each of them was charged to."""
        return [each.project for each in self.sent()]

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Returns when something that Google sees has made the condition true."""
        waiting = asyncio.run_coroutine_threadsafe(self.world.until(condition), self.loop)
        waiting.result(PATIENCE_S)


Serve = Callable[..., Proxy]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a proxy; keyword arguments are fields of World or, in capitals, settings."""
    with ExitStack() as stack:

        def start(*projects: str, clock: Clock | None = None, **given: Any) -> Proxy:
            settings = {name: value for name, value in given.items() if name.isupper()}
            settings["clock"] = clock
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


@pytest.fixture
def client(proxy: Proxy) -> Iterator[OpenAI]:
    with proxy.openai() as made:
        yield made


@pytest.fixture
async def async_client(proxy: Proxy) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.token, max_retries=0) as made:
        yield made


@dataclass(frozen=True, slots=True)
class HttpClients:
    """What the OpenAI SDK sends with; libraries that bring it along never close their own."""

    blocking: DefaultHttpxClient
    asynchronous: DefaultAsyncHttpxClient


@pytest.fixture
async def http_clients() -> AsyncIterator[HttpClients]:
    with DefaultHttpxClient() as blocking:
        async with DefaultAsyncHttpxClient() as asynchronous:
            yield HttpClients(blocking, asynchronous)


@contextmanager
def _running(world: World, projects: tuple[str, ...], settings: dict[str, Any]) -> Iterator[Proxy]:
    credentials = [_credential(world, index, name) for index, name in enumerate(projects)]
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="pollux")
    thread.start()
    stack = AsyncExitStack()

    async def start() -> Proxy:
        fake = await stack.enter_async_context(google(world))
        running = await stack.enter_async_context(pollux(fake.base_url, credentials, **settings))
        return Proxy(world, running.url, running.token, loop)

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE_S)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


def _credential(world: World, index: int, project: str) -> dict[str, Any]:
    """API keys and signed-in accounts by turns: clients must not feel which one serves them.

    A project called `name@vertex` is used with Vertex AI.
    """
    name, _, service = project.partition("@")
    if service == "vertex":
        world.open_vertex(name)
        file = world.sign_in(f"owner@{name}.example", name, scopes=(CLOUD_PLATFORM,))
        return {**file, "service": "vertex"}
    if index % 2:
        return world.sign_in(f"owner@{project}.example", project)
    key = world.add_key(project)
    return {"type": "api_key", "key": key, "label": project, "project_id": project}
