"""What a person does and sees on the page Try it."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from desktop.pages.try_it import TryItPage
from desktop.pages.try_it_talk import Answered
from tests.desktop.conftest import until


def button(within: QWidget, text: str) -> QAbstractButton:
    found = [
        each
        for each in within.findChildren(QAbstractButton)
        if text in (each.text(), each.accessibleName()) and each.isVisibleTo(within)
    ]
    assert found, f"no button is called {text!r}"
    return found[-1]


def click(within: QWidget, text: str) -> None:
    QTest.mouseClick(button(within, text), Qt.MouseButton.LeftButton)


def write(page: TryItPage, text: str) -> None:
    QTest.keyClicks(page.composer.field, text)


def send(page: TryItPage, text: str) -> None:
    write(page, text)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)


def answers(page: TryItPage) -> list[Answered]:
    return page.findChildren(Answered)


def said(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget)]


async def idle(page: TryItPage) -> None:
    await until(lambda: page.composer.send_button.isVisibleTo(page))
