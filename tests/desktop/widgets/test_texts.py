import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.look.theme import Theme
from desktop.widgets.texts import ElidedLabel, label, mono_font, scaled_font

LONG = "a-very-long-address@subdomain.university.example.org"


def test_a_text_that_is_too_long_is_shortened_and_told_by_the_tooltip(theme: Theme) -> None:
    made = ElidedLabel(LONG)
    made.resize(80, 20)
    made.grab()
    assert made.toolTip() == LONG
    made.resize(900, 20)
    made.grab()
    assert made.toolTip() == ""


@pytest.mark.parametrize("role", ["page", "title", "strong", "figure", "body", "muted", "mono"])
def test_labels_show_plain_text_whatever_it_is(theme: Theme, role: str) -> None:
    made = label("<b>not bold</b>", role)
    assert made.textFormat() == Qt.TextFormat.PlainText
    assert made.property("role") == role


def test_labels_stand_where_one_begins_to_read(theme: Theme) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert label("x").alignment() & Qt.AlignmentFlag.AlignLeft
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert label("x").alignment() & Qt.AlignmentFlag.AlignRight
    finally:
        application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_sizes_are_multiples_of_the_applications_font(theme: Theme) -> None:
    body = QApplication.font().pointSizeF()
    assert scaled_font("page").pointSizeF() > scaled_font("title").pointSizeF() > body
    assert scaled_font("caption").pointSizeF() < body
    assert mono_font().pointSizeF() == body
