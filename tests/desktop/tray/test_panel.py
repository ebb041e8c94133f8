import pytest
from PySide6.QtCore import Qt

from desktop.tray.panel import Panel, on_linux, panel


@pytest.mark.parametrize(
    ("scheme", "desktop", "expected"),
    [
        (Qt.ColorScheme.Light, "KDE", Panel.LIGHT),
        (Qt.ColorScheme.Dark, "KDE", Panel.DARK),
        (Qt.ColorScheme.Unknown, "", Panel.LIGHT),
        (Qt.ColorScheme.Light, "ubuntu:GNOME", Panel.DARK),
        (Qt.ColorScheme.Light, "X-Cinnamon", Panel.DARK),
    ],
)
def test_a_panel_is_dark_where_the_theme_is_or_the_desktop_always_has_a_dark_one(
    scheme: Qt.ColorScheme, desktop: str, expected: Panel
) -> None:
    assert on_linux(scheme, {"XDG_CURRENT_DESKTOP": desktop}) is expected


@pytest.mark.usefixtures("qapp")
def test_every_system_has_some_panel() -> None:
    assert panel() in Panel
