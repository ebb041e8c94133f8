from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.remembered import NOTIFICATIONS
from desktop.telling import Telling
from desktop.tray.tray import Tray
from desktop.tray.view import TrayState, TrayView
from desktop.words import hour_minute
from proxy_core.api import NetworkChanged, PortTaken, Woke
from tests.desktop.conftest import until
from tests.fakes.autostart import FakeAutostart
from tests.fakes.commands import credential
from tests.fakes.window import FakeEngine, exchange


class WrittenTray(Tray):
    """A tray that writes down what it would show."""

    def __init__(self) -> None:
        self.views: list[TrayView] = []
        self.messages: list[tuple[str, str]] = []
        super().__init__(is_there=lambda: False)

    def show(self, view: TrayView) -> None:
        self.views.append(view)

    def notify(self, title: str, text: str) -> None:
        self.messages.append((title, text))


@pytest.fixture
def remembered(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def tray(theme: object) -> Iterator[WrittenTray]:
    made = WrittenTray()
    yield made
    made.close()


@pytest.fixture
def telling(desk: Desk, tray: WrittenTray, remembered: QSettings) -> Telling:
    at_login = AtLogin(FakeAutostart())
    at_login.enabled = True
    return Telling(desk, tray, remembered, at_login)


async def test_the_tray_follows_the_state(
    telling: Telling, tray: WrittenTray, engine: FakeEngine
) -> None:
    assert tray.views[-1].state is TrayState.DEGRADED
    assert tray.views[-1].start_at_login
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    await until(lambda: tray.views[-1].state is TrayState.SERVING)
    engine.commands.put_state("paused")
    await until(lambda: tray.views[-1].paused)


async def test_a_sign_in_that_is_due_is_told_once(
    telling: Telling, tray: WrittenTray, engine: FakeEngine
) -> None:
    engine.commands.put(credential("keybbbbbbbbbb", "a key"))
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com", "needs_sign_in"))
    await until(lambda: tray.messages)
    engine.commands.tell()
    assert tray.messages == [
        ("Sign in again", "ada@example.com rests until you sign in to Google again.")
    ]


async def test_it_is_told_once_that_nobody_is_free_and_once_that_somebody_is_again(
    telling: Telling, tray: WrittenTray, engine: FakeEngine, desk: Desk
) -> None:
    ends = desk.figures.now() + 95
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com", "busy", until=ends))
    await until(lambda: tray.messages)
    engine.tell(exchange(1.0, status=429))
    assert tray.views[-1].state is TrayState.DEGRADED
    told = f"All rest for gemini-3.8-flash until {hour_minute(ends)}"
    assert tray.messages == [("No credential is free", told)]
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    await until(lambda: tray.views[-1].state is TrayState.SERVING)


async def test_a_pause_while_all_rest_is_no_good_news(
    telling: Telling, tray: WrittenTray, engine: FakeEngine, desk: Desk
) -> None:
    ends = desk.figures.now() + 95
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com", "busy", until=ends))
    await until(lambda: tray.messages)
    engine.commands.put_state("paused")
    await until(lambda: tray.views[-1].paused)
    assert not telling.is_well
    engine.commands.put_state("serving")
    await until(lambda: not tray.views[-1].paused)
    assert not telling.is_well


async def test_one_refused_request_is_no_news_while_others_are_free(
    telling: Telling, tray: WrittenTray, engine: FakeEngine, desk: Desk
) -> None:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    engine.tell(exchange(1.0, status=429))
    await until(lambda: desk.in_line.line)
    assert tray.messages == []


async def test_who_wants_no_notifications_gets_none(
    telling: Telling, tray: WrittenTray, engine: FakeEngine, remembered: QSettings
) -> None:
    remembered.setValue(NOTIFICATIONS, False)
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com", "needs_sign_in"))
    await until(lambda: telling.parent() is tray and tray.views[-1].state is TrayState.DEGRADED)
    assert tray.messages == []


async def test_waking_up_is_told(telling: Telling, tray: WrittenTray, engine: FakeEngine) -> None:
    engine.tell(Woke(1.0, 7_300.0))
    await until(lambda: tray.messages)
    assert tray.messages[0][1].startswith("Asleep for 2 h.")


async def test_a_network_that_is_gone_is_told(
    telling: Telling, tray: WrittenTray, engine: FakeEngine
) -> None:
    engine.tell(NetworkChanged(1.0, reachable=False, sentence="Google cannot be reached."))
    await until(lambda: tray.messages)
    assert tray.messages[0][1] == "Google cannot be reached."


async def test_a_taken_port_is_told(
    telling: Telling, tray: WrittenTray, engine: FakeEngine, desk: Desk
) -> None:
    await desk.life.stop()
    engine.fails_with = PortTaken("127.0.0.1", 7860, None)
    await desk.life.start()
    assert tray.views[-1].state is TrayState.PORT_TAKEN
    assert "7860" in tray.messages[-1][1]
