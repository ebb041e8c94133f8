"""Whether the panel under the tray icon is dark; no system simply tells.

It need not follow the colours of windows: GNOME's top bar is black in its light theme too, and
Windows has a setting of its own for the taskbar.
"""

import os
import sys
from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication


class Panel(StrEnum):
    """What lies under the icon."""

    LIGHT = "light"
    DARK = "dark"
    TEMPLATE = "template"
    "The system colours the icon's shape itself: macOS."


_ALWAYS_DARK = frozenset({"GNOME", "Unity", "X-Cinnamon", "Cinnamon", "Budgie"})
"Names in XDG_CURRENT_DESKTOP whose panel is dark whatever the theme."

_PERSONALIZE = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"


def panel() -> Panel:
    """What lies under the icon now; ask again when the colour scheme changes."""
    if sys.platform == "darwin":
        return Panel.TEMPLATE
    if sys.platform == "win32":
        stored = QSettings(_PERSONALIZE, QSettings.Format.NativeFormat)
        return Panel.DARK if stored.value("SystemUsesLightTheme") == 0 else Panel.LIGHT
    return on_linux(QGuiApplication.styleHints().colorScheme(), os.environ)


def on_linux(scheme: Qt.ColorScheme, environ: Mapping[str, str]) -> Panel:
    """The panel of a Linux desktop with this colour scheme for its windows."""
    desktops = environ.get("XDG_CURRENT_DESKTOP", "").split(":")
    dark = scheme == Qt.ColorScheme.Dark or not _ALWAYS_DARK.isdisjoint(desktops)
    return Panel.DARK if dark else Panel.LIGHT
