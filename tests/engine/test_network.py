"""Whether Google can be reached: asked after failures only, told once, found again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy_core.commands import Finding
from proxy_core.engine.network import REACHED, Network
from proxy_core.events import Bus, Event, NetworkChanged
from tests.fakes.clock import FakeClock
from tests.fakes.google import google
from tests.fakes.home import Home, at_home
from tests.fakes.pollux import pollux
from tests.fakes.site import until
from tests.server import raw
from tests.server.raw import CHAT, chat_body
from tests.usage.ended import ended

LOST = Finding("google", ok=False, sentence="The Gemini API cannot be reached.")
FINE = Finding("google", ok=True, sentence="The Gemini API can be reached.")


class Watched:
    """A network whose probes a test answers."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.reached = 0
        self.probes: list[asyncio.Future[Finding]] = []
        bus = Bus()
        bus.subscribe(self.told.append)
        self.network = Network(self.clock, bus, probe=self._probe, on_reached=self._reached)

    async def _probe(self) -> Finding:
        self.probes.append(asyncio.get_running_loop().create_future())
        return await self.probes[-1]

    def _reached(self) -> None:
        self.reached += 1

    async def answer(self, finding: Finding) -> None:
        """Waits for the next probe and answers it."""
        await until(lambda: self.probes and not self.probes[-1].done())
        self.probes[-1].set_result(finding)

    async def lose(self) -> None:
        self.network.failed()
        self.network.failed()
        await self.answer(LOST)
        await until(lambda: not self.network.reachable)


@pytest.fixture
async def on() -> AsyncIterator[Watched]:
    watched = Watched()
    yield watched
    await watched.network.close()


def exchange(outcome: str) -> Event:
    return ended(outcomes=(outcome,))


async def test_one_failure_asks_nothing(on: Watched) -> None:
    on.network.failed()
    on.network.on_event(exchange("ok"))
    on.network.failed()
    await asyncio.sleep(0)
    assert not on.probes


async def test_an_exchange_that_was_not_answered_counts_once(on: Watched) -> None:
    on.network.failed()
    on.network.on_event(exchange("network"))
    await asyncio.sleep(0)
    assert not on.probes
    on.network.failed()
    await until(lambda: on.probes)


async def test_two_failures_and_a_probe_that_fails_are_told_once(on: Watched) -> None:
    await on.lose()
    on.network.failed()
    assert on.told == [NetworkChanged(on.clock.now(), reachable=False, sentence=LOST.sentence)]
    assert len(on.probes) == 1


async def test_a_probe_that_is_answered_ends_the_doubt(on: Watched) -> None:
    on.network.failed()
    on.network.failed()
    await on.answer(FINE)
    await until(lambda: on.reached)
    assert on.told == []
    on.network.failed()
    await asyncio.sleep(0)
    assert len(on.probes) == 1


async def test_probes_become_rare_until_one_is_answered(on: Watched) -> None:
    await on.lose()
    for pause_s in (5.0, 10.0, 20.0, 30.0, 30.0):
        await until(lambda: on.clock.next_due() is not None)
        assert on.clock.next_due() == pause_s
        on.clock.advance(pause_s)
        await on.answer(LOST)
    await until(lambda: on.clock.sleepers)
    on.clock.advance(30)
    await on.answer(FINE)
    await until(lambda: on.network.reachable)
    assert on.told[1:] == [NetworkChanged(on.clock.now(), reachable=True, sentence=REACHED)]
    assert not on.clock.sleepers


async def test_an_answer_of_google_ends_it_before_the_next_probe(on: Watched) -> None:
    await on.lose()
    await until(lambda: on.clock.sleepers)
    on.network.on_event(exchange("minute_quota"))
    assert on.network.reachable
    assert on.told[-1] == NetworkChanged(on.clock.now(), reachable=True, sentence=REACHED)
    await until(lambda: not on.clock.sleepers)  # it has stopped probing


async def test_after_waking_a_first_probe_in_vain_is_not_told_yet(on: Watched) -> None:
    on.network.doubt()
    on.network.doubt()
    await on.answer(LOST)
    await until(lambda: on.clock.sleepers)
    assert on.told == []
    on.clock.advance(5)
    await on.answer(FINE)
    await until(lambda: on.reached)
    assert (on.told, len(on.probes)) == ([], 2)


async def test_an_exchange_without_an_attempt_says_nothing_of_google(on: Watched) -> None:
    await on.lose()
    on.network.on_event(ended(outcomes=()))
    assert not on.network.reachable


# -- in an engine -----------------------------------------------------------------------------


async def test_a_google_that_goes_and_comes_back_is_told_as_such() -> None:
    clock, told = FakeClock(), list[Event]()
    async with google(clock=clock.now) as fake:
        key = fake.world.add_key("p1")
        address = fake.base_url
    port = int(address.rpartition(":")[2])
    credential = {"type": "api_key", "key": key, "project_id": "p1"}
    async with pollux(address, [credential], clock=clock, MAX_ATTEMPTS="2") as running:
        running.engine.subscribe(told.append)
        asked = asyncio.create_task(send(running.url))
        await until(lambda: clock.sleepers)
        clock.advance(10)
        assert await asked >= 500
        await until(lambda: told and any(isinstance(e, NetworkChanged) for e in told))
        again = await asyncio.start_server(says_404, "127.0.0.1", port)
        async with again:
            await until(lambda: clock.sleepers)
            clock.advance(30)
            await until(lambda: sum(isinstance(e, NetworkChanged) for e in told) == 2)
    changes = [event.reachable for event in told if isinstance(event, NetworkChanged)]
    assert changes == [False, True]


async def send(url: str) -> int:
    return (await raw.send(url, raw.request(CHAT, chat_body()))).status


async def says_404(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()


async def test_while_all_is_well_nothing_is_probed(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        await ask_twice(home)
        assert {one.method for one in home.world.requests} == {"POST", "GET"}


async def ask_twice(home: Home) -> None:
    await home.add(project="p1")
    for _ in range(2):
        assert await send(home.url) == 200
