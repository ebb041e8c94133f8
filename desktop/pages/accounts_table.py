"""The table of credentials: columns that make room, copying, opening and the commands' menu."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from desktop.look.metrics import M
from desktop.look.theme import Theme
from desktop.pages.accounts_delegates import NAME_EXTRA, ROW_HEIGHT, AccountsDelegate
from desktop.pages.accounts_model import AccountsModel, Column, SortedAccounts
from desktop.pages.accounts_rows import Row
from desktop.widgets.texts import scaled_font

WIDTHS: Final = {
    Column.KIND: 136,
    Column.STATE: 172,
    Column.USE: 164,
    Column.IN_FLIGHT: 76,
    Column.SUCCESS: 84,
    Column.LAST: 100,
    Column.MENU: 48,
}
"At the least; a longer title makes a column wider."
LEAST_NAME: Final = 210
MOST_NAME: Final = 320
"For a longer name no column gives way."
FIRST_OUT: Final = (Column.KIND, Column.IN_FLIGHT, Column.SUCCESS, Column.LAST, Column.USE)
"Columns that give way where there is no room, in this order: the picture tells the kind too."
_DEEDS: Final = {int(Qt.Key.Key_F2): "rename", int(Qt.Key.Key_Delete): "remove"}
_BY_KEY: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)
_TITLE_EXTRA: Final = 2 * M + 18


class AccountsTable(QTableView):
    """Rows are chosen as a whole, also several."""

    opened = Signal(str)
    "Id of the credential whose details are asked for."
    commands_asked = Signal(str, QPoint)
    "Id, and where on the screen the menu belongs."
    copied = Signal(str)
    deed_asked = Signal(str, str)
    "Id, and the key of what is to be done with it."

    def __init__(self, theme: Theme, model: AccountsModel, name: str) -> None:
        """name: what the table shows, for screen readers."""
        super().__init__()
        self._model = model
        self.sorted = SortedAccounts(model, self)
        self.setModel(self.sorted)
        self.setItemDelegate(AccountsDelegate(theme, self))
        self.setAccessibleName(name)
        self._set_up()
        theme.changed.connect(self.viewport().update)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.sorted.row_at(index).id))

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.sorted.sort(Column.MENU)
        rows = self.verticalHeader()
        rows.hide()
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(32)
        header.setFont(scaled_font("caption", strong=True))
        # Titles stand above what the delegate draws.
        header.setStyleSheet(f"QHeaderView::section {{ padding: 6px {M}px; }}")

    # -- what is chosen --------------------------------------------------------------------

    def chosen(self) -> list[Row]:
        """The selected rows, as they stand on the screen."""
        indexes = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return [self.sorted.row_at(index) for index in indexes]

    def current(self) -> Row | None:
        index = self.currentIndex()
        return self.sorted.row_at(index) if index.isValid() else None

    def choose(self, credential_id: str) -> None:
        """Selects a credential and brings it into sight."""
        for at in range(self.sorted.rowCount()):
            index = self.sorted.index(at, Column.NAME)
            if self.sorted.row_at(index).id == credential_id:
                self.setCurrentIndex(index)
                self.scrollTo(index)

    def height_of_rows(self) -> int:
        """What all rows and the titles need."""
        header = self.horizontalHeader().sizeHint().height()
        return header + ROW_HEIGHT * max(self.sorted.rowCount(), 1)

    # -- room ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.make_room()
        super().resizeEvent(event)

    def make_room(self) -> None:
        """Hides columns until the names have room; shorter ones or more room show them again."""
        widths = {column: self._width(column) for column in WIDTHS}
        spare = self.viewport().width() - sum(widths.values()) - self._name_width()
        for column in FIRST_OUT:
            hidden = spare < 0
            if hidden:
                spare += widths[column]
            if self.isColumnHidden(column) != hidden:
                self.setColumnHidden(column, hidden)
        for column, needed in widths.items():
            self.setColumnWidth(column, needed)

    def _name_width(self) -> int:
        metrics = QFontMetrics(scaled_font("body", strong=True))
        longest = max((metrics.horizontalAdvance(row.name) for row in self._model.rows), default=0)
        return min(max(LEAST_NAME, longest + NAME_EXTRA), MOST_NAME)

    def _width(self, column: Column) -> int:
        metrics = QFontMetrics(scaled_font("caption", strong=True))
        title = metrics.horizontalAdvance(self._model.title_of(column))
        return max(WIDTHS[column], title + _TITLE_EXTRA if title else 0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard finds a row to begin with, and sees where it is."""
        super().focusInEvent(event)
        self.viewport().update()
        if event.reason() not in _BY_KEY or self.chosen() or not self.sorted.rowCount():
            return
        index = self.currentIndex()  # Qt makes one, but does not select it
        self.setCurrentIndex(index if index.isValid() else self.sorted.index(0, Column.NAME))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()  # the ring is around a whole row

    # -- keys and mouse --------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current()
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif row is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row.id)
        elif row is not None and event.key() in _DEEDS:
            self.deed_asked.emit(row.id, _DEEDS[event.key()])
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == Column.MENU:
            self._ask_commands(index, event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if by_key:
            index = self.currentIndex()
        if index.isValid():
            at = self.visualRect(index).center() if by_key else event.pos()
            self._ask_commands(index, self.viewport().mapToGlobal(at))

    def _ask_commands(self, index: QModelIndex, at: QPoint) -> None:
        self.setCurrentIndex(index)
        self.commands_asked.emit(self.sorted.row_at(index).id, at)

    def _copy(self) -> None:
        columns = [column for column in Column if column is not Column.MENU]
        lines = [
            "\t".join([*(self._model.text_of(row, column) for column in columns), row.project])
            for row in self.chosen()
        ]
        if lines:
            self.copied.emit("\n".join(lines))
