"""The table of credentials as Qt's models want it: rows, sorting and searching.

Not here: what a row says (`accounts_rows`).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from desktop import words
from desktop.pages.accounts_rows import Row

Index = QModelIndex | QPersistentModelIndex

ROW: Final = int(Qt.ItemDataRole.UserRole)
"The Row behind an index, for delegates."


class Column(IntEnum):
    NAME = 0
    KIND = 1
    STATE = 2
    USE = 3
    IN_FLIGHT = 4
    SUCCESS = 5
    LAST = 6
    MENU = 7


class AccountsModel(QAbstractTableModel):
    """Takes new rows without losing who is selected, and tells only of those that changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        wanted = {row.id for row in rows}
        for at in reversed(range(len(self._rows))):
            if self._rows[at].id not in wanted:
                self.beginRemoveRows(QModelIndex(), at, at)
                del self._rows[at]
                self.endRemoveRows()
        if not self._take_in_order(rows):
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()

    def _take_in_order(self, rows: Sequence[Row]) -> bool:
        """Updates and inserts; False where the order of the known ones has changed."""
        known = {row.id for row in self._rows}
        for at, row in enumerate(rows):
            if row.id not in known:
                self.beginInsertRows(QModelIndex(), at, at)
                self._rows.insert(at, row)
                self.endInsertRows()
            elif self._rows[at].id != row.id:
                return False
            elif self._rows[at] != row:
                self._rows[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, Column.MENU))
        return True

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    # -- Qt's side -------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | int | None:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title_of(Column(section))
        return None

    def title_of(self, column: Column) -> str:
        return {
            Column.NAME: self.tr("Account"),
            Column.KIND: self.tr("Kind"),
            Column.STATE: self.tr("State"),
            Column.USE: self.tr("Use"),
            Column.IN_FLIGHT: self.tr("In flight"),
            Column.SUCCESS: self.tr("Success"),
            Column.LAST: self.tr("Last used"),
            Column.MENU: "",
        }[column]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._rows):
            return None  # what is raised in here would end the process
        row, column = self._rows[index.row()], Column(index.column())
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text_of(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        return None

    def text_of(self, row: Row, column: Column) -> str:
        match column:
            case Column.NAME:
                return row.view.label
            case Column.KIND:
                return words.kind_word(row.view.kind)
            case Column.STATE:
                return row.chip
            case Column.USE:
                return row.use.text
            case Column.IN_FLIGHT:
                return words.number(row.view.in_flight)
            case Column.SUCCESS:
                return row.success or "\N{EN DASH}"
            case Column.LAST:
                return row.last or self.tr("not yet")
            case Column.MENU:
                return ""

    def _spoken(self, row: Row, column: Column) -> str:
        if column is Column.MENU:
            return self.tr("Commands for {label}").format(label=row.view.label)
        parts = [self.text_of(row, column)]
        if column is Column.NAME:
            parts += [row.billed, row.project, self._sharing(row)]
        elif column is Column.STATE:
            parts.append(row.standing.note)
        elif column is Column.USE:
            parts.append(row.use.note)
        return ", ".join(part for part in parts if part)

    def _tip(self, row: Row, column: Column) -> str:
        match column:
            case Column.NAME:
                lines = [row.view.label, row.billed, row.project, self._sharing(row)]
                return "\n".join(line for line in lines if line)
            case Column.STATE:
                said = (words.said(row.view.sentence), words.said(row.view.next_step))
                return "\n".join(line for line in said if line)
            case Column.USE:
                return "\n".join(line for line in (row.use.text, row.use.note) if line)
            case Column.SUCCESS | Column.LAST:
                return self.tr("Since Pollux was started")
            case Column.MENU:
                return self.tr("Commands")
            case _:
                return ""

    def _sharing(self, row: Row) -> str:
        if not row.shares_with:
            return ""
        return self.tr("Shares one quota with {labels}").format(labels=", ".join(row.shares_with))


class SortedAccounts(QSortFilterProxyModel):
    """Sorts by what a column means rather than by its text, and searches in all of them.

    The column without a title stands for the order in which they are looked after.
    """

    def __init__(self, source: AccountsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._sought: tuple[str, ...] = ()
        self.setSourceModel(source)

    def search(self, text: str) -> None:
        """Every word of the text has to be somewhere in the row."""
        self.beginFilterChange()
        self._sought = tuple(text.casefold().split())
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def row_at(self, index: Index) -> Row:
        row: Row = index.data(ROW)
        return row

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        row = self._source.rows[source_row]
        texts = (row.view.label, row.billed, row.project, row.id, row.view.store, row.standing.note)
        shown = (self._source.text_of(row, column) for column in (Column.KIND, Column.STATE))
        hay = " ".join((*texts, *shown)).casefold()
        return all(word in hay for word in self._sought)

    def lessThan(self, source_left: Index, source_right: Index) -> bool:
        column = Column(source_left.column())
        left, right = (self._source.rows[one.row()] for one in (source_left, source_right))
        return _key(left, column) < _key(right, column)


_FIRST = {"bad": 0, "warn": 1}
"By tone: what needs its owner. A rest needs nobody, and must not move rows around."
_URGENCY = {"bad": 0, "warn": 1, "info": 2, "ok": 3, "off": 4}


def _key(row: Row, column: Column) -> tuple[float, str]:
    """What a column sorts by; the label decides between equals."""
    label = row.view.label.casefold()
    match column:
        case Column.KIND:
            return (0.0, f"{row.view.kind} {label}")
        case Column.STATE:
            return (_URGENCY[row.standing.tone], f"{row.standing.word} {label}")
        case Column.USE:
            return (-1.0 if row.use.share is None else row.use.share, label)
        case Column.IN_FLIGHT:
            return (row.view.in_flight, label)
        case Column.SUCCESS:
            return (row.success_share, label)
        case Column.LAST:
            return (row.last_at, label)
        case Column.MENU:
            return (_FIRST.get(row.standing.tone, 2), label)
        case Column.NAME:
            return (0.0, label)
