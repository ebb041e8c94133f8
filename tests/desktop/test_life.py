import asyncio
from concurrent.futures import Future
from pathlib import Path

import pytest

from desktop.bridge import Bridge
from desktop.life import Life, Phase
from desktop.troubles import TroubleKind
from proxy_core.api import FolderTaken, PortTaken, SettingsProblem, UnreadableToken
from tests.desktop.conftest import until
from tests.fakes.window import URL, FakeEngine, FakeSources


class Stage:
    """A life with its fakes."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine()
        self.sources = FakeSources(folder, self.engine)
        self.bridge = Bridge()
        self.life = Life(self.bridge, self.sources)


@pytest.fixture
def stage(tmp_path: Path, theme: object) -> Stage:
    return Stage(tmp_path)


async def test_a_start_gives_the_address_and_the_state(stage: Stage) -> None:
    assert await stage.life.start()
    assert stage.life.url == URL
    assert stage.life.phase is Phase.RUNNING
    assert stage.bridge.snapshot.state == "serving"


async def test_a_stop_gives_running_requests_their_time(stage: Stage) -> None:
    await stage.life.start()
    await stage.life.stop(7.0)
    assert stage.engine.grace_s == 7.0
    assert stage.life.phase is Phase.STOPPED
    assert stage.bridge.snapshot.state == "stopped"


async def test_a_taken_port_names_its_holder_and_offers_a_free_one(stage: Stage) -> None:
    stage.engine.fails_with = PortTaken("127.0.0.1", 7860, "ollama (pid 12)")
    assert not await stage.life.start()
    trouble = stage.life.trouble
    assert trouble is not None
    assert trouble.kind is TroubleKind.PORT_TAKEN
    assert "7860" in trouble.sentence
    assert "ollama (pid 12)" in trouble.sentence
    assert trouble.free_port > 7860


async def test_another_port_is_remembered_and_used(stage: Stage) -> None:
    taken, free = FakeEngine(), stage.engine
    taken.fails_with = PortTaken("127.0.0.1", 7860, None)
    stage.sources.engines = [taken, free]
    await stage.life.start()
    assert await stage.life.use_port(7861)
    assert stage.sources.written == [{"PORT": "7861"}]
    assert stage.life.trouble is None
    assert stage.life.phase is Phase.RUNNING


async def test_after_the_other_program_has_ended_a_new_try_succeeds(stage: Stage) -> None:
    stage.engine.fails_with = PortTaken("127.0.0.1", 7860, None)
    await stage.life.start()
    stage.engine.fails_with = None
    assert await stage.life.start()
    assert stage.life.trouble is None


async def test_a_broken_setting_is_said_and_can_be_left_out(stage: Stage) -> None:
    stage.sources.problem = SettingsProblem("MAX_WAIT_S", "must be a number")
    assert not await stage.life.start()
    trouble = stage.life.trouble
    assert trouble is not None
    assert trouble.kind is TroubleKind.SETTINGS
    assert "MAX_WAIT_S" in trouble.sentence
    assert trouble.file == stage.sources.settings_file
    assert await stage.life.start(without_file=True)
    assert stage.life.left_out == stage.sources.settings_file
    stage.sources.problem = None
    stage.sources.engines = [FakeEngine()]
    assert await stage.life.restart()
    assert stage.life.left_out is None


async def test_a_mistake_in_the_owners_families_is_said_like_a_broken_setting(
    stage: Stage,
) -> None:
    stage.engine.fails_with = SettingsProblem("families.toml", "[house] prefil is not a field")
    assert not await stage.life.start()
    trouble = stage.life.trouble
    assert trouble is not None
    assert trouble.kind is TroubleKind.SETTINGS
    assert "[house] prefil" in trouble.sentence
    assert trouble.file == stage.sources.settings_file.with_name("families.toml")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (FolderTaken(Path("data"), None), TroubleKind.FOLDER_TAKEN),
        (UnreadableToken("bearer_token is empty"), TroubleKind.UNREADABLE_TOKEN),
        (OSError(99, "Cannot assign requested address"), TroubleKind.OTHER),
    ],
)
async def test_whatever_keeps_it_from_starting_is_said_in_words(
    stage: Stage, error: Exception, kind: TroubleKind
) -> None:
    stage.engine.fails_with = error
    assert not await stage.life.start()
    assert stage.life.trouble is not None
    assert stage.life.trouble.kind is kind
    assert stage.life.trouble.sentence.endswith(".")
    assert stage.life.trouble.next_step
    assert stage.engine.stopped


async def test_a_bug_at_the_start_is_no_riddle_to_the_owner(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.engine.fails_with = ValueError("a bug")
    assert not await stage.life.start()
    assert stage.life.trouble is not None
    assert "a bug" not in stage.life.trouble.sentence
    assert "a bug" in caplog.text


async def test_the_demo_exchanges_the_engine_and_leaving_brings_it_back(stage: Stage) -> None:
    again = FakeEngine()
    stage.sources.engines = [stage.engine, again]
    await stage.life.start()
    assert await stage.life.start_demo()
    assert stage.sources.demo_engine.running
    assert stage.engine.stopped
    assert await stage.life.leave_demo()
    assert stage.sources.demo_engine.stopped
    assert again.running


async def test_a_program_that_is_only_a_demo_ends_with_it(tmp_path: Path, theme: object) -> None:
    sources = FakeSources(tmp_path, FakeEngine())
    life = Life(Bridge(), sources, only_demo=True)
    ended: list[bool] = []
    life.demo_left.connect(lambda: ended.append(True))
    await life.start_demo()
    assert not await life.leave_demo()
    assert ended == [True]
    assert not sources.engines[0].running


async def test_a_restart_takes_a_new_engine(stage: Stage) -> None:
    again = FakeEngine()
    stage.sources.engines = [stage.engine, again]
    await stage.life.start()
    assert await stage.life.restart()
    assert stage.engine.stopped
    assert again.running


async def test_a_port_that_the_environment_sets_is_not_offered_to_be_changed(stage: Stage) -> None:
    stage.sources.arguments = {"PORT": "7860"}
    stage.engine.fails_with = PortTaken("127.0.0.1", 7860, "{sh} (pid 1)")
    await stage.life.start()
    trouble = stage.life.trouble
    assert trouble is not None
    assert trouble.free_port == 0
    assert "command line" in trouble.next_step
    assert "{sh}" in trouble.sentence


async def test_a_second_start_finds_the_first_one_running(stage: Stage) -> None:
    again = FakeEngine()
    stage.sources.engines = [stage.engine, again]
    assert all(await asyncio.gather(stage.life.start(), stage.life.start()))
    assert stage.engine.running
    assert not again.running


async def test_after_a_demo_that_failed_a_new_try_is_the_demo_again(stage: Stage) -> None:
    stage.sources.demo_engine.fails_with = OSError(99, "no")
    assert not await stage.life.start_demo()
    stage.sources.demo_engine.fails_with = None
    assert await stage.life.start()
    assert stage.sources.demo_engine.running
    assert not stage.engine.running


async def test_a_settings_file_that_cannot_be_reached_is_said(stage: Stage) -> None:
    stage.sources.problem = OSError(13, "Permission denied")
    assert not await stage.life.start()
    assert stage.life.trouble is not None
    assert stage.life.trouble.kind is TroubleKind.SETTINGS


async def test_who_is_in_a_hurry_does_not_wait_for_running_requests(stage: Stage) -> None:
    await stage.life.start()
    stage.engine.stops = Future()
    stopping = asyncio.ensure_future(stage.life.stop())
    await until(lambda: stage.life.phase is Phase.STOPPING)
    await asyncio.sleep(0)
    stage.life.hurry()
    await stopping
    assert stage.engine.stops.cancelled()
    assert stage.engine.joined


async def test_who_is_in_a_hurry_does_not_wait_for_a_start(stage: Stage) -> None:
    stage.engine.starts = Future()
    starting = asyncio.ensure_future(stage.life.start())
    await until(lambda: stage.life.phase is Phase.STARTING)
    await asyncio.sleep(0)
    stage.life.hurry()
    assert not await starting
    assert stage.life.phase is Phase.STOPPED
    assert stage.engine.stopped
