from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from desktop.look.theme import Theme
from desktop.window.navigation import Entry, Navigation

ENTRIES = [
    Entry("overview", "Overview", "overview", "Ctrl+1"),
    Entry("accounts", "Accounts", "accounts", "Ctrl+2"),
]


def test_screen_readers_hear_a_list_with_the_pages_words(theme: Theme) -> None:
    navigation = Navigation(theme, ENTRIES)
    interface = QAccessible.queryAccessibleInterface(navigation)
    assert interface.role() == QAccessible.Role.List
    heard = [
        interface.child(at).text(QAccessible.Text.Name) for at in range(interface.childCount())
    ]
    assert heard == ["Overview", "Accounts"]


def test_tooltips_tell_the_keys(theme: Theme) -> None:
    assert Navigation(theme, ENTRIES).item(1).toolTip() == "Accounts (Ctrl+2)"


def test_choosing_by_program_and_by_key_tells_the_page(theme: Theme) -> None:
    navigation = Navigation(theme, ENTRIES)
    told: list[str] = []
    navigation.chosen.connect(told.append)
    navigation.choose("accounts")
    QTest.keyClick(navigation, Qt.Key.Key_Up)
    assert told == ["accounts", "overview"]


def test_it_paints_in_every_state(theme: Theme) -> None:
    navigation = Navigation(theme, ENTRIES)
    navigation.resize(200, 120)
    wide = navigation.grab().toImage()
    navigation.be_narrow(narrow=True)
    assert navigation.grab().toImage() != wide
    navigation.be_narrow(narrow=False)
    navigation.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert navigation.grab().toImage() != wide
