from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.dialogs.secret_fields import SecretField, SecretText
from desktop.look.theme import Theme
from desktop.system.clipboard import SECRET_MARKS

SECRET = "open sesame"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def clipboard() -> Iterator[QClipboard]:
    found = QGuiApplication.clipboard()
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def one(theme: Theme) -> Iterator[SecretField]:
    made = SecretField(theme, "Passphrase")
    made.show()
    made.field.setText(SECRET)
    made.field.selectAll()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def several(theme: Theme) -> Iterator[SecretText]:
    made = SecretText(theme, "API keys")
    made.show()
    made.setPlainText(SECRET)
    made.selectAll()
    yield made
    made.close()
    made.deleteLater()


def is_marked(clipboard: QClipboard) -> bool:
    return set(clipboard.mimeData().formats()) >= set(SECRET_MARKS)


@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_X])
def test_nothing_leaves_a_hidden_field(
    one: SecretField, several: SecretText, clipboard: QClipboard, key: Qt.Key
) -> None:
    QTest.keyClick(one.field, key, CONTROL)
    QTest.keyClick(several, Qt.Key.Key_C, CONTROL)
    assert SECRET not in clipboard.text()


def test_what_is_copied_out_of_a_shown_field_is_marked(
    one: SecretField, clipboard: QClipboard
) -> None:
    one.eye.click()
    assert one.field.contextMenuPolicy() == Qt.ContextMenuPolicy.NoContextMenu
    QTest.keyClick(one.field, Qt.Key.Key_C, CONTROL)
    assert clipboard.text() == SECRET
    assert is_marked(clipboard)
    assert one.text == SECRET


def test_what_is_cut_out_of_a_shown_field_is_marked_and_gone(
    one: SecretField, clipboard: QClipboard
) -> None:
    one.eye.click()
    QTest.keyClick(one.field, Qt.Key.Key_X, CONTROL)
    assert clipboard.text() == SECRET
    assert is_marked(clipboard)
    assert one.text == ""


def test_a_click_leaves_a_shown_field_shown(one: SecretField) -> None:
    one.eye.click()
    QTest.mouseClick(one.field, Qt.MouseButton.LeftButton)
    assert one.field.echoMode() == QLineEdit.EchoMode.Normal
    one.eye.click()
    assert one.field.echoMode() == QLineEdit.EchoMode.Password


@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_X])
def test_what_is_copied_out_of_several_shown_lines_is_marked(
    several: SecretText, clipboard: QClipboard, key: Qt.Key
) -> None:
    several.reveal(shown=True)
    QTest.keyClick(several, key, CONTROL)
    assert clipboard.text() == SECRET
    assert is_marked(clipboard)
