"""The page Settings: everything that a person would set, as a form that saves by itself.

Each value is checked and written when its field is left; what only a restart makes work waits in
a banner with the button for it. A bar with Apply and Discard lost: it hides which value was
refused, and leaves the question of what holds now. The groups stand in modules beside this one.
"""

import asyncio

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton

from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.life import Phase
from desktop.look.metrics import XL, S
from desktop.pages.settings_about import AboutGroup
from desktop.pages.settings_doctor import DoctorGroup
from desktop.pages.settings_engine import PORT, EngineSettings
from desktop.pages.settings_general import GeneralGroup
from desktop.pages.settings_secrets import CredentialsGroup, TokenGroup
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.fields import SearchField
from desktop.widgets.panels import Banner, EmptyState, Page, column


class SettingsPage(Page):
    """The form, its search, and the two banners above it."""

    go = Signal(str)
    "Another page is wanted."

    def __init__(self, desk: Desk, at_login: AtLogin, remembered: QSettings) -> None:
        """remembered: what the window remembers of itself."""
        super().__init__("", "")
        self.title.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self._desk = desk
        self._reading: asyncio.Task[None] | None = None
        self.search = self._make_search()
        self.stopped = Banner(desk.theme)
        self.restart = Banner(desk.theme)
        outer = self.layout()
        assert isinstance(outer, QBoxLayout)
        banners = column(S)
        banners.setContentsMargins(XL, 0, XL, 0)
        banners.addWidget(self.stopped)
        banners.addWidget(self.restart)
        outer.insertLayout(1, banners)
        self.engine = EngineSettings(desk, self)
        self.general = GeneralGroup(desk, at_login, remembered)
        self.credentials = CredentialsGroup(desk)
        self.token = TokenGroup(desk)
        self.doctor = DoctorGroup(desk, self.engine.log_rows)
        self.about = AboutGroup(desk)
        self._need_engine = (
            self.engine.rotation,
            self.engine.answers,
            self.credentials,
            self.token,
            self.doctor,
        )
        self._put_together()
        self.engine.waiting_changed.connect(self._tell_waiting)
        desk.life.changed.connect(self._on_life)
        self._on_life()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.engine.settle()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Reads anew whatever may have changed elsewhere."""
        self.general.look()
        if self._reading is not None:
            self._reading.cancel()
        self._reading = spawn(self._load(), name="read settings")

    @property
    def is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def _load(self) -> None:
        await self.engine.load()
        self._say_what_can_be_changed()
        await self.about.load()
        if self._runs:
            await self.credentials.load()
            await self.token.load()

    # -- how it is put together ------------------------------------------------------------

    def _make_search(self) -> SearchField:
        made = SearchField(self.tr("Search settings"))
        made.setMinimumWidth(made.fontMetrics().horizontalAdvance("0") * 26)
        made.textChanged.connect(self._filter)
        self.tools.addWidget(made)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(made.setFocus)
        return made

    def _put_together(self) -> None:
        self.groups = (
            self.general,
            self.engine.network,
            self.engine.rotation,
            self.engine.answers,
            self.credentials,
            self.token,
            self.doctor,
            self.about,
        )
        for group in self.groups:
            self.body.addWidget(group)
        self.nothing = EmptyState(
            self._desk.theme,
            "search",
            self.tr("Nothing is called like that"),
            self.tr("Try another word, or the name of the variable, such as MAX_WAIT_S."),
        )
        self.nothing.hide()
        self.body.addWidget(self.nothing)
        self.body.addStretch(1)

    def _filter(self) -> None:
        """Shows what the search asks for and what the engine's life allows."""
        wanted = self.search.text().strip()
        found = False
        for group in self.groups:
            matches = group.keep_only(wanted)
            shown = matches and (self._runs or group not in self._need_engine)
            if group is self.engine.network and not self._runs:
                shown = self._keep_port_only() and shown
            group.setVisible(shown)
            found = found or shown
        self.nothing.setVisible(not found)

    def _keep_port_only(self) -> bool:
        """Hides what only an engine can change; whether the port is among what is searched."""
        port = self.engine.rows[PORT]
        for line, made in self.engine.network.rows:
            if made is not port:
                made.hide()
                line.hide()
        return not port.isHidden()

    # -- the engine's life -----------------------------------------------------------------

    @property
    def _runs(self) -> bool:
        return self._desk.life.phase is Phase.RUNNING

    def _on_life(self) -> None:
        if self._runs:
            self.engine.forget_waiting()
        self._tell_stopped()
        self._say_what_can_be_changed()
        self._filter()
        if self.isVisible():
            self.refresh()

    def _tell_stopped(self) -> None:
        """What went wrong, and the demo, are told by the window, on every page."""
        if self._desk.life.phase is not Phase.STOPPED:
            self.stopped.hide()
            return
        start = button(self._desk.theme, self.tr("Start Pollux"), kind="primary")
        start.clicked.connect(lambda: spawn(self._desk.life.start(), name="start the engine"))
        self.stopped.tell("off", self.tr("Pollux is not running."), "", [start], closable=False)

    def _say_what_can_be_changed(self) -> None:
        life = self._desk.life
        if not self._runs:
            text = self.tr("The other settings come back when Pollux runs.")
        elif life.demo:
            text = self.tr("The demo's settings cannot be changed; yours come back after it.")
        elif life.left_out is not None:
            text = self.tr("While {file} is left out, nothing in it can be changed.")
            text = text.format(file=life.left_out.name)
        elif not self.engine.kept:
            text = self.tr("This Pollux keeps no settings: they are set where it is started.")
        else:
            text = self.tr("What you change is saved at once.")
        self.subtitle.setText(text)

    def _tell_waiting(self) -> None:
        waiting = self.engine.waiting
        if not waiting:
            self.restart.hide()
            return
        now = button(self._desk.theme, self.tr("Restart Pollux now"), "refresh", "primary")
        now.clicked.connect(lambda: spawn(self._restart(now), name="restart the engine"))
        self.restart.tell(
            "info",
            self.tr("The next start brings %n change(s).", "", len(waiting)),
            self.tr("Running requests may finish first."),
            [now],
            closable=False,
        )

    async def _restart(self, asked: QPushButton) -> None:
        asked.setEnabled(False)
        asked.setText(self.tr("Restarting…"))
        await self._desk.life.restart()
