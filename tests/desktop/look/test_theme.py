import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.look import icons
from desktop.look.icons import OUTLINES
from desktop.look.style_sheet import style_sheet
from desktop.look.theme import Mode, Theme
from desktop.look.tokens import DARK, LIGHT
from desktop.widgets.buttons import button


def test_a_choice_changes_colours_and_tells(theme: Theme) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(True))
    theme.choose(Mode.DARK)
    assert theme.tokens is DARK
    assert QApplication.palette().window().color().name() == DARK.window.lower()
    assert told == [True]


def test_the_same_choice_again_tells_nothing(theme: Theme) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(True))
    theme.choose(Mode.LIGHT)
    assert told == []


def test_icons_on_buttons_follow_the_theme(theme: Theme) -> None:
    made = button(theme, "Copy", "copy")
    before = made.icon().pixmap(18, 18).toImage()
    theme.choose(Mode.DARK)
    assert made.icon().pixmap(18, 18).toImage() != before
    theme.choose(Mode.LIGHT)


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_the_style_sheet_has_no_hole(theme: Theme, tokens: object) -> None:
    assert tokens in (LIGHT, DARK)
    sheet = style_sheet(LIGHT if tokens is LIGHT else DARK, theme._pictures)
    assert "$" not in sheet


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_every_icon_shows_something(theme: Theme, name: str) -> None:
    made = QPushButton()
    icons.put(made, name, theme.tokens)
    image = made.icon().pixmap(24, 24).toImage()
    assert any(
        image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())
    )
