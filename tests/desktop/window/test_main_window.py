from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.desk import Desk
from desktop.look.theme import Mode
from desktop.troubles import Trouble, TroubleKind
from desktop.window import MainWindow
from desktop.window.main_window import SMALLEST
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.pseudo import PseudoTranslator
from tests.fakes.commands import credential
from tests.fakes.window import FakeEngine

KEYS = ("overview", "accounts", "activity", "connect", "try_it", "settings")


@pytest.fixture
def memory(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def make(desk: Desk, memory: QSettings) -> MainWindow:
    return MainWindow(desk, {key: partial(QLabel, key) for key in KEYS}, memory)


@pytest.fixture
async def window(desk: Desk, memory: QSettings) -> MainWindow:
    made = make(desk, memory)
    made.show()
    return made


def drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none.NoModifier)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, mime, left, none.NoModifier))


async def test_a_click_in_the_sidebar_opens_the_page(window: MainWindow) -> None:
    assert window.page == "overview"
    navigation = window.sidebar.navigation
    place = navigation.visualItemRect(navigation.item(3)).center()
    QTest.mouseClick(navigation.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.page == "connect"


async def test_keys_open_each_page(window: MainWindow) -> None:
    window.activateWindow()
    for at, key in enumerate(KEYS, 1):
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + at), Qt.KeyboardModifier.ControlModifier)
        assert window.page == key
        assert window.sidebar.navigation.choice == key


async def test_arrow_keys_in_the_sidebar_change_the_page(window: MainWindow) -> None:
    window.sidebar.navigation.setFocus()
    QTest.keyClick(window.sidebar.navigation, Qt.Key.Key_Down)
    assert window.page == "accounts"


async def test_keys_ask_for_what_the_window_does_not_do_itself(window: MainWindow) -> None:
    asked: list[str] = []
    window.add_account_asked.connect(lambda: asked.append("account"))
    window.add_key_asked.connect(lambda: asked.append("key"))
    window.close_asked.connect(lambda: asked.append("close"))
    window.quit_asked.connect(lambda: asked.append("quit"))
    for key in (Qt.Key.Key_N, Qt.Key.Key_K, Qt.Key.Key_W, Qt.Key.Key_Q):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    assert asked == ["account", "key", "close", "quit"]
    assert window.isVisible()


async def test_files_that_are_dropped_anywhere_are_told(window: MainWindow, tmp_path: Path) -> None:
    dropped: list[list[Path]] = []
    window.files_dropped.connect(dropped.append)
    drop(window, tmp_path / "a.json", tmp_path / "b.json")
    drop(window)
    assert dropped == [[tmp_path / "a.json", tmp_path / "b.json"]]


async def test_size_and_place_are_remembered(desk: Desk, memory: QSettings) -> None:
    first = make(desk, memory)
    first.show()
    first.setGeometry(20, 30, 780, 560)
    first.hide()
    assert make(desk, memory).size() == QSize(780, 560)


async def test_it_is_usable_at_900_by_600_and_narrower_with_icons_alone(
    window: MainWindow,
) -> None:
    window.resize(900, 600)
    assert not window.sidebar.navigation.narrow
    window.resize(760, 520)
    await until(lambda: window.sidebar.navigation.narrow)
    assert window.sidebar.width() < 80
    assert window.sidebar.pause_button.toolTip()


@pytest.mark.parametrize("words", [1, 5, 20])
@pytest.mark.parametrize("size", [SMALLEST, (900, 600), (1280, 800)])
async def test_news_have_all_the_room_that_they_need(
    window: MainWindow, desk: Desk, words: int, size: tuple[int, int]
) -> None:
    window.resize(*size)
    desk.life.trouble = Trouble(TroubleKind.OTHER, "Something is wrong. " * words, "Do this.")
    desk.life.changed.emit()
    banner = window.news.banners["trouble"]
    await until(lambda: banner.isVisible() and cut_texts(window) == [])
    assert banner.height() <= banner.heightForWidth(banner.width())


async def test_the_remembered_sums_are_asked_for_only_while_it_is_seen(
    window: MainWindow, desk: Desk
) -> None:
    timer = desk.figures._timer
    assert timer.isActive()
    window.hide()
    assert not timer.isActive()
    window.show()
    assert timer.isActive()


async def test_a_short_word_stands_at_the_foot(window: MainWindow) -> None:
    window.toast("Copied")
    assert window._toast.isVisible()
    assert window._toast.accessibleName() == "Copied"


@pytest.mark.parametrize("mode", list(Mode))
async def test_everything_in_it_has_a_name(window: MainWindow, desk: Desk, mode: Mode) -> None:
    desk.theme.choose(mode)
    assert nameless(window) == []
    assert unexplained(window) == []


@pytest.mark.parametrize("size", [(900, 600), (1280, 800)])
async def test_a_longer_language_cuts_nothing(
    desk: Desk, memory: QSettings, engine: FakeEngine, notes: Notes, size: tuple[int, int]
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    translator = PseudoTranslator(application)
    application.installTranslator(translator)
    try:
        await desk.life.start_demo()
        window = make(desk, memory)
        window.resize(*size)
        window.show()
        await until(lambda: not window.news.banners["demo"].isHidden())
        await until(lambda: cut_texts(window) == [])
    finally:
        application.removeTranslator(translator)
        window.hide()


async def test_the_first_page_follows_the_sidebar(window: MainWindow, engine: FakeEngine) -> None:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    seen: list[str] = []
    window.page_changed.connect(seen.append)
    window.go("settings")
    window.go("settings")
    assert seen == ["settings"]


async def test_a_page_is_made_when_it_is_first_wanted(desk: Desk, memory: QSettings) -> None:
    made: list[str] = []

    def make_page(key: str) -> QWidget:
        made.append(key)
        return QLabel(key)

    window = MainWindow(desk, {key: partial(make_page, key) for key in KEYS}, memory)
    assert made == ["overview"]
    window.go("settings")
    window.go("overview")
    window.go("settings")
    assert made == ["overview", "settings"]
