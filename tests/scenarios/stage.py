"""One stage for every scenario: the real engine, the pretend Google, one clock, five clients.

`async with stage() as on:` then `on.key("project")`, `await on.open()`, `await on.ask(form)`.
Not here: any expectation.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import aiohttp
import orjson

from proxy_core.pool.pool import Pool
from proxy_core.server.outflow import Pace
from proxy_core.simulator import World
from proxy_core.simulator.world import Received
from proxy_core.snapshot import CredentialView
from tests.fakes.clock import FakeClock
from tests.fakes.google import google
from tests.fakes.pollux import RunningPollux, pollux

MODEL = "gemini-3.8-flash"
Form: TypeAlias = Literal["chat", "chat stream", "native", "native sse", "native array"]
FORMS: tuple[Form, ...] = ("chat", "chat stream", "native", "native sse", "native array")
STREAMS: tuple[Form, ...] = ("chat stream", "native sse", "native array")
LONGEST_S = 30.0
"Of the machine's own time, after which a scenario hangs."
CALLS = ("generateContent", "streamGenerateContent")


class FlyingClock(FakeClock):
    """Lets time pass as soon as somebody waits for that."""

    async def sleep(self, seconds: float) -> None:
        asyncio.get_running_loop().call_soon(self._fly_to, self.monotonic() + seconds)
        await super().sleep(seconds)

    def _fly_to(self, monotonic: float) -> None:
        self.advance(max(0.0, monotonic - self.monotonic()))


@dataclass(frozen=True, slots=True)
class Told:
    """What a client was told."""

    form: Form
    status: int
    headers: dict[str, str]
    "Names in lower case."
    body: bytes

    @property
    def events(self) -> list[Any]:
        """The JSON values of a stream, or the one of a whole answer."""
        if self.form == "native array" and self.status == 200:
            found: list[Any] = orjson.loads(self.body)
            return found
        if self.form in STREAMS and self.status == 200:
            lines = [line[6:] for line in self.body.splitlines() if line.startswith(b"data: ")]
            return [orjson.loads(line) for line in lines if line != b"[DONE]"]
        return [orjson.loads(self.body)]

    @property
    def error(self) -> dict[str, Any] | None:
        """The error, wherever it stands."""
        found = [event["error"] for event in self.events if "error" in event]
        return found[-1] if found else None

    @property
    def ended(self) -> bool:
        """Whether the answer says of itself that it is complete."""
        if self.form.startswith("chat"):
            reasons = [c.get("finish_reason") for e in self.events for c in e.get("choices", ())]
            done = self.form == "chat" or self.body.rstrip().endswith(b"data: [DONE]")
            return done and any(reasons)
        return any(c.get("finishReason") for e in self.events for c in e.get("candidates", ()))

    @property
    def worked(self) -> bool:
        return self.status == 200 and self.error is None and self.ended


@dataclass
class Stage:
    """Google's side is `world`; ours is `pool`, once it is open."""

    world: World
    google_url: str
    clock: FakeClock
    stack: AsyncExitStack
    credentials: list[dict[str, Any]] = field(default_factory=list)
    pollux: RunningPollux | None = None
    session: aiohttp.ClientSession | None = None

    def key(self, project: str, **more: Any) -> str:
        """Another API key for the pool; its value."""
        value = self.world.add_key(project, **more)
        self.credentials.append({"type": "api_key", "key": value, "project_id": project})
        return value

    def account(self, email: str, project: str, client_id: str = "pretend-client") -> None:
        """Another signed-in account for the pool."""
        self.credentials.append(self.world.sign_in(email, project, client_id=client_id))

    async def open(self, pace: Pace | None = None, **settings: str) -> None:
        """Starts Pollux with the credentials so far."""
        running = pollux(
            self.google_url, self.credentials, clock=self.clock, pace=pace, toml=None, **settings
        )
        self.pollux = await self.stack.enter_async_context(running)
        headers = {"Authorization": f"Bearer {self.pollux.token}"}
        session = aiohttp.ClientSession(self.pollux.url, headers=headers)
        self.session = await self.stack.enter_async_context(session)

    @property
    def pool(self) -> Pool:
        assert self.pollux is not None
        return self.pollux.engine._parts.pool

    def view(self, project: str) -> CredentialView:
        """Of the first credential of this project."""
        assert self.pollux is not None
        views = self.pollux.engine.snapshot().credentials
        return next(view for view in views if view.project == project)

    def state(self, project: str) -> str:
        return self.view(project).state

    async def clear(self, project: str) -> None:
        """The owner clears the first credential of this project."""
        assert self.pollux is not None
        await self.pollux.engine.commands.clear(self.view(project).id)

    def request(
        self, form: Form, text: str = "hello", model: str = MODEL, **more: Any
    ) -> "aiohttp.client._RequestContextManager":
        """The request itself, for those who want to hang up."""
        assert self.session is not None
        if form.startswith("chat"):
            body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
            body["stream"] = form == "chat stream"
            return self.session.post("/v1/chat/completions", json=body)
        action = "generateContent" if form == "native" else "streamGenerateContent"
        body = {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}
        sse = "?alt=sse" if form == "native sse" else ""
        return self.session.post(f"/v1beta/models/{model}:{action}{sse}", json=body)

    async def ask(
        self, form: Form = "chat", text: str = "hello", model: str = MODEL, **more: Any
    ) -> Told:
        async with self.request(form, text, model, **more) as answer:
            body = await answer.read()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Told(form, answer.status, headers, body)

    def calls(self, project: str | None = None) -> list[Received]:
        """What reached Google's models, of one project or of all."""
        return [
            received
            for received in self.world.requests
            if received.action in CALLS and project in (None, received.project)
        ]

    def asked(self) -> list[str]:
        """The projects that were asked, in order."""
        return [received.project for received in self.calls()]


@asynccontextmanager
async def stage(*, flying: bool = True) -> AsyncIterator[Stage]:
    """A pretend Google on a fake clock; `flying`: time passes for whoever waits."""
    clock = FlyingClock() if flying else FakeClock()
    async with asyncio.timeout(LONGEST_S), AsyncExitStack() as stack:
        fake = await stack.enter_async_context(google(clock=clock.now))
        yield Stage(fake.world, fake.base_url, clock, stack)
