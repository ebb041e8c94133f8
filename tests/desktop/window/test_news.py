from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.desk import Desk
from desktop.life import Phase
from desktop.remembered import LOOKED_FOR_UPDATES, remembered
from desktop.troubles import Trouble, TroubleKind
from desktop.updates import Updates
from desktop.window.news import News
from proxy_core.api import (
    ClockChanged,
    Keeping,
    NetworkChanged,
    PortTaken,
    SettingsProblem,
    UnreadableToken,
    Woke,
)
from tests.desktop.accessible import nameless
from tests.desktop.conftest import Notes, until
from tests.fakes.window import FakeEngine, FakeSources


@pytest.fixture
async def news(desk: Desk) -> News:
    made = News(desk)
    made.resize(900, 300)
    return made


def sources(desk: Desk) -> FakeSources:
    made = desk.life._sources
    assert isinstance(made, FakeSources)
    return made


def buttons(news: News, kind: str) -> dict[str, QPushButton]:
    found = news.banners[kind].findChildren(QPushButton)
    return {made.text(): made for made in found if not made.isHidden()}


def click(news: News, kind: str, text: str) -> None:
    QTest.mouseClick(buttons(news, kind)[text], Qt.MouseButton.LeftButton)


def told(news: News, kind: str) -> str:
    banner = news.banners[kind]
    return "" if banner.isHidden() else banner.sentence


async def test_nothing_is_told_while_all_is_well(news: News) -> None:
    assert news.isHidden()


async def test_a_taken_port_can_be_exchanged(news: News, desk: Desk, engine: FakeEngine) -> None:
    engine.fails_with = PortTaken("127.0.0.1", 7860, "python3 (process 4711)")
    await desk.life.restart()
    assert told(news, "trouble") == "Port 7860 is taken by python3 (process 4711)."
    assert desk.life.trouble is not None
    engine.fails_with = None
    click(news, "trouble", f"Use port {desk.life.trouble.free_port}")
    await until(lambda: desk.life.phase is Phase.RUNNING)
    assert int(sources(desk).written[-1]["PORT"]) > 7860
    assert told(news, "trouble") == ""


async def test_a_taken_port_leads_to_the_settings(
    news: News, desk: Desk, engine: FakeEngine
) -> None:
    pages: list[str] = []
    news.go.connect(pages.append)
    engine.fails_with = PortTaken("127.0.0.1", 7860, "another program")
    await desk.life.restart()
    click(news, "trouble", "Settings")
    assert pages == ["settings"]


async def test_try_again_starts_once_the_port_is_free(
    news: News, desk: Desk, engine: FakeEngine
) -> None:
    engine.fails_with = PortTaken("127.0.0.1", 7860, "another program")
    await desk.life.restart()
    engine.fails_with = None
    click(news, "trouble", "Try again")
    await until(lambda: desk.life.phase is Phase.RUNNING)
    assert news.isHidden()


async def test_a_broken_settings_file_can_be_opened_and_left_out(
    news: News, desk: Desk, notes: Notes
) -> None:
    sources(desk).problem = SettingsProblem("PORT", "is no number")
    await desk.life.restart()
    assert "PORT" in told(news, "trouble")
    click(news, "trouble", "Open the file")
    assert notes.opened[-1].endswith("settings.toml")
    click(news, "trouble", "Start without it")
    await until(lambda: desk.life.phase is Phase.RUNNING)


async def test_a_file_that_nothing_opens_is_named(news: News, desk: Desk, notes: Notes) -> None:
    notes.opens = False
    sources(desk).problem = SettingsProblem("PORT", "is no number")
    await desk.life.restart()
    click(news, "trouble", "Open the file")
    assert "settings.toml" in notes.toasts[-1]


@pytest.mark.parametrize(
    "kind", [TroubleKind.FOLDER_TAKEN, TroubleKind.UNREADABLE_TOKEN, TroubleKind.OTHER]
)
async def test_every_other_trouble_can_be_tried_again(
    news: News, desk: Desk, kind: TroubleKind
) -> None:
    desk.life.trouble = Trouble(kind, "It is so.", "Do this.", file=Path("/x/bearer_token"))
    desk.life.phase = Phase.TROUBLE
    desk.life.changed.emit()
    assert told(news, "trouble") == "It is so."
    assert "Try again" in buttons(news, "trouble")
    assert nameless(news) == []


async def test_the_demo_is_labelled_and_can_be_left(news: News, desk: Desk) -> None:
    await desk.life.start_demo()
    assert "simulated Google" in told(news, "demo")
    click(news, "demo", "Leave the demo")
    await until(lambda: not desk.life.demo and desk.life.phase is Phase.RUNNING)
    assert told(news, "demo") == ""


async def test_another_address_of_google_is_told_while_it_is_set(news: News, desk: Desk) -> None:
    settings = desk.life.settings
    assert settings is not None
    desk.life.settings = settings.model_copy(
        update={"google_api_base_url": "http://127.0.0.1:9999"}
    )
    desk.life.changed.emit()
    assert "http://127.0.0.1:9999" in told(news, "gateway")
    assert news.banners["gateway"].close_button.isHidden()
    desk.life.settings = settings
    desk.life.changed.emit()
    assert told(news, "gateway") == ""


async def test_a_vault_that_waits_is_told_until_it_opens(
    news: News, desk: Desk, engine: FakeEngine
) -> None:
    waiting = "The vault waits for the keyring."
    engine.commands.kept = Keeping("vault", "waiting", waiting, "Unlock it.", False, "/data")
    news._look_after_vault()
    await until(lambda: told(news, "vault") == waiting)
    engine.commands.kept = Keeping("vault", "open", "", "", False, "/data")
    news._again.timeout.emit()
    await until(lambda: told(news, "vault") == "")


async def test_a_closed_vault_can_be_tried_again(
    news: News, desk: Desk, engine: FakeEngine
) -> None:
    closed = "The vault cannot be opened."
    engine.commands.kept = Keeping("folder", "closed", closed, "Set its key.", False, "/data")
    news._look_after_vault()
    await until(lambda: told(news, "vault") == closed)
    engine.commands.kept = Keeping("vault", "open", "", "", False, "/data")
    click(news, "vault", "Try again")
    await until(lambda: told(news, "vault") == "" and desk.life.phase is Phase.RUNNING)


async def test_google_out_of_reach_is_told_until_it_is_back(
    news: News, engine: FakeEngine, notes: Notes
) -> None:
    engine.tell(NetworkChanged(1.0, False, "Google cannot be reached."))
    await until(lambda: told(news, "network") == "Google cannot be reached.")
    engine.tell(NetworkChanged(2.0, True, "Google can be reached again."))
    await until(lambda: told(news, "network") == "")
    assert notes.toasts == ["Google can be reached again."]
    assert news.isHidden()


async def test_waking_up_is_told_and_can_be_dismissed(news: News, engine: FakeEngine) -> None:
    engine.tell(Woke(1.0, 7_300.0))
    await until(lambda: told(news, "clock") == "Awake again after 2 h.")
    QTest.mouseClick(news.banners["clock"].close_button, Qt.MouseButton.LeftButton)
    assert news.isHidden()


@pytest.mark.parametrize(("by_s", "word"), [(3_600.0, "forward"), (-3_600.0, "back")])
async def test_a_changed_clock_is_told(
    news: News, engine: FakeEngine, by_s: float, word: str
) -> None:
    engine.tell(ClockChanged(1.0, by_s))
    await until(lambda: word in told(news, "clock"))


async def test_an_unreadable_token_is_trouble_and_no_end(
    news: News, desk: Desk, engine: FakeEngine
) -> None:
    engine.fails_with = UnreadableToken("it is empty")
    await desk.life.restart()
    assert told(news, "trouble")


async def test_settings_that_are_left_out_are_said_until_they_are_mended(
    news: News, desk: Desk
) -> None:
    await desk.life.stop()
    await desk.life.start(without_file=True)
    banner = news.banners["settings"]
    assert banner.isVisible()
    assert "settings.toml is left out" in banner.sentence
    await desk.life.restart()
    assert not banner.isVisible()


async def test_a_newer_pollux_is_told_and_linked_to(
    desk: Desk, engine: FakeEngine, notes: Notes, tmp_path: Path
) -> None:
    kept = remembered(tmp_path / "settings.toml")
    kept.setValue(LOOKED_FOR_UPDATES, 1.0)
    engine.commands.newer = "9.0.0"
    desk = replace(desk, updates=Updates(desk.bridge, desk.life, kept, "some-owner/pollux"))
    news = News(desk)
    assert told(news, "update") == ""
    await desk.updates.look()
    assert told(news, "update") == "Pollux 9.0.0 is out."
    assert not news.isHidden()
    assert nameless(news) == []
    page = "https://github.com/some-owner/pollux/releases/latest"
    click(news, "update", "Read more")
    assert notes.opened == [page]
    notes.opens = False
    click(news, "update", "Read more")
    assert notes.copied == [(page, False)]
    again = News(desk)  # a window that is made later
    assert told(again, "update") == "Pollux 9.0.0 is out."
    QTest.mouseClick(news.banners["update"].close_button, Qt.MouseButton.LeftButton)
    assert (told(news, "update"), told(again, "update")) == ("", "")
    assert news.isHidden()
