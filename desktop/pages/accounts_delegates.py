"""How the rows of the table of credentials are drawn. Everything mirrors in right-to-left."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.look import icons
from desktop.look.metrics import M
from desktop.look.theme import Theme
from desktop.look.tokens import Tokens, Tone
from desktop.pages.accounts_model import ROW, Column
from desktop.pages.accounts_rows import Row, Use, bar_colour
from desktop.widgets.marks import CHIP_HEIGHT, draw_bar, draw_chip
from desktop.widgets.texts import scaled_font

ROW_HEIGHT = 58
_AVATAR = 32
_SIDE = M
NAME_EXTRA = 2 * _SIDE + _AVATAR + M
"What a name needs beside its text."
_GAP = 3
_ANEW = 11
"Side of the sign before the time until something counts anew."

_KIND_ICONS = {"api_key": "key", "service_account": "robot", "unknown": "warning"}
_AVATAR_TONES: tuple[Tone, ...] = ("info", "ok", "warn", "off")
_NUMBERS = (Column.IN_FLIGHT, Column.SUCCESS)


class AccountsDelegate(QStyledItemDelegate):
    """Draws every column; the whole row is one thing, with a line below it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        pen = _Pen(painter, option, self._theme.tokens)
        painter.save()
        row, column = index.data(ROW), Column(index.column())
        pen.ground()
        match column:
            case Column.NAME:
                pen.name(row)
            case Column.STATE:
                pen.state(row)
            case Column.USE:
                pen.use(row)
            case Column.MENU:
                pen.menu()
            case _:
                pen.plain(index.data(), strong=column in _NUMBERS)
        if _has_focus(option.widget, index.row()):
            pen.ring(column)
        painter.restore()


def _has_focus(view: QWidget | None, row: int) -> bool:
    """Whether keys go to this row."""
    return isinstance(view, QTableView) and view.hasFocus() and view.currentIndex().row() == row


class _Pen:
    """Per cell and painting."""

    def __init__(self, painter: QPainter, option: QStyleOptionViewItem, tokens: Tokens) -> None:
        self._painter, self._tokens = painter, tokens
        self._cell: QRect = option.rect
        self._state: QStyle.StateFlag = option.state
        self._direction: Qt.LayoutDirection = option.direction
        self._warn = tokens.warn.strong
        painter.setLayoutDirection(self._direction)
        self._room = self._cell.adjusted(_SIDE, 0, -_SIDE, 0)

    def ground(self) -> None:
        tokens, cell = self._tokens, self._cell
        if self._state & QStyle.StateFlag.State_Selected:
            self._painter.fillRect(cell, QColor(tokens.accent_soft))
        elif self._state & QStyle.StateFlag.State_MouseOver:
            self._painter.fillRect(cell, QColor(tokens.sunken))
        self._painter.setPen(QColor(tokens.line))
        self._painter.drawLine(cell.bottomLeft(), cell.bottomRight())

    def ring(self, column: Column) -> None:
        """The part of the focus ring around the row that runs through this cell."""
        box = QRectF(self._cell).adjusted(1, 1, -1, -1)
        starts, ends = column is Column.NAME, column is Column.MENU
        if self._direction == Qt.LayoutDirection.RightToLeft:
            starts, ends = ends, starts
        box.adjust(0 if starts else -4, 0, 0 if ends else 4, -1)
        self._painter.setClipRect(self._cell)
        self._painter.setPen(QPen(QColor(self._tokens.accent), 2))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(box)

    def name(self, row: Row) -> None:
        room = self._room
        picture = QRect(room.left(), room.center().y() - _AVATAR // 2, _AVATAR, _AVATAR)
        self._avatar(row, self._placed(picture))
        texts = room.adjusted(_AVATAR + M, 0, 0, 0)
        upper, lower = _halves(texts)
        self._text(upper, row.name, self._tokens.text, scaled_font("body", strong=True))
        if row.shares_with:
            sign = QRect(lower.left(), lower.center().y() - 6, 13, 13)
            icons.draw(self._painter, "link", self._tokens.accent_text, QRectF(self._placed(sign)))
            lower.adjust(17, 0, 0, 0)
        colour = self._warn if row.billed else self._tokens.muted
        font = scaled_font("caption", strong=bool(row.billed))
        self._text(lower, row.billed or row.project, colour, font)

    def _avatar(self, row: Row, place: QRect) -> None:
        painter, kind = self._painter, row.view.kind
        tone: Tone = _AVATAR_TONES[sum(row.view.label.encode()) % len(_AVATAR_TONES)]
        if not row.view.enabled or kind == "unknown":
            tone = "off"
        pair = self._tokens.tone(tone)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pair.soft))
        painter.drawEllipse(place)
        if kind in _KIND_ICONS:
            inner = QRectF(place).adjusted(8, 8, -8, -8)
            icons.draw(painter, _KIND_ICONS[kind], pair.strong, inner)
            return
        painter.setPen(QColor(pair.strong))
        painter.setFont(scaled_font("body", strong=True))
        initial = row.view.label.lstrip()[:1].upper()
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), initial)

    def state(self, row: Row) -> None:
        standing, room = row.standing, self._room
        note = standing.note
        chip = QRect(room)
        if note:
            lines = self._painter.fontMetrics().height()
            chip.setTop(room.center().y() - (CHIP_HEIGHT + lines) // 2 - 1)
            chip.setHeight(CHIP_HEIGHT)
            below = QRect(room.left(), chip.bottom() + 3, room.width(), lines)
            colour = self._warn if standing.tone == "warn" else self._tokens.muted
            self._text(below, note, colour, scaled_font("caption"))
        where = QStyle.visualRect(self._direction, self._cell, chip)
        draw_chip(self._painter, where, row.chip, standing.tone, standing.icon, self._tokens)

    def use(self, row: Row) -> None:
        use, room, font = row.use, self._room, scaled_font("caption")
        middle = room.center().y()
        if use.share is None:
            self._count_alone(use)
            return
        upper = QRect(room.left(), middle - 20, room.width(), 16)
        self._text(upper, use.text, self._tokens.text, font)
        bar = QRect(room.left(), middle, room.width(), 6)
        draw_bar(
            self._painter,
            QRectF(self._placed(bar)),
            use.share,
            bar_colour(use.share),
            self._tokens,
        )
        self._counted(QRect(room.left(), middle + 9, room.width(), 16), use)

    def _counted(self, line: QRect, use: Use) -> None:
        """The model, and behind it how long until it counts anew."""
        font = scaled_font("caption")
        if use.left:
            width = QFontMetrics(font).horizontalAdvance(use.left) + 2  # the advance is rounded
            last = line.adjusted(line.width() - width, 0, 0, 0)
            sign = QRect(last.left() - _ANEW - _GAP, line.center().y() - 5, _ANEW, _ANEW)
            icons.draw(self._painter, "refresh", self._tokens.faint, QRectF(self._placed(sign)))
            self._text(last, use.left, self._tokens.faint, font)
            line = line.adjusted(0, 0, -(width + _ANEW + 3 * _GAP), 0)
        self._text(line, use.model, self._tokens.faint, font)

    def _count_alone(self, use: Use) -> None:
        font = scaled_font("caption")
        if not use.model:
            self._text(self._room, use.text, self._tokens.muted, font)
            return
        upper, lower = _halves(self._room)
        self._text(upper, use.text, self._tokens.text, font)
        self._text(lower, use.model, self._tokens.faint, font)

    def plain(self, text: str, *, strong: bool) -> None:
        colour = self._tokens.text if strong else self._tokens.muted
        self._text(self._room, text, colour, scaled_font("body"))

    def menu(self) -> None:
        place = QRect(0, 0, 18, 18)
        place.moveCenter(self._cell.center())
        icons.draw(self._painter, "more", self._tokens.muted, QRectF(place))

    def _text(self, room: QRect, text: str, colour: str, font: QFont) -> None:
        painter = self._painter
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        flags = int(QStyle.visualAlignment(self._direction, leading))
        # Isolated, so that an ellipsis or a per cent sign stays on its side in right-to-left.
        isolated = f"\u2068{shown}\u2069"
        painter.drawText(self._placed(room), flags | Qt.TextFlag.TextSingleLine, isolated)

    def _placed(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self._direction, self._cell, rect)


def _halves(room: QRect) -> tuple[QRect, QRect]:
    """Where two lines of text stand, close together in the middle."""
    middle = room.center().y() + 1
    upper = QRect(room.left(), middle - 20, room.width(), 20)
    lower = QRect(room.left(), middle + _GAP - 2, room.width(), 18)
    return upper, lower
