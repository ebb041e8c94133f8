"""Puts the program together: tray, window, pages and dialogs around one engine.

Not here: what any of them shows or asks.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, QUrl, Signal
from PySide6.QtWidgets import QWidget

from desktop.at_login import AtLogin
from desktop.bridge import Bridge
from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.import_files import ImportFiles
from desktop.figures.figures import Figures
from desktop.figures.in_line import InLine
from desktop.leaving import Leaving
from desktop.life import Life, Sources
from desktop.look.theme import Theme
from desktop.pages.accounts import AccountsPage
from desktop.pages.activity import ActivityPage
from desktop.pages.connect import ConnectPage
from desktop.pages.connect_tools import ToolFiles
from desktop.pages.overview import OverviewPage
from desktop.pages.settings import SettingsPage
from desktop.pages.try_it import TryItPage
from desktop.system import browser, clipboard
from desktop.system.autostart import Autostart, AutostartFailed
from desktop.tasks import spawn
from desktop.telling import Telling
from desktop.tray.tray import Tray
from desktop.updates import Updates, built_in_repository
from desktop.widgets.sheet import Sheet
from desktop.window import MainWindow
from desktop.words import said, sentences
from proxy_core.api import Refusal

TRAY_PATIENCE_MS = 15_000
"How long a start in the background waits for a tray before it shows the window."
AnyPage: TypeAlias = (
    OverviewPage | AccountsPage | ActivityPage | ConnectPage | TryItPage | SettingsPage
)
DIALOGS = ("add_account", "add_key")
"What pages ask to `go` to that is no page."


class Shell(QObject):
    """The program between its start and its end. Lives on the window's loop."""

    ending = Signal()
    "Pollux was quit; running requests are still being answered."

    def __init__(
        self,
        theme: Theme,
        sources: Sources,
        remembered: QSettings,
        *,
        autostart: Autostart,
        demo: bool = False,
        background: bool = False,
    ) -> None:
        """demo: nothing but the demo. background: only the tray, until the window is asked for."""
        super().__init__()
        self._sources, self._remembered = sources, remembered
        self._demo, self._background = demo, background
        self._quit = asyncio.Event()
        self._at_login = AtLogin(autostart, self)
        bridge = Bridge(self)
        self.life = Life(bridge, sources, only_demo=demo)
        self.desk = Desk(
            bridge=bridge,
            life=self.life,
            theme=theme,
            figures=Figures(bridge),
            in_line=InLine(bridge),
            updates=Updates(bridge, self.life, remembered, built_in_repository()),
            copy=lambda text, secret: clipboard.copy(text, secret=secret),
            open_url=self._open_url,
            toast=self._toast,
        )
        self.tray = Tray(self)
        self._telling = Telling(self.desk, self.tray, remembered, self._at_login)
        self._leaving = Leaving(self.desk, self.tray, remembered)
        self._window: MainWindow | None = None
        self._connect()

    # -- life ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Starts the engine and shows what is to be shown; returns when Pollux was quit."""
        spawn(self.life.start_demo() if self._demo else self.life.start(), name="start the engine")
        spawn(self._renew_login(), name="look at start at login")
        if not self._background:
            QTimer.singleShot(0, self.show_window)  # the tray comes first
        elif not self.tray.available:
            QTimer.singleShot(TRAY_PATIENCE_MS, self._show_without_tray)
        await self._quit.wait()
        self.ending.emit()
        if self._window is not None:
            self._window.hide()
        await self.life.stop()
        self.tray.close()
        self._remembered.sync()

    def ask_quit(self) -> None:
        """Ends Pollux once running requests are answered; asked again, at once."""
        if self._quit.is_set():
            self.life.hurry()
        self._quit.set()

    # -- the window ------------------------------------------------------------------------

    @property
    def window(self) -> MainWindow:
        """Made when it is first wanted: a start in the background is quicker, and smaller."""
        if self._window is None:
            self._window = self._make_window()
        return self._window

    def show_window(self, page: str = "") -> None:
        """Brings the window up, also from under others."""
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if page:
            window.go(page)

    def _show_without_tray(self) -> None:
        if not self.tray.available:
            self.window.showMinimized()

    def _toggle_window(self) -> None:
        window = self._window
        if window is not None and window.isVisible() and window.isActiveWindow():
            window.hide()
        else:
            self.show_window()

    def _make_window(self) -> MainWindow:
        window = MainWindow(self.desk, self._make_pages(), self._remembered)
        window.add_account_asked.connect(lambda: self.go("add_account"))
        window.add_key_asked.connect(lambda: self.go("add_key"))
        window.files_dropped.connect(self._import)
        window.quit_asked.connect(self.ask_quit)
        self._leaving.guard(window, self.ask_quit)
        return window

    def _make_pages(self) -> Mapping[str, Callable[[], QWidget]]:
        desk = self.desk
        folders = self._sources.folders()
        makers: dict[str, Callable[[], AnyPage]] = {
            "overview": lambda: OverviewPage(desk),
            "accounts": lambda: AccountsPage(desk),
            "activity": lambda: ActivityPage(desk),
            "connect": lambda: ConnectPage(desk, ToolFiles(folders)),
            "try_it": lambda: TryItPage(desk),
            "settings": lambda: SettingsPage(desk, self._at_login, self._remembered),
        }
        return {key: partial(self._wired, make) for key, make in makers.items()}

    def _wired(self, make: Callable[[], AnyPage]) -> QWidget:
        page = make()
        page.go.connect(self.go)
        return page

    # -- what is asked ---------------------------------------------------------------------

    def go(self, place: str) -> None:
        """Opens a page, or one of DIALOGS."""
        if place not in DIALOGS:
            self.show_window(place)
            return
        self.show_window("accounts")
        kind = AddAccount if place == "add_account" else AddKey
        self._open(kind(self.desk, self.window))

    def _import(self, paths: list[Path]) -> None:
        self.show_window("accounts")
        self._open(ImportFiles(self.desk, self.window, paths))

    def _open_url(self, url: str) -> bool:
        """Web pages, and settings.toml; nothing else that some text names."""
        file = QUrl(url)
        if file.isLocalFile():
            wanted = Path(file.toLocalFile())
            return wanted == self._sources.settings_file and browser.open_file(wanted)
        return browser.open_url(url)

    @staticmethod
    def _open(dialog: Sheet) -> None:
        spawn(dialog.answer(), name="a dialog")

    def _connect(self) -> None:
        tray = self.tray
        tray.open_asked.connect(self.show_window)
        tray.toggle_asked.connect(self._toggle_window)
        tray.add_account_asked.connect(lambda: self.go("add_account"))
        tray.add_key_asked.connect(lambda: self.go("add_key"))
        tray.copy_url_asked.connect(lambda: self.desk.copy(f"{self.life.url}/v1", False))
        tray.copy_token_asked.connect(lambda: spawn(self._copy_token(), name="copy the token"))
        tray.pause_asked.connect(lambda wanted: spawn(self._pause(wanted), name="pause"))
        tray.start_at_login_asked.connect(
            lambda wanted: spawn(self._start_at_login(wanted), name="start at login")
        )
        tray.quit_asked.connect(self.ask_quit)
        self._telling.clicked.connect(self.go)
        self.life.demo_left.connect(self.ask_quit)

    async def _copy_token(self) -> None:
        try:
            self.desk.copy(await self.desk.bridge.token(), True)
        except Refusal as refusal:
            self._toast(said(refusal.sentence))

    async def _pause(self, wanted: bool) -> None:
        try:
            await self.desk.bridge.ask(lambda to: to.pause() if wanted else to.resume())
        except Refusal as refusal:
            self._toast(said(refusal.sentence))

    async def _renew_login(self) -> None:
        with contextlib.suppress(AutostartFailed):  # it is said where the owner changes it
            await self._at_login.renew()

    async def _start_at_login(self, wanted: bool) -> None:
        try:
            await self._at_login.choose(enabled=wanted)
        except AutostartFailed as failed:
            self.show_window()
            self._toast(sentences(failed.sentence, failed.next_step))

    def _toast(self, text: str) -> None:
        if self._window is not None and self._window.isVisible():
            self._window.toast(text)
        else:
            self.tray.notify("Pollux", text)
