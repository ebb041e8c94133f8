"""The window itself: which page is shown, its keys, files dropped on it, and how it closes.

Not here: dialogs, the tray, and what quitting means (`app`); it only tells what was asked.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QSettings, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.desk import Desk
from desktop.widgets.fields import dropped_files
from desktop.widgets.panels import Toast
from desktop.window import place
from desktop.window.navigation import Entry
from desktop.window.news import News
from desktop.window.sidebar import Sidebar

SMALLEST: Final = (680, 480)
"A screen of 1366 by 768, scaled by 1.5, has no more than 911 by 512."
NARROW_BELOW: Final = 880


class MainWindow(QMainWindow):
    """Shows one page at a time. Every signal is a wish of the owner."""

    add_account_asked = Signal()
    add_key_asked = Signal()
    quit_asked = Signal()
    close_asked = Signal()
    "The window stays until somebody hides it: what closing means depends on the tray."
    files_dropped = Signal(list)
    "list[Path]"
    page_changed = Signal(str)

    def __init__(
        self, desk: Desk, pages: Mapping[str, Callable[[], QWidget]], memory: QSettings
    ) -> None:
        """pages: how each is made, by key and in the sidebar's order; a key that the sidebar has no
        word for is reached by `go` alone. memory: keeps place and size."""
        super().__init__()
        self._desk, self._makers, self._memory = desk, dict(pages), memory
        self._pages: dict[str, QWidget] = {}
        "Those that were shown; each takes a megabyte or two, and time to make."
        self.setWindowTitle("Pollux")
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self.sidebar = Sidebar(desk, [e for e in self._entries() if e.key in self._makers])
        self.news = News(desk)
        self.stack = QStackedWidget()
        self._lay_out()
        self._toast = Toast(self)
        self.sidebar.chosen.connect(self.go)
        self.news.go.connect(self.go)
        self._add_keys()
        self.go(next(iter(self._makers)))
        place.restore(self, memory)

    def _lay_out(self) -> None:
        content = QWidget()
        content.setProperty("kind", "page")
        across = QHBoxLayout(content)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.sidebar)
        down = QVBoxLayout()
        down.setSpacing(0)
        down.addWidget(self.news)
        down.addWidget(self.stack, 1)
        across.addLayout(down, 1)
        self.setCentralWidget(content)

    def _entries(self) -> list[Entry]:
        words = {
            "overview": self.tr("Overview"),
            "accounts": self.tr("Accounts"),
            "activity": self.tr("Activity"),
            "connect": self.tr("Connect"),
            "try_it": self.tr("Try it"),
            "settings": self.tr("Settings"),
        }
        return [
            Entry(key, word, key, _keys(f"Ctrl+{at}"))
            for at, (key, word) in enumerate(words.items(), 1)
        ]

    def _add_keys(self) -> None:
        for at, key in enumerate(self._makers, 1):
            self._add_key(f"Ctrl+{at}", partial(self.go, key))
        self._add_key("Ctrl+N", self.add_account_asked.emit)
        self._add_key("Ctrl+K", self.add_key_asked.emit)
        self._add_key("Ctrl+W", self.close)
        self._add_key("Ctrl+Q", self.quit_asked.emit)

    def _add_key(self, keys: str, what: Callable[[], object]) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked: what())
        self.addAction(action)

    # -- what others ask -------------------------------------------------------------------

    def go(self, page: str) -> None:
        """Shows a page."""
        if page != self.page:
            self.stack.setCurrentWidget(self._made(page))
            self.sidebar.navigation.choose(page)
            self.page_changed.emit(page)

    def _made(self, page: str) -> QWidget:
        if page not in self._pages:
            self._pages[page] = self._makers[page]()
            self.stack.addWidget(self._pages[page])
        return self._pages[page]

    @property
    def page(self) -> str:
        """The one that is shown."""
        shown = self.stack.currentWidget()
        return next((key for key, page in self._pages.items() if page is shown), "")

    def toast(self, text: str) -> None:
        """A short word at the foot of the window."""
        self._toast.tell(text)

    # -- what Qt tells ---------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_asked.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        place.remember(self, self._memory)
        self._watch()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._watch()

    def _watch(self) -> None:
        """Sums are asked for only while someone looks."""
        self._desk.figures.watch_closely(on=self.isVisible() and not self.isMinimized())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        if narrow != self.sidebar.navigation.narrow:
            self.sidebar.be_narrow(narrow=narrow)
        self._toast.settle()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files_dropped.emit(dropped_files(event.mimeData()))


def _keys(sequence: str) -> str:
    """Keys as this system writes them."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
