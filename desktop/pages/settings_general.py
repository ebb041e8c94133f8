"""What the window itself remembers: start at login, theme, notifications. Needs no engine."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QSettings

from desktop.desk import Desk
from desktop.look.theme import Mode
from desktop.pages.settings_rows import Group, Row
from desktop.system.autostart import Autostart, AutostartFailed
from desktop.widgets.buttons import Segmented, Switch, rename

THEME_KEY: Final = "theme"
NOTIFICATIONS_KEY: Final = "notifications"


def notifications_wanted(remembered: QSettings) -> bool:
    """Whether the owner wants notifications; nobody said so yet: yes."""
    return bool(remembered.value(NOTIFICATIONS_KEY, defaultValue=True, type=bool))


class GeneralGroup(Group):
    """The rows of the program itself."""

    def __init__(self, desk: Desk, autostart: Autostart, remembered: QSettings) -> None:
        super().__init__(QCoreApplication.translate("Settings", "General"))
        self._desk, self._autostart, self._remembered = desk, autostart, remembered
        self.add(self._make_login())
        self.add(self._make_theme())
        self.add(self._make_notifications())

    def look(self) -> None:
        """Shows what holds now; start at login may have been changed elsewhere."""
        self.login.setChecked(self._autostart.enabled())

    def _make_login(self) -> Row:
        title = self.tr("Start at login")
        self.login = self._switch(title)
        self.login.clicked.connect(self._set_login)
        hint = self.tr("Pollux then waits in the tray, and your tools find it.")
        self.login_row = self._row(title, hint, self.login)
        return self.login_row

    def _make_theme(self) -> Row:
        title = self.tr("Appearance")
        choices = [
            (Mode.SYSTEM.value, self.tr("System")),
            (Mode.LIGHT.value, self.tr("Light")),
            (Mode.DARK.value, self.tr("Dark")),
        ]
        self.theme = Segmented(choices, title)
        self.theme.choose(self._desk.theme.mode.value)
        self.theme.chosen.connect(self._choose_theme)
        return Row(self._desk.theme, title, "", self.theme, words=self.tr("theme, colours"))

    def _make_notifications(self) -> Row:
        title = self.tr("Notifications")
        self.notifications = self._switch(title)
        self.notifications.setChecked(notifications_wanted(self._remembered))
        self.notifications.clicked.connect(
            lambda on: self._remembered.setValue(NOTIFICATIONS_KEY, on)
        )
        hint = self.tr(
            "Only what needs you: an account has to sign in again, no credential is left, "
            "the port is taken."
        )
        return self._row(title, hint, self.notifications)

    def _switch(self, name: str) -> Switch:
        made = Switch(self._desk.theme)
        rename(made, name)
        return made

    def _row(self, title: str, hint: str, switch: Switch) -> Row:
        made = Row(self._desk.theme, title, hint, switch)
        made.heading.setBuddy(switch)
        return made

    def _set_login(self, on: bool) -> None:
        try:
            self._autostart.set(enabled=on)
        except AutostartFailed as failed:
            self.login.setChecked(self._autostart.enabled())
            self.login_row.tell("bad", f"{failed.sentence} {failed.next_step}")
        else:
            self.login_row.tell("info", "")

    def _choose_theme(self, mode: str) -> None:
        self._desk.theme.choose(Mode(mode))
        self._remembered.setValue(THEME_KEY, mode)
