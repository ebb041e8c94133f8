from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.look.theme import Theme
from desktop.widgets.fields import CodeBox, CopyField, DropArea
from tests.desktop.accessible import name_of, nameless

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


def test_a_secret_is_hidden_until_it_is_asked_for(theme: Theme) -> None:
    made = CopyField(theme, "Bearer token", secret=True)
    made.show_value("secret")
    assert made.field.echoMode() == QLineEdit.EchoMode.Password
    assert name_of(made.eye) == "Show: Bearer token"
    QTest.mouseClick(made.eye, LEFT)
    assert made.field.displayText() == "secret"
    assert name_of(made.eye) == "Hide: Bearer token"
    assert nameless(made) == []


@pytest.fixture
def shown_secret(theme: Theme) -> Iterator[CopyField]:
    """A secret that its owner looks at."""
    made = CopyField(theme, "Bearer token", secret=True)
    made.show_value("secret")
    made.resize(400, 60)
    made.show()
    made.eye.click()
    QApplication.clipboard().setText("before")
    yield made
    shiboken6.delete(made)


def test_a_shown_secret_leaves_only_through_its_signal(shown_secret: CopyField) -> None:
    told: list[str] = []
    shown_secret.copied.connect(told.append)
    field = shown_secret.field
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    field.copy()
    assert QApplication.clipboard().text() == "before"
    assert told == ["secret"]


def test_nothing_of_a_secret_can_be_selected_or_taken_from_a_menu(
    shown_secret: CopyField,
) -> None:
    field = shown_secret.field
    field.selectAll()
    assert field.selectedText() == ""
    QTest.mouseDClick(field, LEFT, pos=QPoint(20, field.height() // 2))
    assert field.selectedText() == ""
    assert field.contextMenuPolicy() == Qt.ContextMenuPolicy.NoContextMenu


def test_a_secret_is_hidden_again_when_the_page_is_left(shown_secret: CopyField) -> None:
    shown_secret.hide()
    shown_secret.show()
    assert shown_secret.field.echoMode() == QLineEdit.EchoMode.Password
    assert name_of(shown_secret.eye) == "Show: Bearer token"


def test_copying_tells_the_value(theme: Theme) -> None:
    made = CopyField(theme, "Base URL")
    told: list[str] = []
    made.copied.connect(told.append)
    made.show_value("")
    QTest.mouseClick(made.copy_button, LEFT)
    made.show_value("http://127.0.0.1:7860/v1")
    QTest.mouseClick(made.copy_button, LEFT)
    assert told == ["http://127.0.0.1:7860/v1"]


def test_code_is_as_high_as_its_lines_and_reads_from_left_to_right(theme: Theme) -> None:
    box = CodeBox("Code")
    box.show_code("a\nb\nc")
    three = box.sizeHint().height()
    box.show_code("a")
    assert box.sizeHint().height() < three
    box.show_code("a", lines=3)
    assert box.sizeHint().height() == three
    assert box.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_files_are_dropped_and_texts_are_not(theme: Theme, tmp_path: Path) -> None:
    area = DropArea(theme, "Drop files here", "Choose", lambda: None)
    told: list[list[Path]] = []
    area.dropped.connect(told.append)
    mime = QMimeData()
    mime.setText("text")
    enter = QDragEnterEvent(QPoint(1, 1), COPY, mime, LEFT, NONE)
    QApplication.sendEvent(area, enter)
    assert area.property("over") != "true"
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.json")), QUrl("https://example.com/b")])
    QApplication.sendEvent(area, QDragEnterEvent(QPoint(1, 1), COPY, mime, LEFT, NONE))
    assert area.property("over") == "true"
    QApplication.sendEvent(area, QDragLeaveEvent())
    assert area.property("over") == "false"
    QApplication.sendEvent(area, QDragEnterEvent(QPoint(1, 1), COPY, mime, LEFT, NONE))
    QApplication.sendEvent(area, QDropEvent(QPointF(1, 1), COPY, mime, LEFT, NONE))
    assert told == [[tmp_path / "a.json"]]


def test_those_who_do_not_drag_choose(theme: Theme) -> None:
    asked: list[bool] = []
    area = DropArea(theme, "Drop files here", "Choose", lambda: asked.append(True))
    QTest.mouseClick(area.choose_button, LEFT)
    assert asked == [True]
