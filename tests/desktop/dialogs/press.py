"""Finds what is on the screen as a person would, by its text, and uses it with mouse and keys."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget

Widget = TypeVar("Widget", bound=QWidget)
Dialog = TypeVar("Dialog", bound=QDialog)


def press(within: QWidget, text: str) -> None:
    """Clicks the button with this text or name."""
    made = button(within, text)
    assert made.isEnabled(), f"{text} is disabled"
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)


def button(within: QWidget, text: str) -> QAbstractButton:
    found = [
        one
        for one in within.findChildren(QAbstractButton)
        if one.isVisibleTo(within) and text in (one.text(), one.accessibleName())
    ]
    assert len(found) == 1, f"{len(found)} buttons called {text}"
    return found[0]


def has_button(within: QWidget, text: str) -> bool:
    return any(
        one.text() == text and one.isVisibleTo(within)
        for one in within.findChildren(QAbstractButton)
    )


def field(within: QWidget, kind: type[Widget], name: str) -> Widget:
    """The field with this accessible name."""
    found = [
        one
        for one in within.findChildren(kind)
        if one.accessibleName() == name and one.isVisibleTo(within)
    ]
    assert len(found) == 1, f"{len(found)} fields called {name}"
    return found[0]


def write(into: QWidget, text: str) -> None:
    """Types."""
    into.setFocus()
    QTest.keyClicks(into, text)


def texts(within: QWidget) -> str:
    """All that can be read."""
    return "\n".join(
        one.text() for one in within.findChildren(QLabel) if one.isVisibleTo(within) and one.text()
    )


def opened(kind: type[Dialog]) -> Dialog | None:
    """The dialog of this kind that is open."""
    found = [
        one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()
    ]
    return found[-1] if found else None
