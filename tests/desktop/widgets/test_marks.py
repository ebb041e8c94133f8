import pytest
from PySide6.QtCore import Qt

from desktop.look.theme import Mode, Theme
from desktop.widgets.marks import Bar, Chip, IconLabel, chip_width


def test_chips_differ_by_their_sign_and_not_by_colour_alone(theme: Theme) -> None:
    check, clock = Chip(theme, "Same", "ok", "check"), Chip(theme, "Same", "ok", "clock")
    assert check.grab().toImage() != clock.grab().toImage()


def test_a_chip_is_as_wide_as_its_text_and_follows_the_theme(theme: Theme) -> None:
    chip = Chip(theme, "Ready", "ok", "check")
    assert chip.sizeHint().width() >= chip_width("Ready")
    light = chip.grab().toImage()
    theme.choose(Mode.DARK)
    assert chip.grab().toImage() != light
    theme.choose(Mode.LIGHT)


@pytest.mark.parametrize("share", [-1.0, 0.0, 0.01, 0.5, 1.0, 7.0])
def test_a_bar_says_its_value_in_words(theme: Theme, share: float) -> None:
    bar = Bar(theme, "Used today")
    bar.resize(100, 6)
    bar.show_share(share, "312 of 1,000")
    assert bar.accessibleName() == "Used today: 312 of 1,000"
    assert not bar.grab().isNull()


def test_a_bar_begins_where_one_reads(theme: Theme) -> None:
    bar = Bar(theme, "Used")
    bar.resize(100, 6)
    bar.show_share(0.3, "30 %")
    accent = theme.tokens.accent.lower()
    assert bar.grab().toImage().pixelColor(10, 3).name() == accent
    bar.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert bar.grab().toImage().pixelColor(90, 3).name() == accent


def test_a_sign_can_change(theme: Theme) -> None:
    sign = IconLabel(theme, "check", "ok")
    before = sign.grab().toImage()
    sign.show_icon("error", "bad")
    assert sign.grab().toImage() != before
