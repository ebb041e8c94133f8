"""When newer versions are looked for, and when not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from desktop.desk import Desk
from desktop.remembered import remembered
from desktop.system import resources
from desktop.updates import DAY_S, WEEK_S, Updates, built_in_repository
from proxy_core.api import Refusal, RefusalCode, Release
from tests.fakes.window import FakeEngine

NEWER = Release("9.0.0", "https://github.com/some-owner/pollux/releases/latest")
START = 1_795_000_000.0


class Calendar:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def kept(tmp_path: Path) -> QSettings:
    return remembered(tmp_path / "other" / "settings.toml")


@pytest.fixture
def asked(engine: FakeEngine) -> Callable[[], int]:
    """How often GitHub was asked."""
    return lambda: sum(call[0] == "newer_release" for call in engine.commands.calls)


@pytest.fixture
def updates(desk: Desk, kept: QSettings, calendar: Calendar) -> Updates:
    return Updates(desk.bridge, desk.life, kept, "some-owner/pollux", calendar)


async def test_the_first_look_is_a_week_after_the_first_start(
    updates: Updates, calendar: Calendar, asked: Callable[[], int]
) -> None:
    await updates.look()
    calendar.now = START + WEEK_S - 1
    await updates.look()
    assert asked() == 0
    calendar.now = START + WEEK_S
    await updates.look()
    await updates.look()
    assert asked() == 1


async def test_a_newer_one_is_told(
    updates: Updates, calendar: Calendar, engine: FakeEngine
) -> None:
    told: list[Release | None] = []
    updates.found.connect(lambda: told.append(updates.release))
    engine.commands.release = NEWER
    await updates.look()
    calendar.now += WEEK_S
    await updates.look()
    assert told == [NEWER]


async def test_where_it_could_not_be_told_it_is_asked_again_the_next_day(
    updates: Updates, calendar: Calendar, engine: FakeEngine, asked: Callable[[], int]
) -> None:
    await updates.look()
    calendar.now += WEEK_S
    engine.commands.refusal = Refusal(RefusalCode.UNAVAILABLE, "Not now.")
    await updates.look()
    await updates.look()
    assert (asked(), updates.release) == (1, None)
    calendar.now += DAY_S
    await updates.look()
    assert asked() == 2


async def test_who_switched_it_off_is_not_asked_for(
    updates: Updates, calendar: Calendar, asked: Callable[[], int]
) -> None:
    await updates.look()
    updates.choose(wanted=False)
    calendar.now += WEEK_S
    await updates.look()
    assert asked() == 0
    assert not updates.wanted


async def test_the_demo_asks_nobody(
    updates: Updates, calendar: Calendar, desk: Desk, asked: Callable[[], int]
) -> None:
    await updates.look()
    calendar.now += WEEK_S
    desk.life.demo = True
    await updates.look()
    assert asked() == 0


async def test_a_clock_that_was_wrong_once_does_not_stop_it_for_good(
    updates: Updates, calendar: Calendar, asked: Callable[[], int]
) -> None:
    calendar.now = START + 1_000 * WEEK_S
    await updates.look()
    calendar.now = START
    await updates.look()
    calendar.now = START + WEEK_S
    await updates.look()
    assert asked() == 1


async def test_a_program_that_names_no_repository_never_looks(
    desk: Desk, kept: QSettings, calendar: Calendar, asked: Callable[[], int]
) -> None:
    updates = Updates(desk.bridge, desk.life, kept, "", calendar)
    await updates.look()
    calendar.now += WEEK_S
    await updates.look()
    assert asked() == 0
    assert not updates.available


def test_a_checkout_names_no_repository() -> None:
    assert built_in_repository() == ""


def test_the_file_in_the_resources_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "releases.txt").write_text("some-owner/pollux\n")
    monkeypatch.setattr(resources, "_FOLDER", tmp_path)
    assert built_in_repository() == "some-owner/pollux"
