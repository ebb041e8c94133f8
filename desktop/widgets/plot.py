"""The geometry of charts: scales, places of points, and smooth lines through them.

Plain functions on numbers and Qt's shapes; nothing is painted here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """The vertical axis: round values from 0 to `top`."""

    step: float
    top: float

    @property
    def ticks(self) -> list[float]:
        return [self.step * at for at in range(round(self.top / self.step) + 1)]


def scale_for(highest: float, most_ticks: int = 4, least_step: float = 1.0) -> Scale:
    """The smallest round scale that `highest` fits in.

    least_step: between values; 1 for what is counted, 0 for what is not.
    """
    if highest <= 0:
        return Scale(max(least_step, 1.0), max(least_step, 1.0) * most_ticks)
    rough = highest / most_ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in STEPS if power * size >= rough * (1 - 1e-9))
    step = max(step, least_step)
    return Scale(step, step * max(1, math.ceil(highest / step - 1e-9)))


def points(values: Sequence[float], scale: Scale, room: QRectF) -> list[QPointF]:
    """Places of values, the first at the left edge and the last at the right one."""
    apart = room.width() / max(len(values) - 1, 1)
    high = room.height() / scale.top
    return [
        QPointF(room.left() + at * apart, room.bottom() - value * high)
        for at, value in enumerate(values)
    ]


def smooth(through: Sequence[QPointF]) -> QPainterPath:
    """A line through points that never swings beyond them (monotone cubic, Fritsch-Carlson)."""
    path = QPainterPath(through[0])
    if len(through) == 1:
        return path
    slopes = _slopes(through)
    for at in range(len(through) - 1):
        here, there = through[at], through[at + 1]
        third = (there.x() - here.x()) / 3
        path.cubicTo(
            QPointF(here.x() + third, here.y() + slopes[at] * third),
            QPointF(there.x() - third, there.y() - slopes[at + 1] * third),
            there,
        )
    return path


def _slopes(through: Sequence[QPointF]) -> list[float]:
    """At each point; flat where the line turns."""
    rises = [
        (there.y() - here.y()) / max(there.x() - here.x(), 1e-9)
        for here, there in pairwise(through)
    ]
    inner = [
        0.0 if before * after <= 0 else 2 * before * after / (before + after)
        for before, after in pairwise(rises)
    ]
    return [rises[0], *inner, rises[-1]]


def area(line: QPainterPath, bottom: float) -> QPainterPath:
    """What lies below a line."""
    path = QPainterPath(line)
    first, last = line.elementAt(0), line.currentPosition()
    path.lineTo(last.x(), bottom)
    path.lineTo(first.x, bottom)
    path.closeSubpath()
    return path


def nearest(x: float, count: int, room: QRectF, *, between: bool) -> int:
    """The index of the point or, with `between`, of the column under x."""
    share = (x - room.left()) / max(room.width(), 1.0)
    at = math.floor(share * count) if between else round(share * (count - 1))
    return min(max(at, 0), count - 1)
