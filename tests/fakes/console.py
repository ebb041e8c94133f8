"""A front door with a console over fake commands, listening; nothing of the engine behind it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from proxy_core.clock import Clock, SystemClock
from proxy_core.commands import SignInView
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.server.access import Cors, HostCheck, TokenCheck
from proxy_core.server.admin.access import AdminAccess
from proxy_core.server.admin.answers import About
from proxy_core.server.admin.console import Console
from proxy_core.server.admin.context import AdminServices
from proxy_core.server.context import Services
from proxy_core.server.front import FrontDoor, Guards, Probes
from proxy_core.server.listener import Listener
from proxy_core.server.outflow import Pace
from tests.fakes.commands import FakeCommands
from tests.fakes.pollux import TOKEN
from tests.server import raw


@dataclass(slots=True)
class Stand:
    """What a test of the console holds in its hands."""

    url: str
    commands: FakeCommands
    token: TokenCheck
    door: FrontDoor
    listener: Listener

    async def send(
        self, path: str | bytes, body: bytes | None = None, **more: Any
    ) -> raw.RawAnswer:
        return await raw.send(self.url, raw.request(path, body, **more))


@asynccontextmanager
async def open_stand(
    *,
    password: str | None = None,
    domain_name: str = "http://localhost:7860",
    notice: str = "",
    serves_api: bool = True,
    port: int = 0,
    clock: Clock | None = None,
    commands: FakeCommands | None = None,
) -> AsyncIterator[Stand]:
    """password: ADMIN_PASSWORD; the rest as in the settings."""
    clock = clock or SystemClock()
    commands = commands or FakeCommands()
    token = TokenCheck(TOKEN)
    console = Console(
        AdminServices(
            commands=lambda: commands,
            snapshot=commands.snapshot,
            subscribe=commands.bus.subscribe,
            render_end=_end,
            about=lambda: About("0.0.0", notice, not serves_api, "the vault"),
            opened=at_once,
        ),
        AdminAccess(token=token, password=password, domain_name=domain_name, clock=clock),
        clock,
    )
    door = FrontDoor(
        guards=Guards(HostCheck(domain_name, ()), token, Cors(["*"])),
        services=_without_an_engine(serves_api),
        dialects=(OpenAIChat(),),
        probes=Probes(lambda: True, lambda: ""),
        bus=commands.bus,
        clock=clock,
        console=console,
    )
    listener = Listener(door, "127.0.0.1", port)
    taken = await listener.start()
    try:
        yield Stand(f"http://127.0.0.1:{taken}", commands, token, door, listener)
    finally:
        door.close()
        await listener.stop()


def _without_an_engine(serves_api: bool) -> Services:
    nothing: Any = cast("Any", None)
    return Services(
        nothing, nothing, nothing, Pace(), 1, nothing, nothing, nothing, serves_api=serves_api
    )


def _end(view: SignInView | None) -> tuple[int, bytes, Mapping[str, str]]:
    if view is None:
        return 400, b"<!doctype html><title>Nobody's</title>", {}
    return 200, f"<!doctype html><title>{view.status}</title>".encode(), {"X-Seen": "yes"}


async def at_once() -> None:
    """The credentials are there."""
