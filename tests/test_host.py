"""The engine's side of the façade, with an engine that a test plays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from proxy_core import host as module
from proxy_core.engine.engine import Engine
from proxy_core.events import Event, PauseChanged, Subscriber, Woke
from proxy_core.host import LONGEST_BATCH, Host, Update
from proxy_core.snapshot import Snapshot, Totals
from tests.fakes.site import until

PAUSED = PauseChanged(0.0, paused=True)


class Played:
    """An engine that does what the façade asks, or fails."""

    def __init__(self) -> None:
        self.life: list[str] = []
        self.failing = ""
        self.publish: Subscriber = lambda _: None

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self.publish = subscriber
        return lambda: None

    async def start(self) -> str:
        self._note("start")
        return "http://127.0.0.1:1"

    def close_door(self) -> None:
        self.life.append("close")

    async def stop(self, grace_s: float) -> None:
        self._note("stop")

    def snapshot(self) -> Snapshot:
        return Snapshot("1", "serving", "", (), Totals())

    def _note(self, what: str) -> None:
        self.life.append(what)
        if what == self.failing:
            raise OSError(f"no {what}")


@asynccontextmanager
async def hosted(engine: Played) -> AsyncIterator[Host]:
    @asynccontextmanager
    async def opening() -> Any:
        engine.life.append("open")
        yield cast("Engine", engine)
        engine.life.append("away")

    host = Host(asyncio.get_running_loop(), opening)
    try:
        yield host
    finally:
        await host.stop(0)


async def told(engine: Played, monkeypatch: pytest.MonkeyPatch, *events: Event) -> list[Update]:
    """What a watcher hears of these events, after its first snapshot."""
    monkeypatch.setattr(module, "PACE_S", 0.0)
    heard: list[Update] = []
    async with hosted(engine) as host:
        await host.start()
        await host.watch(heard.append)
        for event in events:
            engine.publish(event)
        await until(lambda: len(heard) > 1)
        return heard[1:]


async def test_a_pause_is_followed_by_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    batch, snapshot = await told(Played(), monkeypatch, PAUSED)
    assert batch == (PAUSED,)
    assert isinstance(snapshot, Snapshot)


async def test_other_events_come_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(Played(), monkeypatch, Woke(0.0, 1.0)) == [(Woke(0.0, 1.0),)]


async def test_what_piles_up_becomes_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    (update,) = await told(Played(), monkeypatch, *[Woke(0.0, 1.0)] * (LONGEST_BATCH + 1))
    assert isinstance(update, Snapshot)


async def test_what_the_engine_stood_on_is_taken_away_after_its_stop() -> None:
    engine = Played()
    async with hosted(engine) as host:
        await host.start()
    assert engine.life == ["open", "start", "close", "stop", "away"]


async def test_also_where_the_engine_did_not_start() -> None:
    engine = Played()
    engine.failing = "start"
    async with hosted(engine) as host:
        with pytest.raises(OSError, match="no start"):
            await host.start()
    assert engine.life == ["open", "start", "away"]
    assert host.ended.is_set()
