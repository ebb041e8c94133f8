"""What the fuzzing of every route shares: how much of it, an engine to send to, what must hold.

POLLUX_FUZZ=10000 sends at least so many requests to each route; without it a few of each go.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from threading import Thread
from typing import Any, TypeVar

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from proxy_core.clock import Clock
from proxy_core.engine.engine import Engine
from proxy_core.simulator import World
from tests.fakes.google import google
from tests.fakes.pollux import pollux
from tests.server import raw

T = TypeVar("T")
FUZZ = int(os.environ.get("POLLUX_FUZZ", "0"))
AT_ONCE = 20
"Requests of one example: they share the time that one example takes."
CLOSE = b"Connection: close\r\n"
PATIENCE_S = 60.0
SETTLES_S = 10.0
"For what an exchange leaves behind, after its client has its answer."

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mostly(draw: st.DrawFn, usual: st.SearchStrategy[T], odd: st.SearchStrategy[T]) -> T:
    """`usual` three times in four: of alternatives within one another each has the same weight."""
    return draw(usual if draw(st.integers(0, 3)) else odd)


def examples(few: int, at_once: int = AT_ONCE) -> settings:
    """`few` requests, or as many as POLLUX_FUZZ names; `at_once` of them in each example."""
    return settings(
        max_examples=max(1, (FUZZ or few) // at_once),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class Served:
    """A running Pollux on a thread of its own, and what is sent to it. Per module."""

    def __init__(
        self, world: World, engine: Engine, url: str, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.world = world
        self.url = url
        self._engine = engine
        self._loop = loop

    def answers(self, path: str, bodies: list[bytes], head: bytes = CLOSE) -> list[raw.RawAnswer]:
        """What POSTs with these bodies are answered with."""
        return self.ask([raw.request(path, body, head=head) for body in bodies])

    def ask(self, requests: list[bytes]) -> list[raw.RawAnswer]:
        """The answers to these bytes, each on a connection of its own; nothing may be left over."""

        async def send() -> list[raw.RawAnswer]:
            return [await raw.send(self.url, data) for data in requests]

        return self.run(send)

    def run(self, scene: Callable[[], Awaitable[T]]) -> T:
        """A scene on the engine's loop, which has to leave the engine as it was."""

        async def watched() -> T:
            before = _tasks()
            found = await scene()
            await self._settled(before)
            return found

        return self._wait(watched())

    def _wait(self, scene: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(scene, self._loop).result(PATIENCE_S)

    async def _settled(self, before: set[str]) -> None:
        """Returns when every lease is back and every task has ended; raises where one stays."""
        try:
            async with asyncio.timeout(SETTLES_S):
                while not self._idle() or not _tasks() <= before:  # noqa: ASYNC110 - no event for it
                    await asyncio.sleep(0)
        except TimeoutError:
            raise AssertionError(f"left over: tasks {_tasks() - before}, or a lease") from None
        self.world.requests.clear()

    def _idle(self) -> bool:
        """Whether every exchange is over and every lease is back."""
        leases = sum(one.in_flight for one in self._engine.snapshot().credentials)
        return not leases and not self._engine._parts.door.open_exchanges


def _tasks() -> set[str]:
    """Names of what runs, but for connections, which may stay."""
    names = {
        task.get_coro().__qualname__  # type: ignore[union-attr]  # coroutines have one
        for task in asyncio.all_tasks()
        if not task.done()
    }
    return names - {"RequestHandler.start"}


@contextmanager
def serving(*projects: str, clock: Clock | None = None, **settings: str) -> Iterator[Served]:
    """A key for each project (`p` where none is named), all of them paid."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="pollux")
    thread.start()
    stack = AsyncExitStack()

    async def start() -> Served:
        world = World()
        credentials: list[dict[str, Any]] = []
        for project in projects or ("p",):
            world.add_project(project, free_tier=False)
            key = world.add_key(project)
            credentials.append({"type": "api_key", "key": key, "project_id": project})
        fake = await stack.enter_async_context(google(world))
        running = await stack.enter_async_context(
            pollux(fake.base_url, credentials, clock=clock, pace=None, toml=None, **settings)
        )
        return Served(world, running.engine, running.url, loop)

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE_S)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


def check_openai(sent: Sequence[Any], answers: Sequence[raw.RawAnswer]) -> None:
    """Answers, or refusals in OpenAI's form."""
    for body, answer in zip(sent, answers, strict=True):
        assert answer.status == 200 or 400 <= answer.status < 500, (body, answer)
        assert answer.headers["x-request-id"]
        if answer.status != 200:
            error = answer.json["error"]
            assert error["message"], body
            assert error.keys() == {"message", "type", "param", "code"}, body


def check_native(sent: Sequence[Any], answers: Sequence[raw.RawAnswer]) -> None:
    """Answers, or refusals in Google's form; interactions have one with a word for a code.

    Some calls need Vertex AI, which the pool has not: nothing that a client could mend.
    """
    for asked, answer in zip(sent, answers, strict=True):
        if not 200 <= answer.status < 300:
            refused = 400 <= answer.status < 500 or b"This needs Vertex AI" in answer.body
            assert refused, (asked, answer)
        assert answer.headers["x-request-id"]
        if answer.status >= 400:
            error = orjson.loads(answer.content)["error"]
            assert error["message"], asked
            if isinstance(error["code"], int):
                assert error["code"] == answer.status, asked
                assert error["status"].isupper(), asked
