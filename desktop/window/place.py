"""Where the window was, and how large: remembered, and never outside of what can be seen."""

from typing import Final

from PySide6.QtCore import QByteArray, QRect, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

KEY: Final = "window/geometry"
USUAL: Final = QSize(1180, 800)
FRAME: Final = QSize(16, 48)
"Room for the frame and the title that the desktop puts around."
SEEN: Final = QSize(160, 40)
"So much of the window's head has to be on a screen."


def remember(window: QWidget, memory: QSettings) -> None:
    """Keeps place and size."""
    memory.setValue(KEY, window.saveGeometry())


def restore(window: QWidget, memory: QSettings) -> None:
    """Puts the window where it was, or in the middle of the first screen."""
    kept = memory.value(KEY)
    if isinstance(kept, QByteArray) and window.restoreGeometry(kept):
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if can_be_seen(window.geometry(), screens):
            return
    screen = QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    place = QRect(room.topLeft(), USUAL.boundedTo(room.size() - FRAME))
    place.moveCenter(room.center())
    window.setGeometry(place)


def can_be_seen(window: QRect, screens: list[QRect]) -> bool:
    """Whether enough of the window's head is on a screen to take hold of it."""
    head = QRect(window.topLeft(), QSize(window.width(), SEEN.height()))
    parts = [head.intersected(screen) for screen in screens]
    return any(
        part.width() >= SEEN.width() and part.height() >= SEEN.height() // 2 for part in parts
    )
