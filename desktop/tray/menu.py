"""The tray's menu. Its entries show the state; what they cause is the tray's to tell."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from desktop.tray.view import TrayView


class TrayMenu(QMenu):
    """One menu for the life of the tray, changed in place: an open one stays open."""

    def __init__(self) -> None:
        super().__init__()
        self.status = self._said()
        self.demo = self._said()
        self.demo.setText(self.tr("Demo: this Google is simulated"))
        self.notice = self._said()
        self.addSeparator()
        self.add_account = self._entry(self.tr("Add &account…"))
        self.add_key = self._entry(self.tr("Add API &key…"))
        self.addSeparator()
        self.copy_url = self._entry(self.tr("Copy base &URL"))
        self.copy_token = self._entry(self.tr("Copy bearer &token"))
        self.addSeparator()
        self.pause = self._entry("")
        self.open = self._entry(self.tr("&Open Pollux"))
        self.start_at_login = self._entry(self.tr("Start at &login"))
        self.start_at_login.setCheckable(True)
        self.addSeparator()
        self.quit = self._entry(self.tr("&Quit"))
        self.setDefaultAction(self.open)

    def show_view(self, view: TrayView) -> None:
        """Make every entry say what is so."""
        self.status.setText(_plain(view.line))
        self.demo.setVisible(view.demo)
        self.notice.setText(_plain(view.notice))
        self.notice.setVisible(bool(view.notice))
        self.pause.setText(self.tr("&Resume") if view.paused else self.tr("&Pause"))
        self.pause.setEnabled(view.can_pause)
        self.start_at_login.setChecked(view.start_at_login)

    def _said(self) -> QAction:
        """A line to be read only."""
        action = self._entry("")
        action.setEnabled(False)
        return action

    def _entry(self, text: str) -> QAction:
        action = self.addAction(text)
        # Else macOS moves what sounds like "Quit" or "Settings" into the application's menu.
        action.setMenuRole(QAction.MenuRole.NoRole)
        return action


def _plain(text: str) -> str:
    """Text whose ampersands are shown rather than underlining a letter."""
    return text.replace("&", "&&")
