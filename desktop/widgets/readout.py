"""What a chart tells of one point: a line through it, dots, and a small box with the values."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from desktop.look import icons
from desktop.look.metrics import M, S
from desktop.look.tokens import Tokens
from desktop.widgets.texts import scaled_font

_DOT = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One series' value."""

    name: str
    value: str
    colour: str


@dataclass(frozen=True, slots=True)
class Told:
    """All that is told of a point."""

    title: str
    rows: Sequence[Row]
    marks: Sequence[tuple[QPointF, str]] = ()
    "Dots on the line through the point, each with its colour."


def draw_focus(painter: QPainter, rect: QRectF, tokens: Tokens) -> None:
    """The ring of the keyboard's focus."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.accent), 2))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 7, 7)
    painter.restore()


def draw(
    painter: QPainter, room: QRectF, x: float, told: Told, tokens: Tokens, *, rtl: bool
) -> None:
    """room: of the plot; x: of the point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.edge), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
    for place, colour in told.marks:
        painter.setPen(QPen(QColor(tokens.surface), 2))
        painter.setBrush(QColor(icons.colour_of(tokens, colour)))
        painter.drawEllipse(place, 4.5, 4.5)
    box = _box(room, x, told)
    painter.setPen(QPen(QColor(tokens.edge), 1))
    painter.setBrush(QColor(tokens.surface))
    painter.drawRoundedRect(box, 7, 7)
    _draw_texts(painter, box.adjusted(S + 2, S - 1, -S - 2, -S + 1), told, tokens, rtl=rtl)
    painter.restore()


def _box(room: QRectF, x: float, told: Told) -> QRectF:
    """Beside the line, where there is room."""
    plain = QFontMetricsF(scaled_font("caption"))
    strong = QFontMetricsF(scaled_font("caption", strong=True))
    wide = max(
        (
            _DOT + 6 + plain.horizontalAdvance(row.name) + M + strong.horizontalAdvance(row.value)
            for row in told.rows
        ),
        default=0.0,
    )
    width = max(wide, strong.horizontalAdvance(told.title)) + 2 * S + 6
    height = (len(told.rows) + 1) * (plain.height() + 2) + 2 * S - 2
    left = x + M if x + M + width <= room.right() else x - M - width
    left = max(left, 2.0)
    return QRectF(round(left) + 0.5, round(room.top()) + 0.5, width, height)


def _draw_texts(painter: QPainter, room: QRectF, told: Told, tokens: Tokens, *, rtl: bool) -> None:
    leading = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    trailing = Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight
    middle = Qt.AlignmentFlag.AlignVCenter
    plain, strong = scaled_font("caption"), scaled_font("caption", strong=True)
    high = QFontMetricsF(plain).height() + 2
    line = QRectF(room.left(), room.top(), room.width(), high)
    painter.setFont(strong)
    painter.setPen(QColor(tokens.text))
    painter.drawText(line, int(leading | middle), told.title)
    for row in told.rows:
        line.translate(0, high)
        dot = line.right() - _DOT if rtl else line.left()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(icons.colour_of(tokens, row.colour)))
        painter.drawRoundedRect(QRectF(dot, line.center().y() - _DOT / 2, _DOT, _DOT), 2.5, 2.5)
        near = _DOT + 6
        words = line.adjusted(0, 0, -near, 0) if rtl else line.adjusted(near, 0, 0, 0)
        painter.setPen(QColor(tokens.muted))
        painter.setFont(plain)
        painter.drawText(words, int(leading | middle), row.name)
        painter.setPen(QColor(tokens.text))
        painter.setFont(strong)
        painter.drawText(words, int(trailing | middle), row.value)
