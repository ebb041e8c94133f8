"""The façade: an engine in a thread of its own, seen from this one."""

import asyncio
import dataclasses
import gc
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from proxy_core.api import (
    DEMO_API_KEY,
    CheckResult,
    Commands,
    Event,
    ExchangeEnded,
    PauseChanged,
    Pollux,
    Refusal,
    RefusalCode,
    Settings,
    SignInRequest,
    SignInStatus,
    Snapshot,
    Update,
    cause_words,
    load_settings,
    settings_file,
    write_settings,
)
from proxy_core.ports import PortTaken
from proxy_core.simulator import Reply, World
from tests.fakes.google import FakeGoogle, google
from tests.fakes.site import until

TOKEN = "facade-token"


class Seen:
    """Collects what a watcher is told, and lets a test wait for it without sleeping."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.changed = threading.Condition()

    def __call__(self, update: Update) -> None:
        with self.changed:
            self.updates.append(update)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[list[Event]], object], limit_s: float = 10) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self.events()), limit_s)

    def wait_for_an_exchange(self) -> None:
        with self.changed:
            assert self.changed.wait_for(
                lambda: any(isinstance(event, ExchangeEnded) for event in self.events()), 10
            )

    def events(self) -> list[Event]:
        return [event for update in self.updates if isinstance(update, tuple) for event in update]


@pytest.fixture
async def fake() -> AsyncIterator[FakeGoogle]:
    world = World()
    world.add_project("p1")
    async with google(world) as running:
        yield running


@pytest.fixture
def settings(fake: FakeGoogle, tmp_path: Path) -> Settings:
    key = fake.world.add_key("p1")
    return load_settings(
        {
            "PORT": "0",
            "GEMINI_AUTH_PASSWORD": TOKEN,
            "GOOGLE_API_BASE_URL": fake.base_url,
            "CREDENTIALS_JSON_LIST": f'[{{"type":"api_key","key":"{key}","project_id":"p1"}}]',
            "PERSISTENT_STORAGE_PATH": str(tmp_path),
        },
        {},
        None,
        None,
    )


@pytest.fixture
async def pollux(settings: Settings) -> AsyncIterator[Pollux]:
    facade = Pollux(settings)
    yield facade
    await asyncio.wrap_future(facade.stop(grace_s=0.2))
    await asyncio.to_thread(facade.join, 10)


async def ask(url: str) -> int:
    body = {"model": "gemini-3.8-flash", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/chat/completions", json=body, headers=headers) as response,
    ):
        return response.status


async def test_a_watcher_gets_a_snapshot_and_then_what_happens(pollux: Pollux) -> None:
    url = await asyncio.wrap_future(pollux.start())
    seen = Seen()
    end = await asyncio.wrap_future(pollux.watch(seen))
    assert isinstance(seen.updates[0], Snapshot)
    assert await ask(url) == 200
    await asyncio.to_thread(seen.wait_for_an_exchange)
    ended = next(event for event in seen.events() if isinstance(event, ExchangeEnded))
    assert ended.status == 200
    assert [attempt.outcome for attempt in ended.attempts] == ["ok"]
    assert pollux.snapshot().totals.exchanges == 1
    assert pollux.snapshot().credentials[0].project == "p1"
    end()


async def test_stopping_ends_the_thread_and_says_so(pollux: Pollux) -> None:
    await asyncio.wrap_future(pollux.start())
    seen = Seen()
    await asyncio.wrap_future(pollux.watch(seen))
    await asyncio.wrap_future(pollux.stop(grace_s=0.2))
    await asyncio.to_thread(pollux.join, 10)
    assert isinstance(seen.updates[-1], Snapshot)
    assert seen.updates[-1].state == "stopped"
    assert not any(thread.name == "engine" for thread in threading.enumerate())


async def test_a_watcher_that_fails_neither_deafens_others_nor_keeps_the_engine_from_stopping(
    pollux: Pollux,
) -> None:
    url = await asyncio.wrap_future(pollux.start())
    told: list[Update] = []

    def bad(update: Update) -> None:
        told.append(update)
        if len(told) > 1:
            raise ValueError("a front end's bug")

    await asyncio.wrap_future(pollux.watch(bad))
    seen = Seen()
    await asyncio.wrap_future(pollux.watch(seen))
    assert await ask(url) == 200
    await asyncio.to_thread(seen.wait_for_an_exchange)
    await asyncio.wrap_future(pollux.stop(grace_s=0.2))
    await asyncio.to_thread(pollux.join, 10)
    assert len(told) > 2
    assert not any(thread.name == "engine" for thread in threading.enumerate())


async def test_who_watches_from_the_beginning_is_told_of_the_start(pollux: Pollux) -> None:
    started = pollux.start()
    seen = Seen()
    await asyncio.wrap_future(pollux.watch(seen))
    url = await asyncio.wrap_future(started)
    states = [update for update in seen.updates if isinstance(update, Snapshot)]
    assert states[-1].url == url


async def test_a_watch_may_be_ended_twice_and_after_the_stop(pollux: Pollux) -> None:
    await asyncio.wrap_future(pollux.start())
    end = await asyncio.wrap_future(pollux.watch(Seen()))
    end()
    await asyncio.wrap_future(pollux.stop(grace_s=0.2))
    await asyncio.to_thread(pollux.join, 10)
    end()


async def test_what_is_asked_of_a_stopping_engine_is_answered(pollux: Pollux) -> None:
    await asyncio.wrap_future(pollux.start())
    stopped = pollux.stop(grace_s=0.2)
    late = [pollux.watch(Seen()) for _ in range(50)]
    await asyncio.wrap_future(stopped)
    await asyncio.to_thread(pollux.join, 10)
    assert all(one.done() for one in late)
    with pytest.raises(Refusal, match="has stopped"):
        pollux.watch(Seen()).result(0)


async def test_a_start_that_is_cancelled_can_be_stopped(pollux: Pollux) -> None:
    started = pollux.start()
    started.cancel()
    await asyncio.wrap_future(pollux.stop(grace_s=0.2))
    await asyncio.to_thread(pollux.join, 10)
    assert pollux.snapshot().state in ("stopped", "serving", "degraded")
    assert not any(thread.name == "engine" for thread in threading.enumerate())


async def test_a_cancelled_stop_ends_at_once(fake: FakeGoogle, settings: Settings) -> None:
    pollux = Pollux(settings)
    url = await asyncio.wrap_future(pollux.start())
    fake.world.script(Reply.wait(asyncio.Event()))
    asked = asyncio.create_task(ask(url))
    await fake.world.until(lambda: fake.world.requests)
    seen = Seen()
    await asyncio.wrap_future(pollux.watch(seen))
    stopping = pollux.stop(grace_s=3_600)
    await until(lambda: pollux.snapshot().state == "stopping")
    stopping.cancel()
    await asyncio.to_thread(pollux.join, 10)
    assert not any(thread.name == "engine" for thread in threading.enumerate())
    with pytest.raises(aiohttp.ClientError):
        await asked


async def test_a_taken_port_is_told_and_the_thread_can_be_ended(pollux: Pollux) -> None:
    url = await asyncio.wrap_future(pollux.start())
    settings = {"PORT": url.rpartition(":")[2], "GEMINI_AUTH_PASSWORD": TOKEN}
    second = Pollux(load_settings(settings, {}, None, None))
    with pytest.raises(PortTaken):
        await asyncio.wrap_future(second.start())
    await asyncio.wrap_future(second.stop())
    await asyncio.to_thread(second.join, 10)
    assert second.snapshot().state == "stopped"


def test_nothing_can_be_asked_of_an_engine_that_was_not_started() -> None:
    facade = Pollux(load_settings({"PORT": "0"}, {}, None, None))
    assert facade.snapshot().state == "stopped"
    with pytest.raises(RuntimeError, match="not started"):
        facade.stop()


# -- commands ---------------------------------------------------------------------------------


async def test_a_command_is_carried_out_on_the_engines_thread_and_its_answer_is_plain_data(
    pollux: Pollux,
) -> None:
    await loaded(pollux)
    threads: list[str] = []

    def command(to: Commands) -> Coroutine[Any, Any, tuple[CheckResult, ...]]:
        threads.append(threading.current_thread().name)
        return to.check()

    (result,) = await asyncio.wrap_future(pollux.ask(command))
    assert threads == ["engine"]
    assert result.ok
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.ok = False  # type: ignore[misc]  # that is what is tried
    await asyncio.wrap_future(pollux.ask(lambda to: to.rename(result.id, "mine")))
    assert [view.label for view in (await snapshot(pollux)).credentials] == ["mine"]


async def loaded(pollux: Pollux) -> None:
    await asyncio.wrap_future(pollux.start())
    await until(lambda: pollux.snapshot().credentials)


async def snapshot(pollux: Pollux) -> Snapshot:
    """After what was asked before: a watcher's first update is the state then."""
    seen = Seen()
    end = await asyncio.wrap_future(pollux.watch(seen))
    end()
    await until(lambda: [v.label for v in pollux.snapshot().credentials] == ["mine"])
    return pollux.snapshot()


async def test_a_refusal_comes_through_the_future(pollux: Pollux) -> None:
    await loaded(pollux)
    with pytest.raises(Refusal) as caught:
        await asyncio.wrap_future(pollux.ask(lambda to: to.remove("keynobody")))
    assert caught.value.code == RefusalCode.NOT_FOUND
    (view,) = pollux.snapshot().credentials
    with pytest.raises(Refusal) as caught:
        await asyncio.to_thread(pollux.ask(lambda to: to.remove(view.id)).result, 10)
    assert caught.value.code == RefusalCode.READ_ONLY


async def test_cancelling_a_command_reaches_it(fake: FakeGoogle, pollux: Pollux) -> None:
    await loaded(pollux)
    fake.world.script(Reply.wait(asyncio.Event()), action="models")
    checking = pollux.ask(lambda to: to.check())
    await fake.world.until(lambda: fake.world.requests)
    assert checking.cancel()
    await fake.world.until(lambda: fake.world.hang_ups)
    assert checking.cancelled()


async def test_before_the_start_has_ended_a_command_is_refused(pollux: Pollux) -> None:
    started = pollux.start()
    with pytest.raises(Refusal) as caught:
        await asyncio.wrap_future(pollux.ask(lambda to: to.check()))
    assert caught.value.code == RefusalCode.UNAVAILABLE
    await asyncio.wrap_future(started)


async def test_after_the_stop_a_command_fails_clearly(pollux: Pollux) -> None:
    await loaded(pollux)
    await asyncio.wrap_future(pollux.stop(grace_s=0.2))
    await asyncio.to_thread(pollux.join, 10)
    for late in (pollux.ask(lambda to: to.check()), pollux.token()):
        with pytest.raises(Refusal, match="has stopped"):
            late.result(0)


async def test_the_bearer_token_is_told_also_after_a_new_one(
    fake: FakeGoogle, tmp_path: Path
) -> None:
    values = {"PORT": "0", "GOOGLE_API_BASE_URL": fake.base_url}
    values["PERSISTENT_STORAGE_PATH"] = str(tmp_path)
    facade = Pollux(await asyncio.to_thread(load_settings, values, {}, None, None))
    await asyncio.wrap_future(facade.start())
    first = await asyncio.wrap_future(facade.token())
    assert (tmp_path / "bearer_token").read_text().strip() == first
    await asyncio.wrap_future(facade.ask(lambda to: to.rotate_token()))
    second = await asyncio.wrap_future(facade.token())
    assert second != first
    assert (tmp_path / "bearer_token").read_text().strip() == second
    await asyncio.wrap_future(facade.stop(grace_s=0))
    await asyncio.to_thread(facade.join, 10)


async def test_a_token_that_the_settings_give_is_that_one(pollux: Pollux) -> None:
    await asyncio.wrap_future(pollux.start())
    assert await asyncio.wrap_future(pollux.token()) == TOKEN


# -- pausing, restarting, settings --------------------------------------------------------------


async def test_a_pause_is_told_with_a_new_snapshot_and_ends_with_resume(pollux: Pollux) -> None:
    await loaded(pollux)
    url = pollux.snapshot().url
    seen = Seen()
    await asyncio.wrap_future(pollux.watch(seen))
    await asyncio.wrap_future(pollux.ask(lambda to: to.pause()))
    await asyncio.to_thread(
        seen.wait_for, lambda events: [e for e in events if isinstance(e, PauseChanged)]
    )
    await until(lambda: pollux.snapshot().state == "paused")
    assert await ask(url) == 503
    await asyncio.wrap_future(pollux.ask(lambda to: to.resume()))
    assert await ask(url) == 200
    await until(lambda: pollux.snapshot().state == "serving")
    states = [update.state for update in seen.updates if isinstance(update, Snapshot)]
    assert "paused" in states


async def test_the_next_engine_takes_the_same_port_at_once_though_a_connection_lingers(
    pollux: Pollux, settings: Settings
) -> None:
    await loaded(pollux)
    port = int(pollux.snapshot().url.rpartition(":")[2])
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await _reader.readline()).split()[1] == b"200"
    await asyncio.wrap_future(pollux.stop(grace_s=0.2))
    second = Pollux(settings.model_copy(update={"port": port}))
    try:
        assert (await asyncio.wrap_future(second.start())).endswith(f":{port}")
    finally:
        writer.close()
        await asyncio.wrap_future(second.stop(grace_s=0.2))
        await asyncio.to_thread(second.join, 10)


async def test_settings_are_changed_while_no_engine_runs(tmp_path: Path) -> None:
    def change() -> Settings:
        toml = settings_file(tmp_path / "settings.toml")
        before = load_settings({}, {}, None, toml)
        return write_settings(before, {"PORT": "7999"})

    assert (await asyncio.to_thread(change)).port == 7999
    assert (tmp_path / "settings.toml").read_text() == "PORT = 7999\n"


async def test_the_line_and_where_credentials_are_kept_are_told(pollux: Pollux) -> None:
    await loaded(pollux)
    line = await asyncio.wrap_future(pollux.ask(lambda to: to.line("gemini-3.8-flash")))
    (view,) = pollux.snapshot().credentials
    assert [(one.credential_id, one.free) for one in line.places] == [(view.id, True)]
    keeping = await asyncio.wrap_future(pollux.ask(lambda to: to.keeping()))
    assert (keeping.kept_in, keeping.vault, keeping.read_only) == ("environment", "unused", True)


def test_the_facade_brings_nothing_heavy_into_the_windows_thread() -> None:
    code = (
        "import sys, proxy_core.api\n"
        "sys.exit(' '.join({'aiohttp', 'cryptography', 'sqlite3'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


async def test_nothing_of_the_process_is_frozen_for_the_engine(pollux: Pollux) -> None:
    await asyncio.wrap_future(pollux.start())
    assert gc.get_freeze_count() == 0


# -- the demo -----------------------------------------------------------------------------------


@pytest.fixture
async def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pollux]:
    """Without requests of its own; temporary folders are made in `tmp_path`."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    facade = Pollux.demo(sample_traffic=False)
    await asyncio.wrap_future(facade.start())
    await until(lambda: len(facade.snapshot().credentials) == 3)
    yield facade
    await asyncio.wrap_future(facade.stop(grace_s=0.2))
    await asyncio.to_thread(facade.join, 10)


def entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_the_demo_has_three_accounts_and_leaves_nothing_behind(
    demo: Pollux, tmp_path: Path
) -> None:
    assert [view.kind for view in demo.snapshot().credentials] == ["account"] * 3
    assert len(entries(tmp_path)) == 1
    await asyncio.wrap_future(demo.stop(grace_s=0.2))
    assert not entries(tmp_path)


async def test_the_demos_key_can_be_added_and_credentials_removed(demo: Pollux) -> None:
    report = await asyncio.wrap_future(demo.ask(lambda to: to.add_keys(DEMO_API_KEY)))
    (item,) = report.items
    assert (item.outcome, item.reason) == ("added", "")
    (result,) = await asyncio.wrap_future(demo.ask(lambda to: to.check(item.id)))
    assert result.ok
    await asyncio.wrap_future(demo.ask(lambda to: to.remove(str(item.id))))
    keeping = await asyncio.wrap_future(demo.ask(lambda to: to.keeping()))
    assert (keeping.kept_in, keeping.vault, keeping.sentence) == ("folder", "unused", "")
    assert not keeping.read_only


async def test_one_signs_in_at_the_demos_pretend_google(demo: Pollux) -> None:
    client = await asyncio.wrap_future(demo.ask(lambda to: to.oauth_client()))
    assert client.kind == "installed"
    begun = await asyncio.wrap_future(demo.ask(lambda to: to.begin_sign_in(SignInRequest())))
    assert begun.url.startswith("http://127.0.0.1:")
    async with aiohttp.ClientSession() as browser:
        async with browser.get(begun.url) as page:
            assert "Continue as alan@example.com" in await page.text()
        async with browser.get(f"{begun.url}&consent=alan@example.com") as end:
            assert end.status == 200
    done = await asyncio.wrap_future(demo.ask(lambda to: to.sign_in(begun.id)))
    assert done.status is SignInStatus.DONE, done.sentence
    (added,) = done.added
    (result,) = await asyncio.wrap_future(demo.ask(lambda to: to.check(added)))
    assert result.ok


async def test_the_demos_own_requests_come_from_several_clients_and_end_with_it() -> None:
    demo = Pollux.demo()
    seen = Seen()
    try:
        await asyncio.wrap_future(demo.start())
        await asyncio.wrap_future(demo.watch(seen))

        def enough(events: list[Event]) -> bool:
            ended = [event for event in events if isinstance(event, ExchangeEnded)]
            return len(ended) >= 8 and any(len(event.attempts) > 1 for event in ended)

        await asyncio.to_thread(seen.wait_for, enough, 30)
    finally:
        await asyncio.wrap_future(demo.stop(grace_s=0.2))
        await asyncio.to_thread(demo.join, 10)
    ended = [event for event in seen.events() if isinstance(event, ExchangeEnded)]
    assert len({event.client for event in ended}) >= 3
    assert len({event.dialect for event in ended}) >= 3
    assert not any(thread.name == "engine" for thread in threading.enumerate())


async def test_a_demo_that_cannot_start_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    demo = Pollux.demo()
    with pytest.raises(OSError, match="missing"):
        await asyncio.wrap_future(demo.start())
    await asyncio.wrap_future(demo.stop())
    await asyncio.to_thread(demo.join, 10)
    assert not any(thread.name == "engine" for thread in threading.enumerate())


def test_a_cause_is_told_in_words_and_an_unknown_one_as_it_is() -> None:
    assert cause_words("network") == "Google could not be reached."
    assert cause_words("token_expired").startswith("Google no longer accepts")
    assert cause_words("something_new") == "something_new"
