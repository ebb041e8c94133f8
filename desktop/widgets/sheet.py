"""The base of every dialog: opened without blocking, answered once.

`QDialog.exec` runs a loop within the loop, in which waiting coroutines lose their wake-up for
good: it is never called.
"""

import asyncio

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.look.metrics import XL, L, M, S
from desktop.look.theme import Theme
from desktop.widgets.buttons import button
from desktop.widgets.panels import column, row
from desktop.widgets.texts import label

_FRAME = 48
"Room that a window's frame takes, and a little air."


class Sheet(QDialog):
    """A dialog with a title, a `body`, and a row of buttons, `foot`."""

    def __init__(self, theme: Theme, title: str, parent: QWidget, width: int = 520) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self._outer = outer = QVBoxLayout(self)
        outer.setContentsMargins(XL, L, XL, L)
        outer.setSpacing(L)
        self.heading = label(title, "title", wrap=True)
        outer.addWidget(self.heading)
        self._content = QWidget()
        self.body = column(M)
        self._content.setLayout(self.body)
        self._scroller = QScrollArea()
        "Scrolls only where the screen is too small for the whole."
        self._scroller.setWidgetResizable(True)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setWidget(self._content)
        self._content.installEventFilter(self)
        outer.addWidget(self._scroller, 1)
        self.foot: QHBoxLayout = row(S)
        self.foot.addStretch(1)
        outer.addLayout(self.foot)
        self._fitted = 0
        "The height that `fit` took last."
        self._answer: asyncio.Future[bool] | None = None
        self.finished.connect(self._finish)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field does what the first button is for."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(self.focusWidget(), QLineEdit):
            for made in self.findChildren(QPushButton):
                if made.property("kind") == "primary" and made.isVisible() and made.isEnabled():
                    made.click()
                    return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.fit()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What changes within the scroll area is told to nobody outside of it."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.fit()
        return False

    def fit(self) -> None:
        """Takes the height that the content needs at this width, unless its owner made it taller.

        Qt's own `adjustSize` asks for the height at another width, so that wrapped texts would
        stand in too much room.
        """
        self.body.activate()
        width = max(self.width(), self.minimumWidth())
        body, rest = self._height_of_body(width), self._height_of_rest(width)
        self._content.setMinimumHeight(body)  # Qt's own least would be that of another width
        room = self.screen().availableGeometry().height() - _FRAME
        self._scroller.setMinimumHeight(min(body, max(room - rest, 0)))
        fits = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        scrolls = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._scroller.setVerticalScrollBarPolicy(fits if body + rest <= room else scrolls)
        needs = min(body + rest, room)
        taller = self._fitted and self.height() > self._fitted
        grew, self._fitted = self._fitted and needs > self._fitted, needs
        self.setMinimumHeight(needs)
        self.resize(width, max(needs, self.height()) if taller else needs)
        if grew:
            self._place()

    def _height_of_body(self, width: int) -> int:
        margins = self._outer.contentsMargins()
        inner = width - margins.left() - margins.right()
        wraps = self.body.hasHeightForWidth()
        return self.body.totalHeightForWidth(inner) if wraps else self.body.totalSizeHint().height()

    def _height_of_rest(self, width: int) -> int:
        """Of heading, buttons and what stands between."""
        margins, gap = self._outer.contentsMargins(), self._outer.spacing()
        heading = self.heading.heightForWidth(width - margins.left() - margins.right())
        foot = self.foot.sizeHint().height()
        return margins.top() + heading + gap + gap + foot + margins.bottom()

    def _place(self) -> None:
        """In the middle of its window, and never beyond the screen."""
        parent = self.parentWidget()
        if parent is None:
            return
        frame, room = self.frameGeometry(), self.screen().availableGeometry()
        frame.moveCenter(parent.window().frameGeometry().center())
        frame.moveLeft(max(min(frame.left(), room.right() - frame.width()), room.left()))
        frame.moveTop(max(min(frame.top(), room.bottom() - frame.height()), room.top()))
        self.move(frame.topLeft())

    async def answer(self) -> bool:
        """Opens the dialog; whether it was accepted."""
        self._answer = asyncio.get_running_loop().create_future()
        self.open()
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.reject()
            raise

    def _finish(self, result: int) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(result == QDialog.DialogCode.Accepted)


class Question(Sheet):
    """A yes or no, with the consequences said."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        text: str,
        yes: str,
        parent: QWidget,
        *,
        no: str = "",
        danger: bool = False,
    ) -> None:
        """yes, no: what the buttons do, as verbs; no is "Cancel" by itself."""
        super().__init__(theme, title, parent, 420)
        self.declined = False
        "Whether `no` was pressed, rather than the dialog closed."
        self.body.addWidget(label(text, "body", wrap=True))
        self.no_button = button(theme, no or self.tr("Cancel"))
        self.no_button.clicked.connect(self._decline)
        self.yes_button = button(theme, yes, kind="danger" if danger else "primary")
        self.yes_button.clicked.connect(self.accept)
        self.foot.addWidget(self.no_button)
        self.foot.addWidget(self.yes_button)
        (self.no_button if danger else self.yes_button).setFocus()

    def _decline(self) -> None:
        self.declined = True
        self.reject()
