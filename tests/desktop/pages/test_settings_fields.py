"""The fields of the page Settings, with mouse and keys."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form


async def test_a_list_is_written_one_a_line(form: Form) -> None:
    await form.show()
    field = form.find("Further host names")
    assert isinstance(field, QPlainTextEdit)
    field.setFocus()
    QTest.keyClicks(field, "pollux.lan")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "box.lan")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: form.changes)
    assert form.changes == [{"ALLOWED_HOSTS": '["pollux.lan", "box.lan"]'}]
    assert field.toPlainText() == "pollux.lan\nbox.lan"


async def test_both_marks_around_thoughts_are_asked_for(form: Form) -> None:
    await form.show()
    before = form.find("Marks around thoughts: before")
    before.setFocus()
    QTest.keyClicks(before, "<think>")
    form.find("Longest wait for a free credential").setFocus()
    assert "Both marks" in form.said("THOUGHT_WRAPPER_TAGS")
    form.type_in("Marks around thoughts: after", "</think>")
    await until(lambda: form.changes)
    assert form.changes == [{"THOUGHT_WRAPPER_TAGS": '["<think>", "</think>"]'}]
    assert "Both marks" not in form.said("THOUGHT_WRAPPER_TAGS")


async def test_rotation_is_chosen_with_the_keys(form: Form) -> None:
    await form.show()
    balanced = form.find("Which credential serves next: Balanced")
    balanced.setFocus()
    QTest.keyClick(balanced, Qt.Key.Key_Down)
    await until(lambda: form.changes == [{"ROTATION": "round-robin"}])
