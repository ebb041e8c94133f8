"""The names of a chart's series, each with the sign it has in the chart."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.look import icons
from desktop.look.metrics import XS, M
from desktop.look.theme import Theme
from desktop.widgets.drawing import Series
from desktop.widgets.panels import clear, row
from desktop.widgets.texts import label


class Swatch(QWidget):
    """How a series looks: a line, small columns, or a filled square."""

    def __init__(self, theme: Theme, colour: str, form: str) -> None:
        """colour: a field of Tokens; form: of Series."""
        super().__init__()
        self._theme, self._colour, self._form = theme, colour, form
        self.setFixedSize(14, 12)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(icons.colour_of(self._theme.tokens, self._colour))
        if self._form == "area":
            pen = QPen(colour, 2.4)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(2, 6, 12, 6)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        if self._form == "columns":
            for left, top in ((2.0, 6.0), (5.5, 2.0), (9.0, 4.0)):
                painter.drawRoundedRect(QRectF(left, top, 2.5, 12 - top - 1), 1, 1)
        else:
            painter.drawRoundedRect(QRectF(2, 1, 10, 10), 3, 3)


class Legend(QWidget):
    """One line of swatches and names."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._line = row(XS)
        self.setLayout(self._line)
        self._shown: tuple[tuple[str, str, str], ...] = ()

    def show_series(self, series: Sequence[Series]) -> None:
        shown = tuple((one.name, one.colour, one.form) for one in series)
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._line)
        for name, colour, form in shown:
            self._line.addWidget(Swatch(self._theme, colour, form))
            self._line.addWidget(label(name, "muted"))
            self._line.addSpacing(M)
        self._line.addStretch(1)
