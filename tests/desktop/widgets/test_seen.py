from PySide6.QtWidgets import QWidget

from desktop.look.theme import Theme
from desktop.widgets.seen import is_seen


def test_a_widget_in_a_minimised_window_is_not_seen(theme: Theme) -> None:
    window = QWidget()
    inside = QWidget(window)
    assert not is_seen(inside)
    window.show()
    assert is_seen(inside)
    window.showMinimized()
    assert not is_seen(inside)
    window.showNormal()
    assert is_seen(inside)
    inside.hide()
    assert not is_seen(inside)
