"""The list of pages in the sidebar. A list, so that screen readers tell items and their number."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop.look import icons
from desktop.look.metrics import XS, M, S
from desktop.look.theme import Theme
from desktop.widgets.texts import scaled_font

ROW_HEIGHT = 40
_ICON = 18
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Entry:
    """One page as the list shows it."""

    key: str
    word: str
    icon: str
    shortcut: str
    "In the system's way of writing it."


class Navigation(QListWidget):
    """One page is always chosen; arrow keys and clicks choose."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._narrow = False
        self.led_by_keys = False
        "Whether the focus is worth a ring: nobody who points needs one."
        self.setProperty("kind", "navigation")
        self.setAccessibleName(self.tr("Pages"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMouseTracking(True)
        self.setItemDelegate(_Row(theme, entries, self))
        self._words: list[str] = []
        for entry in entries:
            item = QListWidgetItem(entry.word, self)
            item.setData(_KEY, entry.key)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            tip = self.tr("{page} ({keys})").format(page=entry.word, keys=entry.shortcut)
            item.setToolTip(tip)
            self._words.append(entry.word)
        self.setCurrentRow(0)
        self.currentItemChanged.connect(self._tell)
        theme.changed.connect(self.viewport().update)

    def choose(self, key: str) -> None:
        """Shows which page is open."""
        for at in range(self.count()):
            if self.item(at).data(_KEY) == key:
                self.setCurrentRow(at)

    @property
    def choice(self) -> str:
        return str(self.currentItem().data(_KEY))

    @property
    def narrow(self) -> bool:
        return self._narrow

    def be_narrow(self, *, narrow: bool) -> None:
        """Icons alone."""
        self._narrow = narrow
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        by = Qt.FocusReason
        self.led_by_keys = event.reason() in (by.TabFocusReason, by.BacktabFocusReason)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.led_by_keys = True
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.led_by_keys = False
        super().mousePressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width(), ROW_HEIGHT * self.count() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(ROW_HEIGHT, ROW_HEIGHT * 2)

    def words_width(self) -> int:
        """What the widest entry needs."""
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(word) for word in self._words)
        return round(widest * 1.08) + _ICON + 3 * M + XS

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(_KEY)))


class _Row(QStyledItemDelegate):
    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: Navigation) -> None:
        super().__init__(parent)
        self._theme, self._icons, self._list = theme, [entry.icon for entry in entries], parent

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state: QStyle.StateFlag = option.state
        room: QRect = option.rect
        tokens = self._theme.tokens
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        box = QRectF(room).adjusted(1, 2, -1, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or hovered:
            painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.sunken))
            painter.drawRoundedRect(box, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus and chosen and self._list.led_by_keys:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.accent))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        self._draw_content(painter, box.toRect(), index.row(), chosen=chosen)
        painter.restore()

    def _draw_content(self, painter: QPainter, box: QRect, row: int, *, chosen: bool) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent_text if chosen else tokens.muted
        direction = self._list.layoutDirection()
        left = (box.width() - _ICON) // 2 if self._list.narrow else M
        icon = QRect(box.left() + left, box.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        icon = QStyle.visualRect(direction, box, icon)
        icons.draw(painter, self._icons[row], colour, QRectF(icon))
        if self._list.narrow:
            return
        text = box.adjusted(M + _ICON + S + 1, 0, -S, 0)
        text = QStyle.visualRect(direction, box, text)
        painter.setPen(QColor(colour))
        painter.setFont(scaled_font("body", strong=True))
        word = self._list.item(row).text()
        shown = painter.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, text.width())
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        side = QStyle.visualAlignment(direction, leading)
        painter.drawText(text, int(side | Qt.AlignmentFlag.AlignAbsolute), shown)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, ROW_HEIGHT)
