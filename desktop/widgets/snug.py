"""A scroll area that is as tall as what is in it, up to a limit, and scrolls beyond."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class Snug(QScrollArea):
    """Scrolls from top to bottom only."""

    def __init__(self, tallest: int) -> None:
        super().__init__()
        self._tallest = tallest
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def hold(self, content: QWidget) -> None:
        """Shows this, and lets go of what it showed before."""
        # Else the least height of wrapped texts would be taken, at another width than theirs.
        content.setMinimumSize(1, 1)
        self.setWidget(content)
        content.installEventFilter(self)
        for part in content.findChildren(QWidget):
            part.ensurePolished()  # its height is known only then
        self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._judge()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._judge()
        super().resizeEvent(event)

    def _judge(self) -> None:
        """Shows a scroll bar only where there is too little room without one. Qt's own judgement
        counts the lines at the width that a bar leaves, so that a bar once there would stay."""
        fits = self.height() >= self._needs(self.width())
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )

    def _needs(self, width: int) -> int:
        content = self.widget()
        layout = content.layout() if content is not None else None
        if content is None or layout is None:
            return 0
        needed = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
        return needed if needed >= 0 else content.sizeHint().height()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(self._needs(width), self._tallest)

    def sizeHint(self) -> QSize:
        width = max(self.width(), 320)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, min(self.sizeHint().height(), 160))
