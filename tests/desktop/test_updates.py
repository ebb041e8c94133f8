"""When newer versions are looked for, and when not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from desktop.desk import Desk
from desktop.remembered import NEWER, remembered
from desktop.system import resources
from desktop.updates import DAY_S, WEEK_S, Updates, built_in_repository
from proxy_core.api import Refusal, RefusalCode, __version__
from tests.fakes.window import FakeEngine

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
    return lambda: sum(call[0] == "newer_version" for call in engine.commands.calls)


@pytest.fixture
def begin(desk: Desk, kept: QSettings, calendar: Calendar) -> Callable[[], Updates]:
    """As at each start of the program."""
    return lambda: Updates(desk.bridge, desk.life, kept, "some-owner/pollux", calendar)


@pytest.fixture
def updates(begin: Callable[[], Updates]) -> Updates:
    return begin()


@pytest.fixture
async def found(updates: Updates, calendar: Calendar, engine: FakeEngine) -> Updates:
    """A newer one was found."""
    engine.commands.newer = "9.0.0"
    await updates.look()
    calendar.now += WEEK_S
    await updates.look()
    return updates


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
    told: list[str] = []
    updates.changed.connect(lambda: told.append(updates.newer))
    engine.commands.newer = "9.0.0"
    await updates.look()
    calendar.now += WEEK_S
    await updates.look()
    assert told == ["9.0.0"]
    assert updates.page == "https://github.com/some-owner/pollux/releases/latest"


async def test_what_was_found_is_told_at_each_start(
    found: Updates, begin: Callable[[], Updates]
) -> None:
    assert found.newer
    assert begin().newer == "9.0.0"


async def test_what_was_dismissed_is_not_told_until_it_is_found_again(
    found: Updates, begin: Callable[[], Updates], calendar: Calendar
) -> None:
    found.dismiss()
    again = begin()
    assert (found.newer, again.newer) == ("", "")
    calendar.now += WEEK_S
    await again.look()
    assert again.newer == "9.0.0"


@pytest.mark.usefixtures("found")
def test_what_another_version_found_is_forgotten(
    begin: Callable[[], Updates], kept: QSettings
) -> None:
    kept.setValue(NEWER, ["9.0.0", f"{__version__}.1"])
    assert begin().newer == ""


async def test_a_release_that_was_taken_back_is_told_no_more(
    found: Updates, begin: Callable[[], Updates], calendar: Calendar, engine: FakeEngine
) -> None:
    engine.commands.newer = None
    calendar.now += WEEK_S
    await found.look()
    assert (found.newer, begin().newer) == ("", "")


async def test_where_it_could_not_be_told_it_is_asked_again_the_next_day(
    updates: Updates, calendar: Calendar, engine: FakeEngine, asked: Callable[[], int]
) -> None:
    await updates.look()
    calendar.now += WEEK_S
    engine.commands.refusal = Refusal(RefusalCode.UNAVAILABLE, "Not now.")
    await updates.look()
    await updates.look()
    assert (asked(), updates.newer) == (1, "")
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


async def test_who_switches_it_off_is_told_no_more(
    found: Updates, begin: Callable[[], Updates]
) -> None:
    found.choose(wanted=False)
    assert (found.newer, begin().newer) == ("", "")


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


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"some-owner/pollux\n", "some-owner/pollux"),
        ("\ufeffsome-owner/pollux\r\n".encode(), "some-owner/pollux"),
        ("some-owner/pollux\r\n".encode("utf-16"), ""),
    ],
    ids=["a plain file", "with the mark of Windows' editors", "as PowerShell writes it"],
)
def test_the_file_in_the_resources_names_it(
    content: bytes, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "releases.txt").write_bytes(content)
    monkeypatch.setattr(resources, "_FOLDER", tmp_path)
    assert built_in_repository() == named
