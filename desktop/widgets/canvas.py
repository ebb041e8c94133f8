"""Paints the lasting part of a chart: grid, texts of the axes, and the series."""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen

from desktop.look import icons
from desktop.look.tokens import Tokens
from desktop.widgets.drawing import Drawing, Series
from desktop.widgets.plot import Scale, area, points, smooth

_GAP = 10
"Between the texts of the axis and the plot."
_APART = 12
"Between the texts below the plot."
_COLUMN = 3.0
"Width of the small columns."
_RING = 2.6
"Radius of what stands for a time that still runs."


class Canvas:
    """Per picture. `room` is the plot's own rectangle, known once the grid is drawn."""

    def __init__(self, painter: QPainter, tokens: Tokens, whole: QRectF, scale: Scale) -> None:
        """painter: with the font of the axes' texts."""
        self._painter, self._tokens, self._scale, self._whole = painter, tokens, scale, whole
        self._metrics = painter.fontMetrics()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.room = whole

    def draw_grid(self, value_text: Callable[[float], str]) -> None:
        texts = [(value, value_text(value)) for value in self._scale.ticks]
        wide = max(self._metrics.horizontalAdvance(text) for _, text in texts) + _GAP
        high = self._metrics.height()
        self.room = self._whole.adjusted(wide, high / 2 + 2, -6, -(high + 10))
        painter, room = self._painter, self.room
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, text in texts:
            y = round(room.bottom() - value * room.height() / self._scale.top) + 0.5
            painter.setPen(QPen(QColor(self._tokens.line), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(self._tokens.faint))
            painter.drawText(
                QRectF(self._whole.left(), y - high, wide - _GAP, 2 * high), int(side), text
            )

    def draw_ticks(self, drawing: Drawing) -> None:
        """The texts below: the last one, and of the others as many as have room, evenly."""
        self._painter.setPen(QColor(self._tokens.faint))
        for box, text in self.tick_boxes(drawing):
            self._painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def tick_boxes(self, drawing: Drawing) -> list[tuple[QRectF, str]]:
        """Where the texts below stand, the last one first."""
        boxes = [(self._tick_box(drawing, at, text), text) for at, text in reversed(drawing.ticks)]
        while any(
            near.left() - there.right() < _APART for (near, _), (there, _) in pairwise(boxes)
        ):
            boxes = boxes[::2]
        return boxes

    def _tick_box(self, drawing: Drawing, at: int, text: str) -> QRectF:
        room, count = self.room, drawing.count
        wide = self._metrics.horizontalAdvance(text) + 2
        if drawing.stacked:
            x = room.left() + (at + 0.5) * room.width() / count
        else:
            x = room.left() + at * room.width() / max(count - 1, 1)
        left = min(max(x - wide / 2, self._whole.left()), self._whole.right() - wide)
        return QRectF(left, room.bottom() + 7, wide, self._metrics.height() + 2)

    def draw_series(self, drawing: Drawing) -> None:
        if drawing.stacked:
            self._draw_stack(drawing)
            return
        for one in drawing.series:
            if one.form == "area":
                self._draw_area(one, runs=drawing.runs)
        for one in drawing.series:
            if one.form == "columns":
                self._draw_columns(one)

    def _colour(self, one: Series) -> QColor:
        return QColor(icons.colour_of(self._tokens, one.colour))

    def _draw_area(self, one: Series, *, runs: bool) -> None:
        """runs: the last value is still growing. It stands apart from the line, as a ring, for a
        line that ends with it would fall whenever a minute begins."""
        room, colour = self.room, self._colour(one)
        places = points(one.values, self._scale, room)
        line = smooth(places[:-1] if runs and len(places) > 1 else places)
        if any(one.values):
            fill = QLinearGradient(room.topLeft(), room.bottomLeft())
            strong, weak = QColor(colour), QColor(colour)
            strong.setAlphaF(0.32)
            weak.setAlphaF(0.03)
            fill.setColorAt(0, strong)
            fill.setColorAt(1, weak)
            self._painter.fillPath(area(line, room.bottom()), fill)
        pen = QPen(colour, 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._painter.setPen(pen)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPath(line)
        if runs:
            self._painter.setPen(QPen(colour, 1.6))
            self._painter.drawEllipse(places[-1], _RING, _RING)

    def _draw_columns(self, one: Series) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._colour(one))
        bottom = self.room.bottom()
        for place, value in zip(
            points(one.values, self._scale, self.room), one.values, strict=True
        ):
            if value:
                top = min(place.y(), bottom - _COLUMN)
                box = QRectF(place.x() - _COLUMN / 2, top, _COLUMN, bottom - top)
                self._painter.drawRoundedRect(box, _COLUMN / 2, _COLUMN / 2)

    def _draw_stack(self, drawing: Drawing) -> None:
        """Columns side by side, each with the series on top of one another."""
        room, count = self.room, drawing.count
        edges = [round(room.left() + at * room.width() / count) for at in range(count + 1)]
        gap = 1 if room.width() / count < 14 else 4
        heights = [0.0] * count
        self._painter.setPen(Qt.PenStyle.NoPen)
        for one in drawing.series:
            path = QPainterPath()
            for at, (left, right) in enumerate(pairwise(edges)):
                if not one.values[at]:
                    continue
                below = self._y(heights[at])
                heights[at] += one.values[at]
                above = self._y(heights[at])
                path.addRect(
                    QRectF(left + gap / 2, above, max(right - left - gap, 1), below - above)
                )
            self._painter.fillPath(path, self._colour(one))

    def _y(self, value: float) -> float:
        return self.room.bottom() - value * self.room.height() / self._scale.top
