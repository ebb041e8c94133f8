"""The first-run doors: what stands where there are no credentials yet."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop import words
from desktop.desk import Desk
from desktop.look.metrics import XS, XXL, L, M, S
from desktop.look.theme import Theme
from desktop.tasks import spawn
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import column, row
from desktop.widgets.texts import label

WIDEST = 900


class Door(QPushButton):
    """A way in: what it is, and what one needs for it."""

    def __init__(self, theme: Theme, icon: str, title: str, text: str, note: str) -> None:
        super().__init__()
        self.setProperty("kind", "door")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words.sentences(text, note))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        inner = self._inner = column(S, L)
        self.setLayout(inner)
        inner.addWidget(IconLabel(theme, icon, "accent_text", 28))
        inner.addSpacing(XS)
        for said, role in ((title, "title"), (text, "body"), (note, "muted")):
            made = label(said, role, wrap=True)
            made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inner.addWidget(made)
            if role == "body":
                inner.addStretch(1)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._inner.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        width = max(self.width(), 150)
        return QSize(150, self.heightForWidth(width))


class Welcome(QWidget):
    """Three doors. The dialogs behind two of them belong to whoever shows it; the demo begins
    here."""

    key_asked = Signal()
    sign_in_asked = Signal()
    demo_asked = Signal()
    "The demo is on its way."

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setAccessibleName(self.tr("Welcome"))
        inner = self._make_room()
        inner.addStretch(1)
        self._add_head(inner)
        inner.addSpacing(S)
        self._add_doors(inner)
        inner.addSpacing(S)
        foot = label(
            self.tr(
                "Credentials stay on this computer, and what you ask goes to Google's API alone."
            ),
            "caption",
            wrap=True,
        )
        foot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        inner.addWidget(foot)
        inner.addStretch(2)

    def _make_room(self) -> QVBoxLayout:
        """A column in the middle, that scrolls where the window is too low."""
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole = row(0)
        self.setLayout(whole)
        whole.addWidget(scroller)
        room = QWidget()
        room.setMinimumSize(1, 1)  # else the least height of another width would be taken
        outer = row(0)
        room.setLayout(outer)
        scroller.setWidget(room)
        content = QWidget()
        content.setMaximumWidth(WIDEST)
        inner = column(M, 0)
        inner.setContentsMargins(0, L, 0, L)
        content.setLayout(inner)
        outer.addStretch(1)
        outer.addWidget(content, 100)
        outer.addStretch(1)
        return inner

    def _add_head(self, inner: QVBoxLayout) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        inner.addWidget(IconLabel(self._desk.theme, "spark", "accent", XXL + S), 0, centre)
        head = label(self.tr("Give Pollux its first credential"), "page", wrap=True)
        head.setAlignment(centre)
        inner.addWidget(head)
        text = label(
            self.tr(
                "Pollux spreads your requests over all the Google accounts, projects and keys "
                "that you may use, behind one address on this computer."
            ),
            "muted",
            wrap=True,
        )
        text.setAlignment(centre)
        inner.addWidget(text)

    def _add_doors(self, inner: QVBoxLayout) -> None:
        theme = self._desk.theme
        self.key_door = Door(
            theme,
            "key",
            self.tr("Paste an API key"),
            self.tr("The quickest way: a key from AI Studio is free."),
            self.tr("One or many at once."),
        )
        self.sign_in_door = Door(
            theme,
            "person",
            self.tr("Sign in with Google"),
            self.tr("Uses the projects of your Google account."),
            self.tr("Needs an OAuth client of your own; Pollux shows how."),
        )
        self.demo_door = Door(
            theme,
            "spark",
            self.tr("Try the demo"),
            self.tr("A built-in pretend Google with three accounts."),
            self.tr("No account and no network needed."),
        )
        doors = row(L)
        for door in (self.key_door, self.sign_in_door, self.demo_door):
            doors.addWidget(door, 1)
        inner.addLayout(doors)
        self.key_door.clicked.connect(self.key_asked)
        self.sign_in_door.clicked.connect(self.sign_in_asked)
        self.demo_door.clicked.connect(self._begin_demo)

    def _begin_demo(self) -> None:
        self.demo_door.setEnabled(False)
        self.demo_asked.emit()
        spawn(self._run_demo(), name="start the demo")

    async def _run_demo(self) -> None:
        try:
            await self._desk.life.start_demo()
        finally:
            self.demo_door.setEnabled(True)
