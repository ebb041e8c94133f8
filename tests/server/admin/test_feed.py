"""The state as server-sent events: at once, then the newest, seldom enough, until a stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from proxy_core.server.admin.feed import KEEP_ALIVE_S, PAUSE_S
from tests.fakes.clock import FakeClock
from tests.fakes.commands import FakeCommands, credential
from tests.fakes.console import Stand, open_stand
from tests.fakes.site import open_site, until
from tests.server import raw

EVENTS = raw.request("/admin/v1/events")


class Watcher:
    """One client of the stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def event(self) -> bytes:
        """The next event or comment, without the framing of chunks."""
        async with asyncio.timeout(raw.PATIENCE_S):
            size = int(await self.reader.readline(), 16)
            return (await self.reader.readexactly(size + 2))[:-2]

    async def state(self) -> Any:
        event = await self.event()
        assert event.startswith(b"event: state\ndata: ")
        assert event.endswith(b"\n\n")
        return orjson.loads(event.removeprefix(b"event: state\ndata: "))


@asynccontextmanager
async def watching(stand: Stand) -> AsyncIterator[Watcher]:
    reader, writer = await raw.connect(stand.url)
    try:
        writer.write(EVENTS)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 OK\r\n" in head
        assert b"Content-Type: text/event-stream\r\n" in head
        assert b"Cache-Control: no-store\r\n" in head
        assert b"x-request-id: " in head
        yield Watcher(reader, writer)
    finally:
        writer.close()


@pytest.fixture
async def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def stand(clock: FakeClock) -> AsyncIterator[Stand]:
    async with open_stand(clock=clock) as opened:
        yield opened


def subscribers(commands: FakeCommands) -> int:
    return len(commands.bus._subscribers)


async def test_the_state_comes_at_once_and_is_the_one_rendering(stand: Stand) -> None:
    async with watching(stand) as watcher:
        state = await watcher.state()
    assert state == (await stand.send("/admin/v1/state")).json


async def test_events_are_told_together_and_four_times_a_second_at_most(
    stand: Stand, clock: FakeClock
) -> None:
    async with watching(stand) as watcher:
        await watcher.state()
        stand.commands.put(credential("key1", "one"))
        await until(lambda: clock.sleepers == 2)  # the keep-alive's and the pause
        stand.commands.put(credential("key2", "two"))
        assert clock.next_due() == PAUSE_S
        clock.advance(PAUSE_S)
        labels = [one["label"] for one in (await watcher.state())["credentials"]]
        assert labels == ["one", "two"]


async def test_after_a_quiet_time_an_event_is_told_at_once(stand: Stand, clock: FakeClock) -> None:
    async with watching(stand) as watcher:
        await watcher.state()
        clock.advance(PAUSE_S)
        stand.commands.put(credential("key1", "one"))
        assert (await watcher.state())["credentials"][0]["label"] == "one"


async def test_silence_is_filled_with_comments(stand: Stand, clock: FakeClock) -> None:
    async with watching(stand) as watcher:
        await watcher.state()
        for _ in range(2):
            await until(lambda: clock.sleepers == 1)
            clock.advance(KEEP_ALIVE_S)
            assert await watcher.event() == b": keep-alive\n\n"


async def test_any_number_of_watchers_share_one_rendering(stand: Stand, clock: FakeClock) -> None:
    renderings = 0
    snapshot = stand.commands.snapshot

    def counted() -> Any:
        nonlocal renderings
        renderings += 1
        return snapshot()

    stand.commands.snapshot = counted  # type: ignore[method-assign]  # the fake's own
    async with (
        open_stand(clock=clock, commands=stand.commands) as counting,
        watching(counting) as one,
        watching(counting) as other,
    ):
        await one.state()
        await other.state()
        assert renderings == 1
        clock.advance(PAUSE_S)
        counting.commands.tell()
        await one.state()
        await other.state()
        assert renderings == 2


async def test_nothing_is_rendered_while_nobody_watches(stand: Stand) -> None:
    before = subscribers(stand.commands)
    async with watching(stand) as watcher:
        await watcher.state()
        assert subscribers(stand.commands) == before + 1
    await until(lambda: subscribers(stand.commands) == before)
    await until(lambda: stand.door.open_exchanges == 0)


async def test_a_stop_ends_the_streams_properly(stand: Stand) -> None:
    async with watching(stand) as watcher:
        await watcher.state()
        stand.door.close()
        assert await watcher.event() == b""  # the last chunk
        await asyncio.wait_for(stand.door.idle(), raw.PATIENCE_S)


async def test_a_running_pollux_stops_at_once_though_someone_watches() -> None:
    async with open_site() as site:
        reader, writer = await raw.connect(site.pollux.url)
        writer.write(EVENTS)
        await reader.readuntil(b"event: state\n")
        async with asyncio.timeout(raw.PATIENCE_S):
            await site.pollux.engine.stop(grace_s=60)
            assert (await reader.read()).endswith(b"0\r\n\r\n")
        writer.close()


async def test_a_watcher_that_comes_during_a_stop_is_sent_away(stand: Stand) -> None:
    stand.door.close()
    async with watching(stand) as watcher:
        assert await watcher.event() == b""


async def test_a_slow_reader_gets_the_newest_and_holds_nothing_up(
    stand: Stand, clock: FakeClock
) -> None:
    commands = stand.commands
    commands.put(*(credential(f"key{at}", "x" * 10_000) for at in range(200)))  # 2 MB a state
    async with watching(stand) as watcher:
        for at in range(12):
            commands.put(credential("key0", f"state {at}"))
            clock.advance(PAUSE_S)
            for _ in range(20):
                await asyncio.sleep(0)
        seen: list[str] = []
        while not seen or seen[-1] != "state 11":
            state = await watcher.state()
            seen.append(state["credentials"][0]["label"])
        assert len(seen) < 12


async def test_a_slow_reader_does_not_hold_up_a_stop(stand: Stand, clock: FakeClock) -> None:
    commands = stand.commands
    commands.put(*(credential(f"key{at}", "x" * 50_000) for at in range(200)))  # 10 MB a state
    async with watching(stand):
        await until(lambda: stand.door.open_exchanges == 1)
        for _ in range(200):
            await asyncio.sleep(0)
        stand.door.close()
        await asyncio.wait_for(stand.door.idle(), raw.PATIENCE_S)
