"""The table of requests: how a row looks, and what keys and clicks on it do."""

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop import words
from desktop.look.metrics import S
from desktop.look.theme import Theme
from desktop.pages import activity_words
from desktop.pages.activity_model import (
    BELOW_ROLE,
    EVENT_ROLE,
    Column,
    Index,
    RequestFilter,
)
from desktop.widgets.marks import chip_width, draw_chip
from desktop.widgets.texts import scaled_font
from proxy_core.api import ExchangeEnded

_SIDE = S
"Room at both sides of a cell."


class _Cell(QStyledItemDelegate):
    """Two lines, or a chip."""

    def __init__(self, theme: Theme, table: "RequestTable") -> None:
        super().__init__(table)
        self._theme, self._table = theme, table
        self._upper, self._lower = scaled_font("body"), scaled_font("caption")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        room: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tokens = self._theme.tokens
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, QColor(tokens.accent_soft))
        painter.setPen(QColor(tokens.line))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        if self._table.hasFocus() and index.row() == self._table.currentIndex().row():
            painter.setPen(QColor(tokens.accent))
            painter.drawLine(room.topLeft(), room.topRight())
            painter.drawLine(room.bottomLeft(), room.bottomRight())
        inner = room.adjusted(_SIDE, 0, -_SIDE, -1)
        painter.setLayoutDirection(self._table.layoutDirection())
        if index.column() == Column.STATUS:
            event: ExchangeEnded = index.data(EVENT_ROLE)
            word = activity_words.status_word(event)
            draw_chip(painter, inner, word.word, word.tone, word.icon, tokens)
        else:
            self._write(painter, inner, index)
        painter.restore()

    def _write(self, painter: QPainter, room: QRect, index: Index) -> None:
        tokens = self._theme.tokens
        above, below = str(index.data()), str(index.data(BELOW_ROLE))
        upper, lower = QFontMetrics(self._upper), QFontMetrics(self._lower)
        height = upper.height() + (lower.height() if below else 0)
        top = room.top() + (room.height() - height) // 2
        line = QRect(room.left(), top, room.width(), upper.height())
        painter.setFont(self._upper)
        painter.setPen(QColor(tokens.text))
        self._put(painter, line, above, upper)
        if below:
            line = QRect(room.left(), line.bottom() + 1, room.width(), lower.height())
            painter.setFont(self._lower)
            painter.setPen(QColor(tokens.muted))
            self._put(painter, line, below, lower)

    def _put(self, painter: QPainter, room: QRect, text: str, metrics: QFontMetrics) -> None:
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        side = QStyle.visualAlignment(self._table.layoutDirection(), leading)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(side), shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self._table.row_height())


class RequestTable(QTableView):
    """Newest first. It stays where one reads, and follows only while it stands at the top."""

    opened = Signal(object)
    "ExchangeEnded of the row that was double-clicked or entered."
    copied = Signal()
    "The selected rows are wanted on the clipboard."

    def __init__(self, theme: Theme, model: RequestFilter) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_Cell(theme, self))
        self.setAccessibleName(self.tr("Requests"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.row_height())
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFixedHeight(self.fontMetrics().height() + 16)
        self.doubleClicked.connect(self._open)
        theme.changed.connect(self.viewport().update)
        model.rowsInserted.connect(self._stay)

    def row_height(self) -> int:
        lower = QFontMetrics(scaled_font("caption"))
        return QFontMetrics(scaled_font("body")).height() + lower.height() + 13

    def selected_events(self) -> list[ExchangeEnded]:
        """From the top down."""
        rows = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return [row.data(EVENT_ROLE) for row in rows]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.data(EVENT_ROLE))

    def _share_room(self) -> None:
        """Figures get what they need, names share the rest."""
        metrics = QFontMetrics(scaled_font("body"))
        lower = QFontMetrics(scaled_font("caption"))
        cached = lower.horizontalAdvance(self.tr("{count} cached").format(count=words.number(9999)))
        took = lower.horizontalAdvance(self.tr("took {time}").format(time=words.duration(0.888)))
        wanted = {
            Column.TIME: min(max(self._heading_width(Column.TIME), took), 120),
            Column.TOKENS: min(max(metrics.horizontalAdvance("88.8 k / 888"), cached + S), 120),
            Column.FIRST: min(self._heading_width(Column.FIRST), 110),
            Column.STATUS: min(max(map(chip_width, activity_words.chip_words())), 165),
        }
        names = self._name_widths(wanted)
        for given_up in (Column.FIRST, Column.TOKENS):  # the details have them too
            cramped = names[Column.CREDENTIAL] < metrics.horizontalAdvance("m" * 11)
            self.setColumnHidden(given_up, cramped)
            if cramped:
                del wanted[given_up]
                names = self._name_widths(wanted)
        for column, width in (wanted | names).items():
            self.setColumnWidth(column, width + 2 * _SIDE)

    def _heading_width(self, column: Column) -> int:
        heading = str(self.model().headerData(column, Qt.Orientation.Horizontal))
        return QFontMetrics(scaled_font("body", strong=True)).horizontalAdvance(heading)

    def _name_widths(self, others: dict[Column, int]) -> dict[Column, int]:
        """others: the widths of the columns beside them."""
        columns = len(others) + 3
        rest = max(self.viewport().width() - sum(others.values()) - columns * 2 * _SIDE, 0)
        names = {
            Column.CLIENT: min(rest * 26 // 100, 180),
            Column.MODEL: min(rest * 37 // 100, 180),
        }
        names[Column.CREDENTIAL] = max(rest - sum(names.values()), 0)
        return names

    def _stay(self, parent: QModelIndex, first: int, last: int) -> None:
        bar = self.verticalScrollBar()
        if not self.isVisible() or bar.value() == 0:
            return
        place = bar.value() + (last - first + 1) * self.row_height()
        self.updateGeometries()  # the bar's range has to know of the new rows first
        bar.setValue(place)
