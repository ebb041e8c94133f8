from PySide6.QtWidgets import QApplication

from desktop.look.theme import Mode, Theme
from desktop.look.tokens import DARK


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
