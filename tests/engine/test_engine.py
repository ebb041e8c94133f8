"""The life of an engine: start, serve, stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy_core.assembly import build
from proxy_core.engine.instance import FolderTaken, InstanceLock, read_instance
from proxy_core.events import CredentialsLoaded, Event
from proxy_core.ports import PortTaken
from proxy_core.settings import load_settings
from proxy_core.simulator import Reply, World
from tests.fakes.clock import FakeClock
from tests.fakes.folders import held_up
from tests.fakes.google import google
from tests.fakes.home import at_home
from tests.fakes.pollux import TOKEN, pollux
from tests.fakes.site import Site, open_site, until
from tests.server import raw
from tests.server.raw import CHAT, chat_body


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


async def test_a_stop_waits_for_a_running_answer(site: Site) -> None:
    hold = asyncio.Event()
    site.world.script(Reply.text("one", "two") | Reply.wait(hold, after=1))
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(CHAT, chat_body(stream=True)))
    await reader.readuntil(b"one")
    engine = site.pollux.engine
    stopping = asyncio.create_task(engine.stop())
    await until(lambda: engine.snapshot().state == "stopping")
    hold.set()
    assert b"data: [DONE]" in await reader.read()
    await stopping
    assert engine.snapshot().state == "stopped"
    assert [ended.status for ended in site.ended] == [200]
    writer.close()


async def test_a_stop_cuts_off_what_does_not_end(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.world.script(Reply.text("one", "two") | Reply.wait(asyncio.Event(), after=1))
    reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(CHAT, chat_body(stream=True)))
    await reader.readuntil(b"one")
    caplog.set_level(logging.WARNING)
    async with asyncio.timeout(raw.PATIENCE_S):
        await site.pollux.engine.stop(grace_s=0.01)
    assert "exchanges cut off by the stop: 1" in caplog.text
    told = await reader.read()
    assert b"[DONE]" not in told
    assert b'data: {"error":' in told
    assert site.in_flight() == 0
    writer.close()


async def test_a_hurried_stop_does_not_use_its_grace_time(site: Site) -> None:
    site.world.script(Reply.wait(asyncio.Event()))
    _reader, writer = await raw.connect(site.pollux.url)
    writer.write(raw.request(CHAT, chat_body()))
    await site.world.until(lambda: site.world.requests)
    engine = site.pollux.engine
    engine.hurry()  # before a stop it means nothing
    stopping = asyncio.create_task(engine.stop(grace_s=3_600))
    await until(lambda: engine.snapshot().state == "stopping")
    await asyncio.sleep(0)
    engine.hurry()
    async with asyncio.timeout(raw.PATIENCE_S):
        await stopping
    writer.close()


async def test_a_connection_that_is_kept_open_ends_with_the_first_answer_after_the_stop(
    site: Site,
) -> None:
    hold = asyncio.Event()
    site.world.script(Reply.wait(hold))
    busy_reader, busy_writer = await raw.connect(site.pollux.url)
    idle_reader, idle_writer = await raw.connect(site.pollux.url)
    idle_writer.write(raw.request("/healthz"))
    await raw.read_answer(idle_reader)
    busy_writer.write(raw.request(CHAT, chat_body()))
    await site.world.until(lambda: site.world.requests)
    stopping = asyncio.create_task(site.pollux.engine.stop())
    await until(lambda: site.pollux.engine.snapshot().state == "stopping")
    idle_writer.write(raw.request("/healthz"))
    late = await raw.read_answer(idle_reader)
    assert (late.status, late.headers["connection"]) == (200, "close")
    hold.set()
    assert (await raw.read_answer(busy_reader)).status == 200
    await stopping
    busy_writer.close()
    idle_writer.close()


async def test_credentials_are_counted_in_an_event_and_their_absence_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with google() as fake, pollux(fake.base_url, []) as running:
        told: list[Event] = []
        leave = running.engine.subscribe(told.append)
        assert not running.engine.ready()
        assert running.engine.snapshot().state == "degraded"
        leave()
    assert not any(isinstance(event, CredentialsLoaded) for event in told)
    assert "no credentials yet" in caplog.text


async def test_only_a_usable_credential_makes_it_ready() -> None:
    world = World()
    credential = {"type": "api_key", "key": world.add_key("p"), "label": "k", "project_id": "p"}
    async with (
        google(world) as fake,
        pollux(fake.base_url, [credential], clock=FakeClock()) as running,
    ):
        assert running.engine.ready()
        world.script(Reply.fault("api_key_invalid"))
        answer = await raw.send(running.url, raw.request(CHAT, chat_body()))
        assert answer.status == 503
        assert not running.engine.ready()
        assert running.engine.snapshot().state == "degraded"


async def test_what_cannot_be_read_is_shown_with_where_it_was_found() -> None:
    async with google() as fake, pollux(fake.base_url, [{"type": "odd"}]) as running:
        (view,) = running.engine.snapshot().credentials
    assert (view.state, view.store) == ("unreadable", "environment")
    assert view.label == "CREDENTIALS_JSON_LIST entry 1"


async def test_a_cancelled_stop_ends_at_once() -> None:
    async with google() as fake, pollux(fake.base_url, []) as running:
        reader, writer = await raw.connect(running.url)
        writer.write(raw.request(CHAT, chat_body())[:-1])  # its last byte never comes
        await until(lambda: running.engine._parts.door.open_exchanges)
        stopping = asyncio.create_task(running.engine.stop(grace_s=3_600))
        await until(lambda: running.engine._draining)
        stopping.cancel()
        async with asyncio.timeout(raw.PATIENCE_S):
            with pytest.raises(asyncio.CancelledError):
                await stopping
            assert await reader.read() == b""
        assert running.engine.snapshot().state == "stopped"
        writer.close()


async def test_a_port_that_is_taken_leaves_the_data_folder_free(tmp_path: Path) -> None:
    async with at_home(tmp_path / "one") as first:
        with pytest.raises(PortTaken):
            async with at_home(tmp_path / "two", PORT=str(first.engine.port)):
                pass
    async with at_home(tmp_path / "two") as second:
        await second.add()
        assert second.engine.ready()


async def test_one_that_serves_a_single_command_holds_the_folder_unannounced(
    tmp_path: Path,
) -> None:
    async with google() as fake:
        values = {
            "PORT": "0",
            "PERSISTENT_STORAGE_PATH": str(tmp_path),
            "GOOGLE_API_BASE_URL": fake.base_url,
        }
        settings = await asyncio.to_thread(load_settings, values, {}, None, None)
        engine = build(settings, TOKEN, ephemeral=True)
        await engine.start()
        try:
            await engine.loaded()
            assert not engine.announced
            assert await asyncio.to_thread(read_instance, tmp_path, wait_s=0) is None
            with pytest.raises(FolderTaken, match="another Pollux"):
                await asyncio.to_thread(InstanceLock(tmp_path, wait_s=0).take)
            key = fake.world.add_key("p1")
            report = await engine.commands.add_keys(key)
            assert [item.outcome for item in report.items] == ["added"]
        finally:
            await engine.stop(grace_s=0)
    async with at_home(tmp_path, fake.world) as home:
        assert [view.state for view in home.views] == ["ready"]


async def test_good_and_bad_of_a_folder_are_counted_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "api_keys.txt").write_text(
        "AIza-made-up-key-one\nwork=AIza-made-up-key-two\nsk-x123456\n"
    )
    (tmp_path / "odd.json").write_text("{")
    async with at_home(tmp_path) as home:
        assert [(view.label, view.state) for view in home.views] == [
            ("API key …-one", "ready"),
            ("work", "ready"),
            ("api_keys.txt line 3", "unreadable"),
            ("odd.json", "unreadable"),
        ]
        assert home.engine.token
    assert "credentials: 2, projects: 2" in caplog.text
    assert "api_keys.txt line 3 is left out" in caplog.text
    assert "AIza-made-up" not in caplog.text
    assert "sk-x123456" not in caplog.text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("0.0.0.0", "http://127.0.0.1:0"),
        ("::", "http://[::1]:0"),  # asyncio's takes no IPv4
        ("192.168.1.5", "http://192.168.1.5:0"),
    ],
)
async def test_the_url_is_one_that_this_machine_reaches(
    host: str, expected: str, tmp_path: Path
) -> None:
    values = {"HOST": host, "PERSISTENT_STORAGE_PATH": str(tmp_path)}
    engine = build(await asyncio.to_thread(load_settings, values, {}, None, None), TOKEN)
    assert engine.url == expected
    await engine.stop()


async def test_a_stop_lets_a_command_that_changes_something_come_to_its_end(
    tmp_path: Path,
) -> None:
    async with at_home(tmp_path) as home:
        key = home.world.add_key("p1")
        async with held_up(tmp_path):
            adding = asyncio.create_task(home.commands.add_keys(key, "mine"))
            await until(home.engine._parts.keeper._writing.locked)
            stopping = asyncio.create_task(home.engine.stop(grace_s=0))
            await until(lambda: home.clock.sleepers)
            adding.cancel()
        await stopping
    async with at_home(tmp_path, home.world) as again:
        assert [view.label for view in again.views] == ["mine"]
