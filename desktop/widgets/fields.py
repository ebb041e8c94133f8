"""Fields: an address or token with a copy button, a box of code, a place to drop files."""

from collections.abc import Callable
from math import ceil
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.look import icons
from desktop.look.metrics import XS, L, S
from desktop.look.theme import Theme
from desktop.widgets.buttons import button, icon_button, rename
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import row
from desktop.widgets.texts import label, mono_font


class _ShownSecret(QLineEdit):
    """A secret to look at. Nothing of it can be selected: a copy by the system's menu, by the
    mouse (X11's selection) or by dragging would come onto the clipboard without the secret mark.
    """

    copy_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.selectionChanged.connect(self.deselect)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        else:
            super().keyPressEvent(event)


class CopyField(QWidget):
    """A value that is copied rather than typed; a secret is hidden until it is asked for."""

    copied = Signal(str)
    "The value; whoever listens puts it on the clipboard."

    def __init__(
        self, theme: Theme, name: str, *, secret: bool = False, parent: QWidget | None = None
    ) -> None:
        """name: what the value is, shown above it."""
        super().__init__(parent)
        self._theme, self._name = theme, name
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(XS)
        caption = label(name, "muted")
        inner.addWidget(caption)
        line = row(S)
        self.field = _ShownSecret() if secret else QLineEdit()
        self.field.setReadOnly(True)
        self.field.setFont(mono_font())
        self.field.setAccessibleName(name)
        caption.setBuddy(self.field)
        line.addWidget(self.field, 1)
        if isinstance(self.field, _ShownSecret):
            self.field.copy_wanted.connect(self._tell_copy)
            self.eye = icon_button(theme, "eye", "")
            self.eye.clicked.connect(self._turn)
            self._name_eye()
            line.addWidget(self.eye)
        self.copy_button = button(theme, self.tr("Copy"), "copy")
        self.copy_button.setAccessibleName(self.tr("Copy: {name}").format(name=name))
        self.copy_button.clicked.connect(self._tell_copy)
        line.addWidget(self.copy_button)
        inner.addLayout(line)

    def show_value(self, value: str) -> None:
        if value != self.field.text():
            self.field.setText(value)
            self.field.setCursorPosition(0)
        self.copy_button.setEnabled(bool(value))

    @property
    def value(self) -> str:
        return self.field.text()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if isinstance(self.field, _ShownSecret) and not self._is_hidden:
            self._turn()

    def _tell_copy(self) -> None:
        if self.value:
            self.copied.emit(self.value)

    @property
    def _is_hidden(self) -> bool:
        return self.field.echoMode() == QLineEdit.EchoMode.Password

    def _turn(self) -> None:
        hidden, echo = self._is_hidden, QLineEdit.EchoMode
        self.field.setEchoMode(echo.Normal if hidden else echo.Password)
        icons.put(self.eye, "eye_off" if hidden else "eye", self._theme.tokens, "muted")
        self._name_eye()

    def _name_eye(self) -> None:
        hidden = self._is_hidden
        text = self.tr("Show: {name}") if hidden else self.tr("Hide: {name}")
        rename(self.eye, text.format(name=self._name))


class SearchField(QLineEdit):
    """A line to search by, with a button that clears it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        for clear in self.findChildren(QAbstractButton):
            rename(clear, self.tr("Clear the search"))


class CodeBox(QPlainTextEdit):
    """Code to read and copy."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "code")
        self.setReadOnly(True)
        self.setFont(mono_font())
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        # Code is read from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._height = super().sizeHint().height()

    def sizeHint(self) -> QSize:
        """A fixed height would not do: the style sheet's least height overrules it."""
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height)

    def show_code(self, code: str, *, lines: int | None = None) -> None:
        """lines: height in lines; None: as many as there are."""
        self.setPlainText(code)
        count = code.count("\n") + 1 if lines is None else lines
        metrics = QFontMetricsF(self.font())
        line = ceil(metrics.ascent()) + ceil(metrics.descent())  # as a line of text is laid out
        self._height = line * count + 2 * L
        self.updateGeometry()


def dropped_files(mime: QMimeData) -> list[Path]:
    """The local files that are being dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class DropArea(QFrame):
    """A place to drop files, with a button for those who do not drag."""

    dropped = Signal(list)
    "list[Path]"

    def __init__(
        self, theme: Theme, text: str, button_text: str, choose: Callable[[], None]
    ) -> None:
        """choose: opens a dialog to choose the file."""
        super().__init__()
        self.setProperty("kind", "drop")
        self.setAcceptDrops(True)
        self.setAccessibleName(text)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(L, L, L, L)
        inner.setSpacing(S)
        centre = Qt.AlignmentFlag.AlignHCenter
        inner.addWidget(IconLabel(theme, "import", "muted", 28), 0, centre)
        said = label(text, "muted", wrap=True)
        said.setAlignment(centre)
        inner.addWidget(said)
        self.choose_button = button(theme, button_text, "folder")
        self.choose_button.clicked.connect(choose)
        inner.addWidget(self.choose_button, 0, centre)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self._light(over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(over=False)
        event.acceptProposedAction()
        self.dropped.emit(dropped_files(event.mimeData()))

    def _light(self, *, over: bool) -> None:
        self.setProperty("over", "true" if over else "false")
        self.style().unpolish(self)
        self.style().polish(self)
