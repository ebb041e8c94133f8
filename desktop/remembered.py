"""What the window remembers of itself, in `window.ini` beside settings.toml: one name per thing.

Not here: the settings of the proxy, and where the window stood (`window.place`).
"""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

from desktop.look.theme import Mode

THEME: Final = "theme"
NOTIFICATIONS: Final = "notifications"
UPDATES: Final = "updates/wanted"
LOOKED_FOR_UPDATES: Final = "updates/looked"
"When newer versions were looked for, in epoch seconds."
NEWER: Final = "updates/newer"
"A newer version that was found, and the one that found it."
TRAY_HINT: Final = "hints/tray"
"Whether the owner was told where a closed window goes."


def remembered(settings_file: Path) -> QSettings:
    return QSettings(str(settings_file.with_name("window.ini")), QSettings.Format.IniFormat)


def mode_of(kept: QSettings) -> Mode:
    """The theme that the owner chose; the system's where nothing usable was remembered."""
    value = str(kept.value(THEME, Mode.SYSTEM.value))
    return Mode(value) if value in list(Mode) else Mode.SYSTEM


def wants_notifications(kept: QSettings) -> bool:
    """Unless the owner said otherwise."""
    return bool(kept.value(NOTIFICATIONS, defaultValue=True, type=bool))


def wants_updates(kept: QSettings) -> bool:
    """Unless the owner said otherwise."""
    return bool(kept.value(UPDATES, defaultValue=True, type=bool))


def looked_for_updates(kept: QSettings) -> float:
    """0: never."""
    value = kept.value(LOOKED_FOR_UPDATES, defaultValue=0.0, type=float)
    return value if isinstance(value, float) else 0.0


def newer_version(kept: QSettings, running: str) -> str:
    """The version that is known to be newer than the running one; empty: none is."""
    match kept.value(NEWER):
        case [str(version), str(finder)] if finder == running:
            return version
        case _:
            return ""
