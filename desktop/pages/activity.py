"""Activity: the last requests as they end, who answered them, and why others did not.

Nothing is drawn while hidden or frozen: what comes then waits, and goes in at once afterwards.
No prompt and no answer ever comes here: the engine's events hold none.
"""

from collections import deque

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QStackedWidget, QToolButton, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.figures.figures import KEPT
from desktop.look import icons
from desktop.look.metrics import M, S
from desktop.pages.activity_details import RequestSheet
from desktop.pages.activity_model import RequestFilter, Requests
from desktop.pages.activity_table import RequestTable
from desktop.pages.activity_words import Outcome
from desktop.widgets.buttons import Segmented, button, rename
from desktop.widgets.flow import Flow
from desktop.widgets.panels import Card, EmptyState, Page
from desktop.widgets.seen import is_seen
from desktop.widgets.texts import label
from proxy_core.api import ExchangeEnded

PACE_MS = 250
"New rows come at most so often."

_SHOWN = {
    "all": frozenset(Outcome),
    "answered": frozenset({Outcome.ANSWERED, Outcome.LATER}),
    "later": frozenset({Outcome.LATER}),
    "failed": frozenset({Outcome.FAILED}),
}


class ActivityPage(Page):
    """The page."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            self.tr("Activity"),
            self.tr("The last {count} requests. No prompt and no answer is kept.").format(
                count=words.number(KEPT)
            ),
            scrolls=False,
        )
        self._desk = desk
        self._frozen = False
        self._source = desk.figures.exchanges
        self._waiting: deque[ExchangeEnded] = deque(self._source, maxlen=KEPT)
        "What is not in the table yet, oldest first."
        self._requests = Requests(self)
        self._filter = RequestFilter(self._requests)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PACE_MS)
        self._timer.timeout.connect(self._take_in)
        self._make_tools()
        self._make_filter_row()
        self._make_table()
        desk.figures.exchanged.connect(self._hear)
        desk.figures.changed.connect(self._follow_engine)
        self._show_state()

    # -- making ------------------------------------------------------------------------------

    def _make_tools(self) -> None:
        theme = self._desk.theme
        self._freeze = button(theme, "", "pause")
        self._freeze.clicked.connect(self._turn_freeze)
        self._clear = button(theme, self.tr("Clear"), "trash")
        self._clear.setToolTip(self.tr("Empties this list; the sums on Overview stay."))
        self._clear.clicked.connect(self._empty)
        self.tools.addWidget(self._freeze)
        self.tools.addWidget(self._clear)

    def _make_filter_row(self) -> None:
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Filter"))
        self._search.setAccessibleName(self.tr("Filter the requests"))
        self._search.setToolTip(self.tr("Words in the model, client, credential or status"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(self.fontMetrics().averageCharWidth() * 27)
        self._search.textChanged.connect(self._filter_anew)
        for cross in self._search.findChildren(QToolButton):
            rename(cross, self.tr("Clear the filter"))
        self._choice = Segmented(
            [
                ("all", self.tr("All")),
                ("answered", self.tr("Answered")),
                ("later", self.tr("Not at once")),
                ("failed", self.tr("Failed")),
            ],
            self.tr("Which requests"),
        )
        self._choice.chosen.connect(self._filter_anew)
        self._count: QLabel = label("", "muted")
        self._filter_row = QWidget()
        line = Flow(M, self._filter_row, down=S)
        for part in (self._search, self._choice, self._count):
            line.addWidget(part)
        self.body.setSpacing(M)
        self.body.addWidget(self._filter_row)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._search.setFocus)

    def _make_table(self) -> None:
        theme = self._desk.theme
        self.table = RequestTable(theme, self._filter)
        self.table.opened.connect(self._open)
        self.table.copied.connect(self._copy_rows)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self._nothing_yet = self._make_greeting()
        everything = button(theme, self.tr("Show all requests"))
        everything.clicked.connect(self._show_all)
        self._no_match = EmptyState(
            theme,
            "search",
            self.tr("No request matches"),
            self.tr("None of the last requests is like that."),
            [everything],
        )
        self._stack = QStackedWidget()
        for each in (self.table, self._nothing_yet, self._no_match):
            self._stack.addWidget(each)
        card = Card()
        card.body.setContentsMargins(S, S, S, S)
        card.body.addWidget(self._stack)
        self.body.addWidget(card, 1)

    def _make_greeting(self) -> EmptyState:
        theme = self._desk.theme
        connect = button(theme, self.tr("Connect a tool"), "connect", "primary")
        connect.clicked.connect(lambda: self.go.emit("connect"))
        try_it = button(theme, self.tr("Try it here"), "try_it")
        try_it.clicked.connect(lambda: self.go.emit("try_it"))
        return EmptyState(
            theme,
            "activity",
            self.tr("No request yet"),
            self.tr(
                "Point a tool at Pollux, or ask something here: each request shows up at once."
            ),
            [connect, try_it],
        )

    # -- requests that come ------------------------------------------------------------------

    def _hear(self, events: tuple[ExchangeEnded, ...]) -> None:
        self._waiting.extend(events)
        if self._frozen:
            self._name_freeze()
        self._soon()

    def _soon(self) -> None:
        if is_seen(self) and not self._timer.isActive():
            self._timer.start()

    def _take_in(self) -> None:
        if is_seen(self) and self._waiting and not self._frozen:
            fresh = tuple(self._waiting)
            self._waiting.clear()
            self._requests.add(fresh)
        self._show_state()

    def _follow_engine(self) -> None:
        """Another engine (the demo, or back) has requests of its own."""
        if self._source is not self._desk.figures.exchanges:
            self._source = self._desk.figures.exchanges
            self._empty()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_in()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    # -- what the owner does -----------------------------------------------------------------

    def _turn_freeze(self) -> None:
        self._frozen = not self._frozen
        self._take_in()

    def _empty(self) -> None:
        self._waiting.clear()
        self._requests.clear()
        self._show_state()

    def _filter_anew(self) -> None:
        self._filter.look_for(self._search.text(), _SHOWN[self._choice.choice])
        self._show_state()

    def _show_all(self) -> None:
        self._choice.choose("all")
        self._search.clear()
        self._filter_anew()

    def _open(self, event: ExchangeEnded) -> None:
        RequestSheet(self._desk, event, self.window()).open()

    def _copy_rows(self) -> None:
        events = self.table.selected_events()
        if events:
            self._desk.copy(self._requests.table(events), False)
            self._desk.toast(self.tr("%n request(s) copied.", "", len(events)))

    def _show_menu(self, place: QPoint) -> None:
        events = self.table.selected_events()
        if not events:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(events) == 1:
            menu.addAction(self.tr("Details…"), lambda: self._open(events[0]))
        menu.addAction(self.tr("Copy %n row(s)", "", len(events)), self._copy_rows)
        menu.popup(self.table.viewport().mapToGlobal(place))

    # -- showing -----------------------------------------------------------------------------

    def _show_state(self) -> None:
        total, shown = self._requests.rowCount(), self._filter.rowCount()
        if shown:
            self._stack.setCurrentWidget(self.table)
        else:
            self._stack.setCurrentWidget(self._no_match if total else self._nothing_yet)
        self._count.setText(
            self.tr("{shown} of {total}").format(
                shown=words.number(shown), total=words.number(total)
            )
            if shown != total
            else self.tr("%n request(s)", "", total)
        )
        self._filter_row.setVisible(total > 0)
        self._clear.setEnabled(total > 0)
        self._name_freeze()

    def _name_freeze(self) -> None:
        waiting = len(self._waiting)
        if not self._frozen:
            text = self.tr("Freeze")
            hint = self.tr("Holds the list still, so that you can read.")
        elif waiting:
            text = self.tr("Go on (%n new)", "", waiting)
            hint = self.tr("Lets new requests in again.")
        else:
            text, hint = self.tr("Go on"), self.tr("Lets new requests in again.")
        if text != self._freeze.text():
            icons.put(
                self._freeze, "play" if self._frozen else "pause", self._desk.theme.tokens, "text"
            )
            self._freeze.setText(text)
            self._freeze.setToolTip(hint)
