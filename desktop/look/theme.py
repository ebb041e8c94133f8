"""The theme in force: palette and style sheet from the tokens, following the system live.

Where the system does not tell (bare X11), light is taken. Not here: the colours (`tokens`).
"""

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory

from desktop.look import icons
from desktop.look.metrics import BASE_PT, SANS
from desktop.look.style_sheet import style_sheet
from desktop.look.tokens import DARK, LIGHT, Tokens


class Mode(StrEnum):
    """What the owner chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours every widget of an application; `changed` comes after everything is repainted."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = Mode.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._mode = mode
        self._pictures = TemporaryDirectory(prefix="pollux-look-", ignore_cleanup_errors=True)
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(_font(app))
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        self.tokens = LIGHT
        self._apply()

    @property
    def mode(self) -> Mode:
        return self._mode

    def choose(self, mode: Mode) -> None:
        """Takes the owner's choice."""
        self._mode = mode
        self._follow()

    def _follow(self) -> None:
        if self._wanted() is not self.tokens:
            self._apply()

    def _wanted(self) -> Tokens:
        if self._mode is Mode.SYSTEM:
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._mode is Mode.DARK else LIGHT

    def _apply(self) -> None:
        self.tokens = self._wanted()
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens, self._draw_signs()))
        for widget in self._app.allWidgets():
            if isinstance(widget, QAbstractButton):
                icons.refresh(widget, self.tokens)
        self.changed.emit()

    def _draw_signs(self) -> Path:
        """Pictures that only a style sheet can place, in a folder that goes with the process."""
        folder = Path(self._pictures.name)
        tokens = self.tokens
        signs = {"check": tokens.on_accent, "chevron_down": tokens.muted, "minus": tokens.on_accent}
        for name, colour in signs.items():
            for ratio, suffix in ((1.0, ""), (2.0, "@2x")):
                pixmap = icons.picture(name, colour, QSize(14, 14), ratio)
                pixmap.save(str(folder / f"{name}-{tokens.scheme}{suffix}.png"))
        return folder


def _font(app: QApplication) -> QFont:
    font = QFont(app.font())
    size = font.pointSizeF()
    font.setFamilies([*SANS, font.family()])
    font.setPointSizeF(max(size, BASE_PT))
    return font


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.sunken,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.bad.strong,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent_text,
        role.LinkVisited: tokens.accent_text,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.surface,
        role.PlaceholderText: tokens.faint,
        role.Accent: tokens.accent,
        role.Light: tokens.surface,
        role.Midlight: tokens.sunken,
        role.Mid: tokens.line,
        role.Dark: tokens.edge,
        role.Shadow: tokens.edge,
    }
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.faint))
    return palette
