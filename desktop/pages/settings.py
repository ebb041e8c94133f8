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
from desktop.life import Phase, TroubleKind
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
from desktop.words import said


class SettingsPage(Page):
    """The form, its search, and the two banners above it."""

    go = Signal(str)
    "Another page is wanted."

    def __init__(self, desk: Desk, at_login: AtLogin, remembered: QSettings) -> None:
        """remembered: what the window remembers of itself."""
        super().__init__("", "")
        self.title.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self.subtitle.setText(self.tr("What you change is saved at once."))
        self._desk = desk
        self._reading: asyncio.Task[None] | None = None
        self.search = self._make_search()
        self.trouble = Banner(desk.theme)
        self.restart = Banner(desk.theme)
        outer = self.layout()
        assert isinstance(outer, QBoxLayout)
        banners = column(S)
        banners.setContentsMargins(XL, 0, XL, 0)
        banners.addWidget(self.trouble)
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
        self._tell_trouble()
        self._filter()
        if self.isVisible():
            self.refresh()

    def _tell_trouble(self) -> None:
        life = self._desk.life
        trouble = life.trouble
        if trouble is not None:
            self.trouble.tell(
                "bad",
                said(trouble.sentence),
                said(trouble.next_step),
                self._ways_out(),
                closable=False,
            )
        elif life.phase is Phase.STOPPED:
            self.trouble.tell(
                "off",
                self.tr("Pollux is not running."),
                self.tr("Most settings come back when it runs."),
                [self._start_button()],
                closable=False,
            )
        elif life.demo and self._runs:
            self.trouble.tell(
                "info",
                self.tr("This is the demo."),
                self.tr("Its settings cannot be changed. Yours come back when you leave it."),
                closable=False,
            )
        else:
            self.trouble.hide()

    def _ways_out(self) -> list[QPushButton]:
        life = self._desk.life
        trouble = life.trouble
        ways = [self._start_button()]
        if trouble and trouble.kind is TroubleKind.PORT_TAKEN and trouble.free_port:
            text = self.tr("Use port {port}").format(port=trouble.free_port)
            other = button(self._desk.theme, text, kind="primary")
            free_port = trouble.free_port
            other.clicked.connect(lambda: spawn(life.use_port(free_port), name="use another port"))
            ways.append(other)
        return ways

    def _start_button(self) -> QPushButton:
        text = self.tr("Try again") if self._desk.life.trouble else self.tr("Start Pollux")
        made = button(self._desk.theme, text)
        made.clicked.connect(lambda: spawn(self._desk.life.start(), name="start the engine"))
        return made

    def _tell_waiting(self) -> None:
        waiting = self.engine.waiting
        if not waiting:
            self.restart.hide()
            return
        now = button(self._desk.theme, self.tr("Restart Pollux now"), "refresh", "primary")
        now.clicked.connect(lambda: spawn(self._restart(now), name="restart the engine"))
        self.restart.tell(
            "info",
            self.tr("%n change(s) work from the next start on.", "", len(waiting)),
            self.tr("Running requests may finish first."),
            [now],
            closable=False,
        )

    async def _restart(self, asked: QPushButton) -> None:
        asked.setEnabled(False)
        asked.setText(self.tr("Restarting…"))
        await self._desk.life.restart()
