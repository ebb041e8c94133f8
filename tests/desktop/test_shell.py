import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from desktop import tasks
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.import_files import ImportFiles
from desktop.life import Phase
from desktop.look.theme import Theme
from desktop.shell import Shell
from proxy_core.api import PortTaken, SettingsProblem
from tests.desktop.conftest import until
from tests.fakes.autostart import FakeAutostart
from tests.fakes.window import TOKEN, FakeEngine, FakeSources

Start = Callable[..., "asyncio.Task[None]"]


@pytest.fixture
def sources(tmp_path: Path, engine: FakeEngine) -> FakeSources:
    return FakeSources(tmp_path, engine)


@pytest_asyncio.fixture
async def shell(theme: Theme, sources: FakeSources, tmp_path: Path) -> AsyncIterator[Shell]:
    """The whole program around a fake engine, running."""
    remembered = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = Shell(theme, sources, remembered, autostart=FakeAutostart())
    running = asyncio.ensure_future(made.run())
    await until(lambda: made.life.phase in (Phase.RUNNING, Phase.TROUBLE))
    await until(made.window.isVisible)
    yield made
    made.ask_quit()
    await running
    await tasks.cancel_all()
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def dialog(kind: type[QDialog]) -> QDialog:
    await until(lambda: isinstance(QApplication.activeModalWidget(), kind), kind.__name__)
    found = QApplication.activeModalWidget()
    assert isinstance(found, kind)
    return found


async def test_the_tray_s_menu_opens_the_dialogs(shell: Shell) -> None:
    shell.tray.menu.add_account.trigger()
    (await dialog(AddAccount)).reject()
    await until(lambda: QApplication.activeModalWidget() is None)
    shell.tray.menu.add_key.trigger()
    (await dialog(AddKey)).reject()


async def test_the_keys_of_the_window_open_them_too(shell: Shell) -> None:
    QTest.keyClick(shell.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    (await dialog(AddKey)).reject()


async def test_the_tray_copies_address_and_token(shell: Shell) -> None:
    shell.tray.menu.copy_url.trigger()
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "http://127.0.0.1:7860/v1"
    shell.tray.menu.copy_token.trigger()
    await until(lambda: clipboard.text() == TOKEN)
    assert clipboard.mimeData().data("x-kde-passwordManagerHint").data() == b"secret"


async def test_the_tray_pauses_and_resumes(shell: Shell, engine: FakeEngine) -> None:
    shell.tray.menu.pause.trigger()
    await until(lambda: shell.desk.bridge.snapshot.state == "paused")
    shell.tray.menu.pause.trigger()
    await until(lambda: shell.desk.bridge.snapshot.state == "serving")


async def test_dropped_files_are_imported(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    await asyncio.to_thread(file.write_text, "AIza-a-pretend-key\n")
    shell.window.files_dropped.emit([file])
    (await dialog(ImportFiles)).reject()
    assert shell.window.page == "accounts"


async def test_the_doors_of_the_first_start_open_the_dialogs_and_the_demo(
    shell: Shell, sources: FakeSources
) -> None:
    shell.go("add_account")
    (await dialog(AddAccount)).reject()
    await until(lambda: QApplication.activeModalWidget() is None)
    await shell.life.start_demo()
    assert sources.demo_engine.running


async def test_a_click_on_the_tray_brings_the_window_up_and_puts_it_away(shell: Shell) -> None:
    shell.window.hide()
    shell.tray.toggle_asked.emit()
    await until(shell.window.isVisible)


async def test_quitting_stops_the_engine(shell: Shell, engine: FakeEngine) -> None:
    shell.tray.menu.quit.trigger()
    await until(lambda: engine.stopped)
    assert not shell.window.isVisible()


class TestTroubles:
    """The window opens whatever is wrong, and says so."""

    @pytest.fixture(params=["port", "settings"])
    def sources(
        self, tmp_path: Path, engine: FakeEngine, request: pytest.FixtureRequest
    ) -> FakeSources:
        made = FakeSources(tmp_path, engine)
        if request.param == "port":
            engine.fails_with = PortTaken("127.0.0.1", 7860, "ollama (pid 12)")
        else:
            made.problem = SettingsProblem("MAX_WAIT_S", "must be a number")
        return made

    async def test_the_window_is_open_and_says_what_is_wrong(
        self, shell: Shell, sources: FakeSources
    ) -> None:
        assert shell.window.isVisible()
        assert shell.life.trouble is not None
        said = shell.window.news.banners["trouble"]
        assert said.isVisible()
        assert said.sentence == shell.life.trouble.sentence
