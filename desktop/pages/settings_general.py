"""What the window itself remembers: start at login, theme, notifications. Needs no engine."""

from PySide6.QtCore import QCoreApplication, QSettings

from desktop import words
from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.look.theme import Mode
from desktop.pages.settings_rows import Group, Row
from desktop.remembered import NOTIFICATIONS, THEME, wants_notifications
from desktop.system.autostart import AutostartFailed
from desktop.tasks import spawn
from desktop.widgets.buttons import Segmented, Switch, rename


class GeneralGroup(Group):
    """The rows of the program itself."""

    def __init__(self, desk: Desk, at_login: AtLogin, remembered: QSettings) -> None:
        super().__init__(QCoreApplication.translate("Settings", "General"))
        self._desk, self._at_login, self._remembered = desk, at_login, remembered
        at_login.changed.connect(self._show_login)
        self.add(self._make_login())
        self.add(self._make_theme())
        self.add(self._make_notifications())
        if desk.updates.available:
            self.add(self._make_updates())

    def look(self) -> None:
        """Shows what holds now; start at login may have been changed elsewhere."""
        spawn(self._at_login.look(), name="look at start at login")

    def _show_login(self) -> None:
        self.login.setChecked(self._at_login.enabled)

    def _make_login(self) -> Row:
        title = self.tr("Start at login")
        self.login = self._switch(title)
        self.login.setChecked(self._at_login.enabled)
        self.login.clicked.connect(lambda on: spawn(self._set_login(on), name="start at login"))
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
        self.notifications.setChecked(wants_notifications(self._remembered))
        self.notifications.clicked.connect(lambda on: self._remembered.setValue(NOTIFICATIONS, on))
        hint = self.tr(
            "Only what needs you: an account has to sign in again, no credential is left, "
            "the port is taken."
        )
        return self._row(title, hint, self.notifications)

    def _make_updates(self) -> Row:
        title = self.tr("Look for updates")
        self.updates = self._switch(title)
        self.updates.setChecked(self._desk.updates.wanted)
        self.updates.clicked.connect(self._desk.updates.choose)
        hint = self.tr("Once a week, at GitHub. Pollux then tells you, and installs nothing.")
        return self._row(title, hint, self.updates)

    def _switch(self, name: str) -> Switch:
        made = Switch(self._desk.theme)
        rename(made, name)
        return made

    def _row(self, title: str, hint: str, switch: Switch) -> Row:
        made = Row(self._desk.theme, title, hint, switch)
        made.heading.setBuddy(switch)
        return made

    async def _set_login(self, on: bool) -> None:
        try:
            await self._at_login.choose(enabled=on)
        except AutostartFailed as failed:
            self._show_login()
            self.login_row.tell("bad", words.sentences(failed.sentence, failed.next_step))
        else:
            self.login_row.tell("info", "")

    def _choose_theme(self, mode: str) -> None:
        self._desk.theme.choose(Mode(mode))
        self._remembered.setValue(THEME, mode)
