import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from desktop.look.theme import Theme
from desktop.widgets.buttons import Segmented, Switch, button, icon_button, rename
from tests.desktop.accessible import name_of

LEFT = Qt.MouseButton.LeftButton


def test_an_icon_alone_has_a_name_and_a_tooltip(theme: Theme) -> None:
    made = icon_button(theme, "eye", "Show")
    assert (name_of(made), made.toolTip()) == ("Show", "Show")
    rename(made, "Hide")
    assert (name_of(made), made.toolTip()) == ("Hide", "Hide")


@pytest.mark.parametrize("kind", ["plain", "primary", "danger", "quiet"])
def test_a_button_says_its_text(theme: Theme, kind: str) -> None:
    made = button(theme, "Copy", "copy", kind)  # type: ignore[arg-type]  # one of the kinds
    assert name_of(made) == "Copy"
    assert not made.icon().isNull()


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_a_switch_turns_by_click_and_by_key(theme: Theme, direction: Qt.LayoutDirection) -> None:
    switch = Switch(theme, "Start at login")
    switch.setLayoutDirection(direction)
    off = switch.grab().toImage()
    QTest.mouseClick(switch, LEFT)
    assert switch.isChecked()
    assert switch.grab().toImage() != off
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()
    assert name_of(switch) == "Start at login"


def test_one_of_the_segments_is_always_chosen(theme: Theme) -> None:
    segmented = Segmented([("hour", "Hour"), ("day", "Day")], "Time")
    told: list[str] = []
    segmented.chosen.connect(told.append)
    assert segmented.choice == "hour"
    hour, day = segmented.findChildren(QToolButton)
    QTest.mouseClick(day, LEFT)
    QTest.mouseClick(day, LEFT)
    assert segmented.choice == "day"
    segmented.choose("hour")
    assert hour.isChecked()
    assert name_of(hour) == "Time: Hour"
    assert set(told) == {"day"}
