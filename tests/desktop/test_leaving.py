import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.desk import Desk
from desktop.leaving import Leaving
from desktop.tray.tray import Tray
from desktop.widgets.sheet import Question
from desktop.window import MainWindow
from tests.desktop.conftest import until


class PretendTray(Tray):
    """A tray that is there or not, as the test says."""

    def __init__(self, *, there: bool) -> None:
        self.there = there
        super().__init__(is_there=lambda: False)

    @property
    def available(self) -> bool:
        return self.there


class Stage:
    """A window with its guard."""

    def __init__(self, desk: Desk, folder: Path, *, tray: bool) -> None:
        self.remembered = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = PretendTray(there=tray)
        self.window = MainWindow(desk, {"overview": QWidget}, self.remembered)
        self.quits = 0
        self.leaving = Leaving(desk, self.tray, self.remembered)
        self.leaving.guard(self.window, self._quit)
        self.window.show()

    def _quit(self) -> None:
        self.quits += 1

    async def question(self) -> Question:
        await until(lambda: isinstance(QApplication.activeModalWidget(), Question))
        found = QApplication.activeModalWidget()
        assert isinstance(found, Question)
        return found

    async def answer(self, *, yes: bool) -> None:
        question = await self.question()
        button = question.yes_button if yes else question.no_button
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await asyncio.sleep(0)

    def end(self) -> None:
        self.window.deleteLater()
        self.tray.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def test_the_first_close_says_where_pollux_goes_and_later_ones_just_go(
    desk: Desk, folder: Path
) -> None:
    stage = Stage(desk, folder, tray=True)
    stage.window.close()
    await stage.answer(yes=True)
    await until(lambda: not stage.window.isVisible())
    stage.window.show()
    stage.window.close()
    await until(lambda: not stage.window.isVisible())
    assert stage.quits == 0
    stage.end()


async def test_the_hint_lets_one_quit_instead(desk: Desk, folder: Path) -> None:
    stage = Stage(desk, folder, tray=True)
    stage.window.close()
    await stage.answer(yes=False)
    await until(lambda: stage.quits == 1)
    stage.end()


async def test_without_a_tray_the_window_is_never_put_away(desk: Desk, folder: Path) -> None:
    stage = Stage(desk, folder, tray=False)
    stage.window.close()
    await stage.answer(yes=True)
    await until(stage.window.isMinimized)
    assert stage.window.isVisible()
    stage.end()


async def test_without_a_tray_closing_can_quit(desk: Desk, folder: Path) -> None:
    stage = Stage(desk, folder, tray=False)
    stage.window.close()
    await stage.answer(yes=False)
    await until(lambda: stage.quits == 1)
    stage.end()


async def test_a_question_that_is_only_closed_changes_nothing(desk: Desk, folder: Path) -> None:
    stage = Stage(desk, folder, tray=False)
    stage.window.close()
    QTest.keyClick(await stage.question(), Qt.Key.Key_Escape)
    await until(lambda: QApplication.activeModalWidget() is None)
    assert stage.window.isVisible()
    assert stage.quits == 0
    stage.end()
