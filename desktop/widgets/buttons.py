"""Buttons: with a text, with an icon alone, and switches."""

from typing import Any, Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QWidget,
)

from desktop.look import icons
from desktop.look.metrics import XS
from desktop.look.theme import Theme


class _Pressed:
    """Enter presses a button that has the focus, as Space does."""

    def keyPressEvent(self: Any, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)  # type: ignore[misc]  # of the button mixed in with


class Button(_Pressed, QPushButton):
    """A button with a text."""


class IconButton(_Pressed, QToolButton):
    """A button with an icon alone."""


def button(
    theme: Theme,
    text: str,
    icon: str = "",
    kind: Literal["plain", "primary", "danger", "quiet"] = "plain",
) -> QPushButton:
    """A button with a text; icon: of `icons.OUTLINES`."""
    made = Button(text)
    made.setProperty("kind", kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    if icon:
        colours = {"primary": "on_accent", "danger": "bad", "quiet": "accent_text"}
        icons.put(made, icon, theme.tokens, colours.get(kind, "text"))
        made.setIconSize(QSize(16, 16))
    return made


def icon_button(theme: Theme, icon: str, name: str) -> QToolButton:
    """A button with an icon alone. name: what it does, for tooltip and screen readers."""
    made = IconButton()
    made.setProperty("kind", "icon")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setIconSize(QSize(18, 18))
    icons.put(made, icon, theme.tokens, "muted")
    rename(made, name)
    return made


def rename(made: QAbstractButton, name: str) -> None:
    """What a button without a text does from now on."""
    made.setToolTip(name)
    made.setAccessibleName(name)


class Switch(QCheckBox):
    """On or off, at once. Its text stands beside it."""

    _SIZE = QSize(36, 20)

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        gap = 10 if self.text() else 0
        return QSize(self._SIZE.width() + gap + text.width() + 8, max(text.height(), 20) + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        width, height = self._SIZE.width(), self._SIZE.height()
        left = self.width() - width - 4 if rtl else 4
        track = QRectF(left, (self.height() - height) / 2, width, height)
        on = self.isChecked()
        ground = tokens.accent if on else tokens.off.soft
        painter.setOpacity(1.0 if self.isEnabled() else 0.55)
        painter.setPen(QColor(tokens.accent if on else tokens.edge))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track, height / 2, height / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.on_accent if on else tokens.edge))
        knob = track.right() - height + 3 if on != rtl else track.left() + 3
        painter.drawEllipse(QRectF(knob, track.top() + 3, height - 6, height - 6))
        painter.setOpacity(1.0)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-3, -3, 3, 3), height / 2 + 3, height / 2 + 3)
        if self.text():
            painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.faint))
            room = (
                self.rect().adjusted(0, 0, -(width + 14), 0)
                if rtl
                else self.rect().adjusted(width + 14, 0, 0, 0)
            )
            side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
            flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
            painter.drawText(room, int(flags), self.text())


class Segmented(QWidget):
    """One of a few choices, side by side."""

    chosen = Signal(str)

    def __init__(
        self, choices: list[tuple[str, str]], name: str, parent: QWidget | None = None
    ) -> None:
        """choices: key and text of each; name: what is chosen, for screen readers."""
        super().__init__(parent)
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(XS)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for key, text in choices:
            made = QToolButton()
            made.setText(text)
            made.setCheckable(True)
            made.setProperty("kind", "segment")
            made.setCursor(Qt.CursorShape.PointingHandCursor)
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            made.setAccessibleName(f"{name}: {text}")
            made.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(made)
            self._buttons[key] = made
            row.addWidget(made)
        self.choose(choices[0][0])

    def choose(self, key: str) -> None:
        self._buttons[key].setChecked(True)

    @property
    def choice(self) -> str:
        return next(key for key, made in self._buttons.items() if made.isChecked())
