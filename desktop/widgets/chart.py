"""A chart over time, painted by hand: areas, small columns or stacked columns, with hover values.

What changes seldom is kept as a picture; moving over the chart paints only the readout. Time runs
from left to right in every language, as on a clock's face.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.look.theme import Theme
from desktop.widgets import readout
from desktop.widgets.canvas import Canvas
from desktop.widgets.drawing import Drawing
from desktop.widgets.plot import Scale, nearest, scale_for
from desktop.widgets.texts import scaled_font

_INSIDE = 5
"Between the ring of the focus and what is painted."
_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_Home: -10_000,
    Qt.Key.Key_End: 10_000,
}


class Chart(QWidget):
    """Shows series; the pointer or the arrow keys choose a point, whose values are told."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        value_text: Callable[[float], str],
        point_text: Callable[[int], str],
        parent: QWidget | None = None,
    ) -> None:
        """name: for screen readers; value_text: of the axis and the readout; point_text: says
        when a point was."""
        super().__init__(parent)
        self._theme, self._value_text, self._point_text = theme, value_text, point_text
        self._drawing = Drawing()
        self._scale: Scale = scale_for(0)
        self._picture: QPixmap | None = None
        self._room = QRectF()
        self.chosen: int | None = None
        "The point whose values are shown."
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._repaint)

    def sizeHint(self) -> QSize:
        return QSize(480, 180)

    def show_drawing(self, drawing: Drawing, least_step: float = 1.0) -> None:
        """Shows it, where it differs from what is shown."""
        if drawing == self._drawing:
            return
        self._drawing = drawing
        self._scale = scale_for(drawing.highest(), least_step=least_step)
        if self.chosen is not None and self.chosen >= drawing.count:
            self.chosen = None
        self._describe()
        self._repaint()

    def values_at(self, point: int) -> str:
        """What was at a point, in words."""
        values = [
            self.tr("{name}: {value}").format(
                name=one.name, value=self._value_text(one.values[point])
            )
            for one in self._drawing.series
        ]
        return "\n".join([self._point_text(point), *values])

    # -- choosing a point ------------------------------------------------------------------

    def choose(self, point: int | None) -> None:
        if point != self.chosen:
            self.chosen = point
            self._describe()
            self.update()

    def _describe(self) -> None:
        """Tells screen readers the values of the chosen point, else of the last one."""
        if self._drawing.count:
            at = self._drawing.count - 1 if self.chosen is None else self.chosen
            self.setAccessibleDescription(self.values_at(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        count = self._drawing.count
        inside = self._room.adjusted(-8, -16, 8, 24).contains(event.position())
        stacked = self._drawing.stacked
        at = nearest(event.position().x(), count, self._room, between=stacked) if count else None
        self.choose(at if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count, step = self._drawing.count, _KEYS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self.chosen is not None:
            self.choose(None)
        elif count and step is not None:
            wanted = (count if self.chosen is None else self.chosen) + step
            self.choose(min(max(wanted, 0), count - 1))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.choose(None)
        self.update()

    # -- painting --------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._repaint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange):
            self._repaint()

    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = self._paint_picture(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self.hasFocus():
            readout.draw_focus(painter, QRectF(self.rect()), self._theme.tokens)
        if self.chosen is not None and self._drawing.count:
            self._paint_readout(painter, self.chosen)

    def _paint_picture(self, ratio: float) -> QPixmap:
        size = self.size() * ratio
        picture = QPixmap(size)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setFont(scaled_font("caption"))
        whole = QRectF(self.rect()).adjusted(_INSIDE, _INSIDE, -_INSIDE, 0)
        canvas = Canvas(painter, self._theme.tokens, whole, self._scale)
        canvas.draw_grid(self._value_text)
        self._room = canvas.room
        canvas.draw_ticks(self._drawing)
        canvas.draw_series(self._drawing)
        painter.end()
        return picture

    def _paint_readout(self, painter: QPainter, point: int) -> None:
        drawing, room = self._drawing, self._room
        if drawing.stacked:
            x = room.left() + (point + 0.5) * room.width() / drawing.count
        else:
            x = room.left() + point * room.width() / max(drawing.count - 1, 1)
        rows = [
            readout.Row(one.name, self._value_text(one.values[point]), one.colour)
            for one in drawing.series
            if not drawing.stacked or one.values[point]
        ]
        marks = () if drawing.stacked else self._marks(x, point)
        told = readout.Told(self._point_text(point), rows, marks)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        readout.draw(painter, room, x, told, self._theme.tokens, rtl=rtl)

    def _marks(self, x: float, point: int) -> tuple[tuple[QPointF, str], ...]:
        """Dots on the lines."""
        bottom, high = self._room.bottom(), self._room.height() / self._scale.top
        lines = [one for one in self._drawing.series if one.form == "area"]
        return tuple((QPointF(x, bottom - one.values[point] * high), one.colour) for one in lines)
