import asyncio
from concurrent.futures import Future

import pytest

from desktop.bridge import Bridge
from desktop.desk import Desk
from proxy_core.api import Refusal, Snapshot
from tests.desktop.conftest import until
from tests.fakes.commands import credential
from tests.fakes.window import FakeEngine, exchange


async def test_what_the_engine_tells_comes_out_as_signals(desk: Desk, engine: FakeEngine) -> None:
    seen: list[object] = []
    desk.bridge.happened.connect(seen.extend)
    event = exchange(1.0)
    engine.tell(event)
    await until(lambda: seen == [event])


async def test_a_new_state_is_shown(desk: Desk, engine: FakeEngine) -> None:
    shown: list[Snapshot] = []
    desk.bridge.snapshot_changed.connect(shown.append)
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    await until(lambda: shown and shown[-1].credentials)
    assert desk.bridge.snapshot.credentials[0].label == "ada@example.com"


async def test_a_refusal_reaches_whoever_asked(desk: Desk) -> None:
    with pytest.raises(Refusal):
        await desk.bridge.ask(lambda to: to.clear("accnobody"))


async def test_without_an_engine_it_says_that_pollux_does_not_run() -> None:
    with pytest.raises(Refusal, match="not running"):
        await Bridge().ask(lambda to: to.pause())


async def test_after_the_stop_it_says_that_pollux_does_not_run(desk: Desk) -> None:
    await desk.life.stop()
    with pytest.raises(Refusal, match="not running"):
        await desk.bridge.token()


async def test_what_is_asked_during_the_start_waits_for_it(engine: FakeEngine) -> None:
    bridge = Bridge()
    bridge.expect()
    asked = asyncio.ensure_future(bridge.token())
    await asyncio.sleep(0)
    assert not asked.done()
    engine.start()
    bridge.attach(engine)
    assert await asked


async def test_a_command_that_the_stop_cuts_off_is_refused_in_words(
    desk: Desk, engine: FakeEngine
) -> None:
    never: Future[str] = Future()
    engine.tokens = never
    asked = asyncio.ensure_future(desk.bridge.token())
    await asyncio.sleep(0)
    never.cancel()
    with pytest.raises(Refusal, match="not running"):
        await asked


async def test_who_gives_up_waiting_gives_up_the_command(desk: Desk, engine: FakeEngine) -> None:
    never: Future[str] = Future()
    engine.tokens = never
    asked = asyncio.ensure_future(desk.bridge.token())
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert never.cancelled()


async def test_a_bug_in_a_command_is_told_in_words(
    desk: Desk, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    failed: Future[str] = Future()
    failed.set_exception(ValueError("a bug"))
    engine.tokens = failed
    with pytest.raises(Refusal, match="could not do that"):
        await desk.bridge.token()
    assert "a bug" in caplog.text


async def test_what_an_engine_of_before_still_tells_is_not_heard(
    desk: Desk, engine: FakeEngine
) -> None:
    seen: list[object] = []
    desk.bridge.happened.connect(seen.extend)
    await desk.life.start_demo()
    engine.tell(exchange(1.0))
    await asyncio.sleep(0.02)
    assert seen == []
