"""The icon in the panel, also where the panel appears long after us.

At login, programs often start before the panel. An icon made too early never registers with a
StatusNotifier host, though Qt then says that there is a tray; so none is made before there is
one. `QSystemTrayIcon.isVisible` tells nothing: it is true without any tray.
"""

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon

from desktop.tray.icons import icon
from desktop.tray.menu import TrayMenu
from desktop.tray.panel import panel
from desktop.tray.view import TrayState, TrayView

_SOON_MS, _LATER_MS = 2_000, 30_000
_SOON_LOOKS = 30
"For a minute we look every two seconds whether there is a tray, then every half minute."


class Tray(QObject):
    """Shows a view and tells what was asked; it changes nothing by itself."""

    open_asked = Signal()
    toggle_asked = Signal()
    "A click on the icon: bring the window up, or put it away."
    add_account_asked = Signal()
    add_key_asked = Signal()
    copy_url_asked = Signal()
    copy_token_asked = Signal()
    pause_asked = Signal(bool)
    "True: pause; False: resume."
    start_at_login_asked = Signal(bool)
    quit_asked = Signal()
    message_clicked = Signal()
    became_available = Signal()
    "The tray appeared, and the icon with it."

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        is_there: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__(parent)
        self.menu = TrayMenu()
        self._view = TrayView(TrayState.STARTING, self.tr("Starting"))
        self._icon: QSystemTrayIcon | None = None
        self._is_there = is_there
        self._looks = 0
        self._timer = QTimer(self, interval=_SOON_MS)
        self._timer.timeout.connect(self._look)
        self._connect()
        self.menu.show_view(self._view)
        self._look()
        if self._icon is None:
            self._timer.start()

    @property
    def available(self) -> bool:
        """Whether our icon can be seen; ask anew each time, for panels come and go."""
        return self._icon is not None and self._is_there()

    def show(self, view: TrayView) -> None:
        """Show how Pollux stands."""
        before, self._view = self._view, view
        self.menu.show_view(view)
        if self._icon is None or view == before:
            return
        if view.state != before.state:
            self._paint()
        self._icon.setToolTip(self._tooltip())

    def notify(self, title: str, text: str) -> None:
        """Show a message beside the icon; without a tray there is none."""
        if self._icon is not None:
            self._icon.showMessage(title, text, self._icon.icon())

    def close(self) -> None:
        """Take the icon away."""
        self._timer.stop()
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None
        self.menu.deleteLater()

    def _connect(self) -> None:
        asked = {
            self.menu.add_account: self.add_account_asked,
            self.menu.add_key: self.add_key_asked,
            self.menu.copy_url: self.copy_url_asked,
            self.menu.copy_token: self.copy_token_asked,
            self.menu.open: self.open_asked,
            self.menu.quit: self.quit_asked,
        }
        for action, signal in asked.items():
            action.triggered.connect(signal)
        self.menu.pause.triggered.connect(lambda: self.pause_asked.emit(not self._view.paused))
        self.menu.start_at_login.triggered.connect(self._ask_start_at_login)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._paint)

    def _ask_start_at_login(self) -> None:
        # The tick follows what the system says, not the click.
        self.menu.start_at_login.setChecked(self._view.start_at_login)
        self.start_at_login_asked.emit(not self._view.start_at_login)

    def _look(self) -> None:
        if not self._is_there():
            self._looks += 1
            if self._looks == _SOON_LOOKS:
                self._timer.setInterval(_LATER_MS)
            return
        self._timer.stop()
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._clicked)
        self._icon.messageClicked.connect(self.message_clicked)
        self._paint()
        self._icon.setToolTip(self._tooltip())
        self._icon.show()
        self.became_available.emit()

    def _paint(self) -> None:
        if self._icon is not None:
            self._icon.setIcon(icon(self._view.state, panel()))

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # On macOS a click opens the menu.
        if reason == QSystemTrayIcon.ActivationReason.Trigger and sys.platform != "darwin":
            self.toggle_asked.emit()

    def _tooltip(self) -> str:
        lines = [self.tr("Pollux: {line}").format(line=self._view.line)]
        if self._view.demo:
            lines.append(self.menu.demo.text())
        if self._view.notice:
            lines.append(self._view.notice)
        return "\n".join(lines)
