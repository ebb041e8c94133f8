from dataclasses import replace

import pytest

from desktop.tray.menu import TrayMenu
from desktop.tray.view import TrayState, TrayView

pytestmark = pytest.mark.usefixtures("qapp")

VIEW = TrayView(TrayState.SERVING, "Serving with 3 credentials at http://127.0.0.1:7860.")


def texts(menu: TrayMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.isVisible()]


def test_the_menu_offers_what_is_wanted_most_often() -> None:
    menu = TrayMenu()
    menu.show_view(VIEW)
    assert texts(menu) == [
        VIEW.line,
        "",
        "Add &account…",
        "Add API &key…",
        "",
        "Copy base &URL",
        "Copy bearer &token",
        "",
        "&Pause",
        "&Open Pollux",
        "Start at &login",
        "",
        "&Quit",
    ]
    assert menu.defaultAction() is menu.open


def test_the_status_line_can_only_be_read() -> None:
    menu = TrayMenu()
    menu.show_view(replace(VIEW, line="Ada & Bob rest."))
    assert not menu.status.isEnabled()
    assert menu.status.text() == "Ada && Bob rest."


def test_the_menu_says_so_while_google_is_replaced_and_in_the_demo() -> None:
    menu = TrayMenu()
    menu.show_view(replace(VIEW, demo=True, notice="Google is replaced by http://127.0.0.1:9."))
    assert texts(menu)[1:3] == [
        "Demo: this Google is simulated",
        "Google is replaced by http://127.0.0.1:9.",
    ]


def test_pause_becomes_resume_and_waits_until_there_is_something_to_pause() -> None:
    menu = TrayMenu()
    menu.show_view(replace(VIEW, paused=True))
    assert menu.pause.text() == "&Resume"
    menu.show_view(replace(VIEW, can_pause=False))
    assert not menu.pause.isEnabled()


def test_start_at_login_is_ticked_while_it_is_on() -> None:
    menu = TrayMenu()
    menu.show_view(replace(VIEW, start_at_login=True))
    assert menu.start_at_login.isChecked()
    menu.show_view(VIEW)
    assert not menu.start_at_login.isChecked()
