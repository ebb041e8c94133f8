import pytest
from pytestqt.qtbot import QtBot

from desktop.tray import notices
from desktop.tray.notifier import Notifier
from desktop.tray.tray import Tray

# Qt's tray looks for something that only real platforms have.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")


class ShownTray(Tray):
    """Keeps what it was to show."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        super().__init__(is_there=lambda: True)

    def notify(self, title: str, text: str) -> None:
        self.shown.append(title)


@pytest.fixture
def tray(qtbot: QtBot) -> ShownTray:
    return ShownTray()


def test_a_click_on_a_message_leads_to_its_page(qtbot: QtBot, tray: ShownTray) -> None:
    notifier = Notifier(tray)
    notifier.tell(notices.needs_sign_in("acc1", "ada@example.com"))
    assert tray.shown == ["Sign in again"]
    with qtbot.waitSignal(notifier.clicked) as clicked:
        tray.message_clicked.emit()
    assert clicked.args == ["accounts"]


def test_what_has_to_wait_is_shown_when_its_time_comes(tray: ShownTray) -> None:
    now = 0.0
    notifier = Notifier(tray, now=lambda: now)
    notifier.tell(notices.port_taken(7860))
    notifier.tell(notices.port_taken(7861))
    assert len(tray.shown) == 1
    assert notifier._timer.isActive()
    assert notifier._timer.interval() == 10_001
    now = 10.0
    notifier._timer.timeout.emit()
    assert len(tray.shown) == 2
