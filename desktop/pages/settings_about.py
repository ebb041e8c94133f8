"""What this program is: version, data folder, licences, and where to read on."""

import platform
from pathlib import Path

from PySide6 import __version__ as qt_version
from PySide6.QtCore import QCoreApplication

from desktop.desk import Desk
from desktop.dialogs.links import page_button
from desktop.pages.settings_rows import Group, Row
from desktop.system.browser import open_folder
from desktop.widgets.buttons import button
from desktop.widgets.texts import label
from proxy_core.api import Refusal, __version__, data_folder

_TERMS = "https://ai.google.dev/gemini-api/terms"
_LGPL = "https://www.gnu.org/licenses/lgpl-3.0.html"


class AboutGroup(Group):
    """The last group of the page."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(QCoreApplication.translate("Settings", "About"))
        self._desk = desk
        self.version = label("", "muted")
        self.add(Row(desk.theme, self.tr("Version"), "", self.version))
        self.folder = ""
        self.open_button = button(desk.theme, self.tr("Open"), "folder")
        self.open_button.setAccessibleName(self.tr("Open the data folder"))
        self.open_button.clicked.connect(self._open)
        self.folder_row = Row(
            desk.theme,
            self.tr("Data folder"),
            "",
            self.open_button,
            words="PERSISTENT_STORAGE_PATH",
        )
        self.add(self.folder_row)
        self.add(self._licences())
        self.add(self._terms())

    async def load(self) -> None:
        text = self.tr("Pollux {version} · Python {python} · Qt {qt}")
        self.version.setText(
            text.format(version=__version__, python=platform.python_version(), qt=qt_version)
        )
        self.folder = await self._find_folder() or self.folder
        self.folder_row.explain(self.folder)
        self.open_button.setEnabled(bool(self.folder))

    async def _find_folder(self) -> str:
        """Empty where it cannot be told now."""
        life = self._desk.life
        if life.settings is not None and not life.demo:
            return str(data_folder(life.settings))
        try:
            return (await self._desk.bridge.ask(lambda to: to.keeping())).folder
        except Refusal:
            return ""

    def _open(self) -> None:
        if not open_folder(Path(self.folder)):
            self.folder_row.tell("bad", self.tr("No file manager could be opened."))

    def _licences(self) -> Row:
        made = page_button(self._desk, _LGPL, self.tr("LGPL"))
        made.setAccessibleName(self.tr("Read the licence of Qt and LAME"))
        hint = self.tr(
            "Pollux is free software under the MIT licence; Qt and LAME, which makes MP3, are "
            "under the LGPL."
        )
        return Row(self._desk.theme, self.tr("Licences"), hint, made)

    def _terms(self) -> Row:
        made = page_button(self._desk, _TERMS, self.tr("Google's terms"))
        hint = self.tr(
            "The pool is for accounts, projects and keys that you and your team are entitled "
            "to use."
        )
        return Row(self._desk.theme, self.tr("Fair use"), hint, made)
