"""Fields for secrets that are typed or pasted: hidden until they are asked for."""

from PySide6.QtCore import QCoreApplication, QMimeData, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from desktop.look import icons
from desktop.look.metrics import S
from desktop.look.theme import Theme
from desktop.system import clipboard
from desktop.widgets.buttons import icon_button, rename
from desktop.widgets.texts import mono_font

_HINTS = (
    Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
)


class _Invisible(QSyntaxHighlighter):
    """Takes the ink out of a text."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.on = True

    def highlightBlock(self, text: str) -> None:
        if self.on:
            form = QTextCharFormat()
            form.setForeground(QColor(0, 0, 0, 0))
            self.setFormat(0, len(text), form)


class SecretText(QPlainTextEdit):
    """Several lines of secrets. Dots stand for their characters, and nothing can be copied out,
    until `reveal`; what is copied then carries the secret mark."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ink = _Invisible(self.document())
        self.setAccessibleName(name)
        self.setFont(mono_font())  # so that a dot is as wide as what it hides
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setInputMethodHints(_HINTS)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.reveal(shown=False)

    @property
    def is_shown(self) -> bool:
        return not self._ink.on

    def reveal(self, *, shown: bool) -> None:
        self._ink.on = not shown
        self._ink.rehighlight()
        self.setStyleSheet("" if shown else "QPlainTextEdit { selection-color: transparent; }")
        self.viewport().update()

    def forget(self) -> None:
        """Lets go of the text, and of what undo would bring back."""
        self.clear()
        self.document().clearUndoRedoStacks()

    def createMimeDataFromSelection(self) -> QMimeData:
        """For copying and cutting, by key, menu, mouse (X11's selection) or dragging alike."""
        if not self.is_shown:
            return QMimeData()
        return clipboard.content_of(super().createMimeDataFromSelection().text(), secret=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.is_shown:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.text))
        step = self.fontMetrics().horizontalAdvance("0")
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        while block.isValid():
            line = self.blockBoundingGeometry(block).translated(offset)
            if line.top() > self.viewport().height():
                break
            left = line.left() + self.document().documentMargin()
            for at in range(min(len(block.text()), int(self.viewport().width() / step) + 1)):
                painter.drawEllipse(QRectF(left + at * step + 1, line.center().y() - 3, 6, 6))
            block = block.next()


class _SecretLine(QLineEdit):
    """Qt copies nothing out of it while it is hidden. While it is shown, only keys copy, with the
    secret mark: the system's menu and the mouse (X11's selection) would do it without."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(_HINTS)

    @property
    def is_shown(self) -> bool:
        return self.echoMode() == QLineEdit.EchoMode.Normal

    def reveal(self, *, shown: bool) -> None:
        menu = Qt.ContextMenuPolicy
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.setContextMenuPolicy(menu.NoContextMenu if shown else menu.DefaultContextMenu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        cuts = event.matches(keys.Cut)
        if not self.is_shown or not (cuts or event.matches(keys.Copy)):
            super().keyPressEvent(event)
        elif text := self.selectedText():
            clipboard.copy(text, secret=True)
            if cuts:
                self.insert("")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_shown = self.is_shown
        if was_shown:  # else Qt would make what was selected the selection of X11
            self.setEchoMode(QLineEdit.EchoMode.Password)
        super().mouseReleaseEvent(event)
        if was_shown:
            self.setEchoMode(QLineEdit.EchoMode.Normal)


class SecretField(QWidget):
    """One line, with an eye to show it."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        inner = QHBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        self.field = _SecretLine()
        self.field.setAccessibleName(name)
        inner.addWidget(self.field, 1)
        self.eye = eye_button(theme, name)
        self.eye.clicked.connect(self._turn)
        inner.addWidget(self.eye)
        self.setFocusProxy(self.field)

    def _turn(self) -> None:
        shown = not self.field.is_shown
        self.field.reveal(shown=shown)
        turn_eye(self.eye, self._theme, self._name, shown=shown)

    @property
    def text(self) -> str:
        return self.field.text()

    def forget(self) -> None:
        """Lets go of the text; setting it empties what undo would bring back."""
        self.field.setText("")


def eye_button(theme: Theme, name: str) -> QToolButton:
    """name: what it shows and hides."""
    made = icon_button(theme, "eye", "")
    turn_eye(made, theme, name, shown=False)
    return made


def turn_eye(eye: QToolButton, theme: Theme, name: str, *, shown: bool) -> None:
    """Makes the eye say what it does next."""
    icons.put(eye, "eye_off" if shown else "eye", theme.tokens, "muted")
    text = QCoreApplication.translate("SecretField", "Hide: {name}" if shown else "Show: {name}")
    rename(eye, text.format(name=name))
