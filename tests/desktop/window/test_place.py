from pathlib import Path

from PySide6.QtCore import QRect, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.look.theme import Theme
from desktop.window import place

SCREENS = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 1024)]


def test_a_window_on_a_screen_can_be_seen() -> None:
    assert place.can_be_seen(QRect(2000, 100, 900, 600), SCREENS)


def test_a_window_on_a_screen_that_is_gone_cannot_be_seen() -> None:
    assert not place.can_be_seen(QRect(4000, 100, 900, 600), SCREENS)


def test_a_window_whose_head_is_above_the_screen_cannot_be_seen() -> None:
    assert not place.can_be_seen(QRect(100, -400, 900, 600), SCREENS)


def test_a_corner_alone_is_not_enough() -> None:
    assert not place.can_be_seen(QRect(-880, 100, 900, 600), SCREENS)


def test_nonsense_in_the_memory_gives_the_usual_place(theme: Theme, tmp_path: Path) -> None:
    memory = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    memory.setValue(place.KEY, "nonsense")
    window = QWidget()
    place.restore(window, memory)
    room = QGuiApplication.primaryScreen().availableGeometry()
    assert room.contains(window.geometry())
    assert window.size() == place.USUAL.boundedTo(room.size() - place.FRAME)
