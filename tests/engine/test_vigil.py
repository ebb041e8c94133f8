"""Sleep and set clocks are told apart, and mended at the next look."""

import asyncio
from pathlib import Path

import pytest

from proxy_core.engine.vigil import TICK_S, Vigil
from proxy_core.events import Bus, ClockChanged, Event, NetworkChanged, Woke
from proxy_core.simulator import Reply, World
from tests.fakes.clock import FakeClock
from tests.fakes.home import at_home
from tests.fakes.site import until
from tests.server import raw
from tests.server.raw import CHAT, chat_body


class Watched:
    """A vigil, and what came of it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.done: list[str] = []
        bus = Bus()
        bus.subscribe(self.told.append)
        self.vigil = Vigil(
            self.clock,
            bus,
            on_wake=lambda: self.done.append("woke"),
            on_jump=lambda: self.done.append("jumped"),
        )


def test_time_that_passes_is_nothing_to_tell() -> None:
    on = Watched()
    for seconds in (TICK_S, TICK_S + 1, 600, 0.0):
        on.clock.advance(seconds)
        on.vigil.look()
    on.clock.jump(1.0)  # network time
    on.vigil.look()
    assert (on.told, on.done) == ([], [])


def test_sleep_is_told_with_its_length_once() -> None:
    on = Watched()
    on.clock.advance(5)
    on.clock.suspend(3_600)
    on.clock.advance(10)
    on.vigil.look()
    on.vigil.look()
    assert on.told == [Woke(on.clock.now(), 3_600)]
    assert on.done == ["jumped", "woke"]


@pytest.mark.parametrize("seconds", [-7_200.0, 86_400.0])
def test_a_clock_that_was_set_is_no_sleep(seconds: float) -> None:
    on = Watched()
    on.clock.advance(TICK_S)
    on.clock.jump(seconds)
    on.vigil.look()
    assert on.told == [ClockChanged(on.clock.now(), seconds)]
    assert on.done == ["jumped"]


def test_both_at_once_are_both_told() -> None:
    on = Watched()
    on.clock.suspend(600)
    on.clock.jump(-60)
    on.vigil.look()
    assert on.told == [ClockChanged(on.clock.now(), -60), Woke(on.clock.now(), 600)]


async def test_it_looks_by_itself_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy_core.engine.vigil.TICK_S", 0.0)
    on = Watched()
    on.vigil.start()
    on.clock.suspend(60)
    await until(lambda: on.told)
    await on.vigil.close()
    on.clock.suspend(60)
    await asyncio.sleep(0)
    assert len(on.told) == 1


# -- in an engine -----------------------------------------------------------------------------


async def ask(url: str, text: str = "hi") -> int:
    return (await raw.send(url, raw.request(CHAT, chat_body(text)))).status


async def test_a_rest_that_sleep_has_outlasted_is_over_for_whoever_waits(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        await home.add(project="p1")
        home.world.script(Reply.fault("per_minute_429", retry_s=15.0))
        asked = asyncio.create_task(ask(home.url))
        await until(lambda: home.clock.sleepers)
        home.clock.suspend(60)
        home.engine._parts.vigil.look()
        assert await asked == 200


async def test_a_clock_that_was_set_back_moves_rests_at_the_next_look(tmp_path: Path) -> None:
    async with at_home(tmp_path, MAX_WAIT_S="0") as home:
        added = await home.add(project="p1")
        home.world.script(Reply.fault("per_minute_429", retry_s=40.0))
        assert await ask(home.url) == 429
        (before,) = home.view(added).models
        home.clock.jump(-86_400)
        home.engine._parts.vigil.look()
        (pair,) = home.engine._parts.pool.lanes["gemini-3.8-flash"].pairs.values()
        assert before.until is not None
        assert pair.until == pytest.approx(before.until - 86_400)


async def test_after_sleep_connections_are_new_and_access_tokens_are_renewed(
    tmp_path: Path,
) -> None:
    world = World()
    world.add_client("client-home")
    world.add_account("ada@example.com", "p1")
    async with at_home(tmp_path, world) as home:
        await home.take_in(world.sign_in("ada@example.com", "p1"))
        assert await ask(home.url) == 200
        told: list[Event] = []
        home.engine.subscribe(told.append)
        refreshed = len([one for one in world.requests if one.action == "token"])
        home.clock.advance(60)
        home.clock.suspend(8 * 3_600)
        home.engine._parts.vigil.look()
        await until(
            lambda: len([one for one in world.requests if one.action == "token"]) > refreshed
        )
        assert await ask(home.url, "again") == 200
    assert any(isinstance(event, Woke) for event in told)
    assert not any(isinstance(event, NetworkChanged) for event in told)
