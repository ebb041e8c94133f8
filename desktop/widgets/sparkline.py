"""A line without axes beside a figure: the shape of the last hour at a glance."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.look import icons
from desktop.look.theme import Theme
from desktop.widgets.plot import Scale, points, smooth


class Sparkline(QWidget):
    """Says nothing that the figure beside it does not say; screen readers pass it by."""

    def __init__(self, theme: Theme, colour: str = "accent", parent: QWidget | None = None) -> None:
        """colour: a field of Tokens."""
        super().__init__(parent)
        self._theme, self._colour = theme, colour
        self._values: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(36)
        self.setMaximumWidth(84)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(72, 28)

    def show_values(self, values: Sequence[float]) -> None:
        """Oldest first."""
        if tuple(values) != self._values:
            self._values = tuple(values)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._values) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(2, 3, -2, -3)
        highest = max(self._values)
        colour = self._colour if highest > 0 else "edge"
        pen = QPen(QColor(icons.colour_of(self._theme.tokens, colour)), 1.7)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPath(smooth(points(self._values, Scale(1.0, max(highest, 1e-9)), room)))
