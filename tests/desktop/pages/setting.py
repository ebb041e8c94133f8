"""The page Settings on a stage, over the real settings on a file."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.pages.settings import SettingsPage
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.settings import load_settings
from tests.desktop.conftest import Notes, until
from tests.fakes.autostart import FakeAutostart
from tests.fakes.commands import FakeCommands

LIVE = ("ROTATION", "STICKY", "MAX_WAIT_S", "MODEL_ALIASES", "ALLOWED_HOSTS", "DEBUG")
"What works without a restart."


class Form:
    """A page that is shown, and what is around it."""

    def __init__(self, desk: Desk, notes: Notes, commands: FakeCommands, folder: Path) -> None:
        self.desk, self.notes, self.commands = desk, notes, commands
        self.file = folder / "settings.toml"
        self.autostart = FakeAutostart()
        self.remembered = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.page = SettingsPage(desk, AtLogin(self.autostart), self.remembered)
        self.page.resize(900, 700)

    async def show(self) -> None:
        if self.commands.changer is None:
            await self.use({})
        self.page.show()
        await self.settle()

    async def settle(self) -> None:
        """Until the page has read everything."""
        self.commands.calls.clear()
        self.page.refresh()
        await until(lambda: not self.page.is_reading, "the page reads")

    async def use(self, environ: dict[str, str], text: str = "") -> None:
        """The settings of an environment and of this text in settings.toml."""
        await asyncio.to_thread(self.file.write_text, text)
        settings = await asyncio.to_thread(load_settings, {}, environ, None, self.file)
        self.commands.changer = SettingsChanger(settings, {name: lambda _: None for name in LIVE})

    def find(self, name: str) -> QWidget:
        """What is called so by screen readers or shows this text."""
        for child in self.page.findChildren(QWidget):
            text = child.text() if isinstance(child, QAbstractButton) else ""
            if name in (child.accessibleName(), text) and child.isVisible():
                return child
        raise AssertionError(f"nothing is called {name!r}")

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def type_in(self, name: str, text: str) -> None:
        field = self.find(name)
        assert isinstance(field, QLineEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    @property
    def changes(self) -> list[object]:
        return [call[1] for call in self.commands.calls if call[0] == "change_settings"]

    def said(self, name: str) -> str:
        return self.page.engine.rows[name].said
