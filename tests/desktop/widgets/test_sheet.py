import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.look.theme import Theme
from desktop.widgets.sheet import Question
from desktop.widgets.texts import label
from tests.desktop.conftest import until

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
async def question(theme: Theme) -> Question:
    parent = QWidget()
    made = Question(theme, "Remove it?", "It is gone then.", "Remove", parent, danger=True)
    made._kept_parent = parent  # type: ignore[attr-defined]  # else Python lets it go
    return made


async def test_yes_accepts(question: Question) -> None:
    answer = asyncio.ensure_future(question.answer())
    await asyncio.sleep(0)
    QTest.mouseClick(question.yes_button, LEFT)
    assert await answer is True


@pytest.mark.parametrize("by", ["button", "escape"])
async def test_no_and_escape_do_not(question: Question, by: str) -> None:
    answer = asyncio.ensure_future(question.answer())
    await asyncio.sleep(0)
    if by == "button":
        QTest.mouseClick(question.no_button, LEFT)
    else:
        QTest.keyClick(question, Qt.Key.Key_Escape)
    assert await answer is False


async def test_a_cancelled_question_closes(question: Question) -> None:
    answer = asyncio.ensure_future(question.answer())
    await asyncio.sleep(0)
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer


async def test_it_grows_with_what_comes_into_it(question: Question) -> None:
    answer = asyncio.ensure_future(question.answer())
    bar = question._scroller.verticalScrollBar()
    await until(lambda: question.isVisible() and bar.maximum() == 0)
    before = question.height()
    question.body.addWidget(label("More is to be said. " * 30, wrap=True))
    await until(lambda: question.height() > before + 60 and bar.maximum() == 0)
    question.reject()
    assert await answer is False
