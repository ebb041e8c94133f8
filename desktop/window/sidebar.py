"""The sidebar: the brand, the pages, and at its foot how Pollux stands, with pause and resume."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.desk import Desk
from desktop.look import icons
from desktop.look.metrics import SIDEBAR_WIDTH, L, M, S
from desktop.status import Status, status_of
from desktop.system import resources
from desktop.tasks import spawn
from desktop.troubles import TroubleKind
from desktop.widgets.buttons import button
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import row
from desktop.widgets.texts import label
from desktop.window.navigation import Entry, Navigation
from desktop.words import said
from proxy_core.api import Refusal

NARROW_WIDTH = 64
CAN_PAUSE = ("serving", "degraded", "paused")


class _Mark(QWidget):
    """The brand's mark."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QSvgRenderer(str(resources.path("icon.svg")))
        self.setFixedSize(32, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._picture.render(QPainter(self), QRectF(self.rect()))


class Sidebar(QFrame):
    """`chosen` tells the page that the owner wants."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._desk = desk
        self._status: Status | None = None
        self._turning = False
        "Whether a pause or its end was asked for and is not there yet."
        self.setProperty("kind", "sidebar")
        self.navigation = Navigation(desk.theme, entries)
        self.navigation.chosen.connect(self.chosen)
        self._brand = label("Pollux", "title")
        self._sign = IconLabel(desk.theme, "stop", "off", 16)
        self.status = label("", "muted", wrap=True)
        self.pause_button = button(desk.theme, "", "pause")
        self.pause_button.clicked.connect(self._turn)
        self._lay_out()
        self.be_narrow(narrow=False)
        desk.life.changed.connect(self.show_status)
        desk.bridge.snapshot_changed.connect(self.show_status)
        desk.bridge.happened.connect(self.show_status)
        desk.in_line.changed.connect(self.show_status)
        self.show_status()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self)
        inner.setContentsMargins(M, L, M, L)
        inner.setSpacing(M)
        head = row(S + 2)
        head.addWidget(_Mark())
        head.addWidget(self._brand, 1)
        inner.addLayout(head)
        inner.addSpacing(S)
        inner.addWidget(self.navigation)
        inner.addStretch(1)
        foot = row(S)
        top = Qt.AlignmentFlag.AlignTop
        foot.addWidget(self._sign, 0, top)
        foot.addWidget(self.status, 1, top)
        inner.addLayout(foot)
        inner.addWidget(self.pause_button)

    def be_narrow(self, *, narrow: bool) -> None:
        """Icons alone; what their texts say is in the tooltips."""
        self.navigation.be_narrow(narrow=narrow)
        self._brand.setVisible(not narrow)
        self.status.setVisible(not narrow)
        words = self.navigation.words_width() + 2 * M
        self.setFixedWidth(NARROW_WIDTH if narrow else max(SIDEBAR_WIDTH, words))
        self.pause_button.setProperty("narrow", narrow)
        self._name_button()

    # -- how Pollux stands -----------------------------------------------------------------

    def show_status(self) -> None:
        """Says anew how Pollux stands, where that has changed."""
        status = self._stands()
        if status != self._status:
            self._status = status
            self._sign.show_icon(status.icon, status.tone)
            self._sign.setToolTip(status.line)
            self.status.setText(status.line)
            self.status.setAccessibleName(self.tr("Status: {text}").format(text=status.line))
        self._name_button()

    def _stands(self) -> Status:
        life = self._desk.life
        status = status_of(self._desk)
        if life.trouble is None:
            return status
        # The banner has the whole sentence; here is room for a few words.
        if life.trouble.kind is TroubleKind.PORT_TAKEN:
            line = self.tr("Port {port} is taken").format(port=life.trouble.port)
        else:
            line = self.tr("Not running")
        return replace(status, line=line)

    @property
    def _paused(self) -> bool:
        return self._desk.bridge.snapshot.state == "paused"

    def _name_button(self) -> None:
        paused, made = self._paused, self.pause_button
        text = self.tr("Resume") if paused else self.tr("Pause")
        tip = (
            self.tr("Answer requests again")
            if paused
            else self.tr("Answer no requests until you resume; those that run may finish")
        )
        narrow = self.navigation.narrow
        made.setText("" if narrow else text)
        made.setAccessibleName(text)
        made.setToolTip(self.tr("{what}: {meaning}").format(what=text, meaning=tip))
        made.setEnabled(self._desk.bridge.snapshot.state in CAN_PAUSE)
        icons.put(made, "play" if paused else "pause", self._desk.theme.tokens)
        made.setIconSize(QSize(16, 16))

    def _turn(self) -> None:
        spawn(self._pause_or_resume(), name="pause or resume")

    async def _pause_or_resume(self) -> None:
        if self._turning:
            return
        self._turning = True  # a disabled button would hand its focus to another one
        try:
            if self._paused:
                await self._desk.bridge.ask(lambda to: to.resume())
            else:
                await self._desk.bridge.ask(lambda to: to.pause())
        except Refusal as refusal:
            self._desk.toast(said(refusal.sentence))
        finally:
            self._turning = False
            self._name_button()
