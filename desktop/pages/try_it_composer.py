"""Where one writes what to ask: Enter sends, Shift+Enter makes a new line."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QVBoxLayout

from desktop.look.metrics import M, S
from desktop.look.theme import Theme
from desktop.widgets.buttons import button
from desktop.widgets.panels import row
from desktop.widgets.texts import label

_MOST_LINES = 7


class _Field(QPlainTextEdit):
    """Grows with its text, up to _MOST_LINES lines."""

    entered = Signal()
    focused = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def _fit(self) -> None:
        lines = min(max(round(self.document().size().height()), 1), _MOST_LINES)
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if lines == _MOST_LINES else policy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + S)


class Composer(QFrame):
    """The field with its buttons."""

    sent = Signal(str)
    stopped = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "composer")
        self._usable, self._busy = True, False
        inner = QVBoxLayout(self)
        inner.setContentsMargins(M, S, S, S)
        inner.setSpacing(S)
        self.field = _Field()
        self.field.setPlaceholderText(self.tr("Ask something"))
        self.field.setAccessibleName(self.tr("Your message"))
        self.field.entered.connect(self._send)
        self.field.focused.connect(self._light)
        self.field.textChanged.connect(self._enable)
        inner.addWidget(self.field)
        foot = row(S)
        hint = label(self.tr("Enter sends, Shift+Enter makes a new line."), "caption", wrap=True)
        foot.addWidget(hint, 1)
        self.stop_button = button(theme, self.tr("Stop"), "stop")
        self.stop_button.clicked.connect(self.stopped)
        self.send_button = button(theme, self.tr("Send"), kind="primary")
        self.send_button.clicked.connect(self._send)
        foot.addWidget(self.stop_button)
        foot.addWidget(self.send_button)
        inner.addLayout(foot)
        self.allow(usable=True, busy=False)

    def allow(self, *, usable: bool, busy: bool) -> None:
        """usable: whether anything can be sent at all; busy: an answer is coming."""
        had_focus = self.stop_button.hasFocus() or self.send_button.hasFocus()
        self._usable, self._busy = usable, busy
        self.stop_button.setVisible(busy)
        self.send_button.setVisible(not busy)
        self._enable()
        if had_focus:
            self.field.setFocus()

    def _enable(self) -> None:
        written = bool(self.field.toPlainText().strip())
        self.send_button.setEnabled(self._usable and not self._busy and written)

    def _send(self) -> None:
        if self.send_button.isEnabled():
            text = self.field.toPlainText().strip()
            self.field.clear()
            self.sent.emit(text)

    def _light(self, on: bool) -> None:
        self.setProperty("over", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)
