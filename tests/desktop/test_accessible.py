from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QSpinBox, QToolButton, QWidget

from desktop.look.theme import Theme
from tests.desktop.accessible import nameless, unexplained


def test_what_has_no_name_is_told_with_the_way_to_it(theme: Theme) -> None:
    window = QWidget()
    group = QWidget(window)
    QLineEdit(group)
    QPushButton("Copy", window)
    assert nameless(window) == ["QLineEdit < QWidget"]


def test_parts_that_qt_makes_need_no_name(theme: Theme) -> None:
    window = QWidget()
    for made in (QComboBox(window), QSpinBox(window)):
        made.setAccessibleName("named")
    assert nameless(window) == []


def test_an_icon_without_a_tooltip_is_told(theme: Theme) -> None:
    window = QWidget()
    QToolButton(window)
    assert unexplained(window) == ["QToolButton"]
