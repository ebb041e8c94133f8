from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.look.theme import Theme
from tests.desktop.cut import cut_texts

TEXT = "A sentence of some length"


def test_what_fits_is_not_named(theme: Theme) -> None:
    window = QWidget()
    inner = QVBoxLayout(window)
    inner.addWidget(QLabel(TEXT))
    inner.addWidget(QPushButton(TEXT))
    window.show()
    assert cut_texts(window) == []
    window.close()


def test_labels_and_buttons_that_are_squeezed_are_named(theme: Theme) -> None:
    window = QWidget()
    inner = QHBoxLayout(window)
    label, made = QLabel(TEXT), QPushButton(TEXT)
    label.setFixedWidth(30)
    made.setFixedWidth(30)
    inner.addWidget(label)
    inner.addWidget(made)
    window.show()
    assert len(cut_texts(window)) == 2
    window.close()


def test_a_wrapped_label_without_room_for_its_lines_is_named(theme: Theme) -> None:
    window = QWidget()
    label = QLabel(TEXT, window)
    label.setWordWrap(True)
    label.setGeometry(0, 0, 60, 16)
    window.show()
    assert len(cut_texts(window)) == 1
    label.setGeometry(0, 0, 90, 90)
    assert cut_texts(window) == []
    window.close()
