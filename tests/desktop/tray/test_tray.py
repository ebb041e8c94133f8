from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from desktop.tray.tray import Tray
from desktop.tray.view import TrayState, TrayView

VIEW = TrayView(TrayState.SERVING, "Serving with 3 credentials.")

# Qt's tray looks for something that only real platforms have.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")


class Desktop:
    """Whether it has a tray."""

    has_tray = True

    def __call__(self) -> bool:
        return self.has_tray


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def tray(qtbot: QtBot, desktop: Desktop) -> Iterator[Tray]:
    tray = Tray(is_there=desktop)
    tray.show(VIEW)
    yield tray
    tray.close()


@pytest.fixture
def late(qtbot: QtBot, desktop: Desktop) -> Iterator[Tray]:
    """A tray that started before the panel."""
    desktop.has_tray = False
    tray = Tray(is_there=desktop)
    tray.show(VIEW)
    yield tray
    tray.close()


def seen(tray: Tray) -> bool:
    return tray.available


def asks(tray: Tray) -> list[tuple[QAction, SignalInstance]]:
    return [
        (tray.menu.add_account, tray.add_account_asked),
        (tray.menu.add_key, tray.add_key_asked),
        (tray.menu.copy_url, tray.copy_url_asked),
        (tray.menu.copy_token, tray.copy_token_asked),
        (tray.menu.open, tray.open_asked),
        (tray.menu.quit, tray.quit_asked),
    ]


def test_each_entry_of_the_menu_tells_what_was_asked(qtbot: QtBot, tray: Tray) -> None:
    for action, signal in asks(tray):
        with qtbot.waitSignal(signal):
            action.trigger()


def test_pausing_while_paused_asks_to_resume(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.pause_asked) as asked:
        tray.menu.pause.trigger()
    assert asked.args == [True]
    tray.show(replace(VIEW, paused=True))
    with qtbot.waitSignal(tray.pause_asked) as asked:
        tray.menu.pause.trigger()
    assert asked.args == [False]


def test_the_tick_of_start_at_login_waits_for_the_system_to_agree(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.start_at_login_asked) as asked:
        tray.menu.start_at_login.trigger()
    assert asked.args == [True]
    assert not tray.menu.start_at_login.isChecked()
    tray.show(replace(VIEW, start_at_login=True))
    assert tray.menu.start_at_login.isChecked()


def test_a_click_on_the_icon_toggles_the_window(qtbot: QtBot, tray: Tray) -> None:
    assert tray._icon is not None
    with qtbot.waitSignal(tray.toggle_asked):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    with qtbot.assertNotEmitted(tray.toggle_asked):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


def test_the_tooltip_tells_the_state_and_what_must_not_be_forgotten(tray: Tray) -> None:
    assert tray._icon is not None
    assert tray._icon.toolTip() == "Pollux: Serving with 3 credentials."
    tray.show(replace(VIEW, demo=True, notice="Google is replaced."))
    assert tray._icon.toolTip().splitlines()[1:] == [
        "Demo: this Google is simulated",
        "Google is replaced.",
    ]


def test_the_icon_changes_with_the_state_only(tray: Tray) -> None:
    assert tray._icon is not None
    serving = tray._icon.icon().cacheKey()
    tray.show(replace(VIEW, line="Serving with 2 credentials."))
    assert tray._icon.icon().cacheKey() == serving
    tray.show(replace(VIEW, state=TrayState.PAUSED))
    assert tray._icon.icon().cacheKey() != serving


def test_a_tray_that_appears_late_gets_the_icon_as_it_should_be_then(
    qtbot: QtBot, late: Tray, desktop: Desktop
) -> None:
    assert not seen(late)
    desktop.has_tray = True
    assert not seen(late)
    with qtbot.waitSignal(late.became_available):
        late._timer.timeout.emit()
    assert seen(late)
    assert late._icon is not None
    assert late._icon.toolTip() == "Pollux: Serving with 3 credentials."
    assert not late._timer.isActive()


def test_after_a_minute_without_a_tray_we_look_less_often(late: Tray) -> None:
    assert late._timer.interval() == 2_000
    for _ in range(30):
        late._timer.timeout.emit()
    assert late._timer.interval() == 30_000
    assert late._timer.isActive()


def test_a_panel_that_went_away_is_noticed(tray: Tray, desktop: Desktop) -> None:
    assert seen(tray)
    desktop.has_tray = False
    assert not seen(tray)


def test_without_a_tray_a_message_is_dropped(late: Tray) -> None:
    late.notify("Sign in again", "ada@example.com rests.")
