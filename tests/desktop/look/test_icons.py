import pytest
from PySide6.QtWidgets import QPushButton

from desktop.look import icons
from desktop.look.icons import OUTLINES
from desktop.look.theme import Mode, Theme
from desktop.widgets.buttons import button


def test_icons_on_buttons_follow_the_theme(theme: Theme) -> None:
    made = button(theme, "Copy", "copy")
    before = made.icon().pixmap(18, 18).toImage()
    theme.choose(Mode.DARK)
    assert made.icon().pixmap(18, 18).toImage() != before
    theme.choose(Mode.LIGHT)


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_every_icon_shows_something(theme: Theme, name: str) -> None:
    made = QPushButton()
    icons.put(made, name, theme.tokens)
    image = made.icon().pixmap(24, 24).toImage()
    assert any(
        image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())
    )
