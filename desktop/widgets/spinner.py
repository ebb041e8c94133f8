"""A sign that something is being done. It turns only while it is seen."""

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.look.theme import Theme

STEP_MS = 60
_STEP_DEGREES = 24


class Spinner(QWidget):
    """An arc that turns; a text beside it says what is being done."""

    def __init__(self, theme: Theme, size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._angle = theme, 0
        self.setFixedSize(size, size)
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._turn)

    def _turn(self) -> None:
        self._angle = (self._angle - _STEP_DEGREES) % 360
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(self.width() / 9, 2.0)
        room = QRectF(self.rect()).adjusted(width, width, -width, -width)
        cap = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(QColor(tokens.line), width, Qt.PenStyle.SolidLine, cap))
        painter.drawEllipse(room)
        painter.setPen(QPen(QColor(tokens.accent), width, Qt.PenStyle.SolidLine, cap))
        painter.drawArc(room, self._angle * 16, 100 * 16)
