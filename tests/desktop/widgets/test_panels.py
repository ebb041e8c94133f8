from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from desktop.look.theme import Theme
from desktop.widgets.buttons import button
from desktop.widgets.panels import Banner, EmptyState, Page, Toast, clear, column, row
from tests.desktop.cut import cut_texts

LEFT = Qt.MouseButton.LeftButton


def test_a_banner_tells_and_can_be_dismissed(theme: Theme) -> None:
    banner = Banner(theme)
    assert banner.isHidden()
    banner.tell("warn", "The vault waits.", "Unlock the keyring.")
    assert banner.sentence == "The vault waits."
    assert banner.accessibleName() == "The vault waits. Unlock the keyring."
    QTest.mouseClick(banner.close_button, LEFT)
    assert banner.isHidden()


def test_what_must_stay_cannot_be_dismissed(theme: Theme) -> None:
    banner = Banner(theme)
    banner.tell("bad", "The port is taken.", closable=False)
    assert banner.close_button.isHidden()


def test_a_new_telling_replaces_the_buttons(theme: Theme) -> None:
    banner = Banner(theme)
    banner.tell("bad", "One.", buttons=[button(theme, "First")])
    banner.tell("bad", "Two.", buttons=[button(theme, "Second")])
    QApplication.processEvents()
    shown = [made.text() for made in banner.findChildren(QPushButton) if not made.isHidden()]
    assert shown == ["Second"]


def test_keys_reach_the_buttons_in_the_order_of_reading(theme: Theme) -> None:
    window = QWidget()
    inner = column()
    window.setLayout(inner)
    banner, below = Banner(theme), button(theme, "Below")
    inner.addWidget(banner)
    inner.addWidget(below)
    for texts in (["First"], ["Second", "Third"]):  # told twice: the first one's have gone
        banner.tell("bad", "It is so.", buttons=[button(theme, text) for text in texts])
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.show()
    banner.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # to begin with
    banner.setFocus()
    reached = []
    for _ in range(4):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        reached.append(window.focusWidget())
    names = [
        one.text() or one.accessibleName() for one in reached if isinstance(one, QAbstractButton)
    ]
    assert names == ["Second", "Third", "Dismiss", "Below"]


def test_buttons_go_below_where_there_is_no_room_beside(theme: Theme) -> None:
    banner = Banner(theme)
    words = ["Use another port", "Open the settings file", "Start without the file"]
    made = [button(theme, word) for word in words]
    banner.tell("bad", "A setting cannot be used.", "Mend it, then try again.", made)
    banner.show()
    banner.resize(560, 200)
    QApplication.processEvents()
    assert cut_texts(banner) == []
    assert made[0].y() > 20
    banner.resize(1400, 200)
    QApplication.processEvents()
    assert made[0].x() > 700


def test_an_empty_state_says_what_to_do(theme: Theme) -> None:
    act = button(theme, "Add")
    empty = EmptyState(theme, "accounts", "Nothing yet", "Add something.", [act])
    assert [made.text() for made in empty.findChildren(QLabel)] == ["Nothing yet", "Add something."]
    assert act.parentWidget() is empty


def test_a_page_keeps_its_content_in_place_when_the_scroll_bar_comes(theme: Theme) -> None:
    page = Page("Overview", "All at a glance")
    inside = QLabel("inside")
    page.body.addWidget(inside)
    page.resize(600, 400)
    page.show()
    QApplication.processEvents()
    before = (inside.mapTo(page, inside.rect().topLeft()).x(), inside.width())
    page.body.addSpacing(2_000)
    for _ in range(3):  # each layout asks for the next
        QApplication.processEvents()
    assert page.scroller.verticalScrollBar().maximum() > 0
    assert (inside.mapTo(page, inside.rect().topLeft()).x(), inside.width()) == before
    page.close()


def test_a_toast_stands_inside_of_its_window(theme: Theme) -> None:
    window = QWidget()
    window.resize(400, 300)
    window.show()
    toast = Toast(window)
    toast.tell("Copied")
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    toast._timer.timeout.emit()
    assert toast.isHidden()
    window.close()


def test_a_long_toast_breaks_into_lines(theme: Theme) -> None:
    window = QWidget()
    window.resize(400, 300)
    window.show()
    toast = Toast(window)
    toast.tell("This sentence is much longer than the window is wide, and is read whole. " * 2)
    assert window.rect().contains(toast.geometry())
    assert cut_texts(toast) == []
    window.close()


def test_clearing_takes_everything_out(theme: Theme) -> None:
    outer = QWidget()
    below = column()
    outer.setLayout(below)
    across = row()
    across.addWidget(QLabel("a"))
    below.addLayout(across)
    below.addWidget(QLabel("b"))
    clear(below)
    assert below.count() == 0
