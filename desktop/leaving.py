"""What closing the window means: Pollux goes on in the tray, and says so the first time. Where
there is no tray, closing would strand it, so the owner chooses."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings

from desktop.desk import Desk
from desktop.remembered import TRAY_HINT
from desktop.tasks import spawn
from desktop.tray.tray import Tray
from desktop.widgets.sheet import Question
from desktop.window import MainWindow


class Leaving(QObject):
    """Guards a window's closing."""

    def __init__(self, desk: Desk, tray: Tray, remembered: QSettings) -> None:
        super().__init__(tray)
        self._desk, self._tray, self._remembered = desk, tray, remembered
        self._asking = False

    def guard(self, window: MainWindow, quit_all: Callable[[], None]) -> None:
        """From now on closing this window asks here."""
        window.close_asked.connect(
            lambda: spawn(self._close(window, quit_all), name="close the window")
        )

    async def _close(self, window: MainWindow, quit_all: Callable[[], None]) -> None:
        if self._asking:
            return
        self._asking = True
        try:
            if not self._tray.available:
                await self._close_without_tray(window, quit_all)
            elif self._hinted() or await self._hint(window):
                window.hide()
            else:
                quit_all()
        finally:
            self._asking = False

    def _hinted(self) -> bool:
        return bool(self._remembered.value(TRAY_HINT, defaultValue=False, type=bool))

    async def _hint(self, window: MainWindow) -> bool:
        """Whether Pollux shall go on; asked once."""
        question = Question(
            self._desk.theme,
            self.tr("Pollux keeps running"),
            self.tr(
                "Your tools can go on using it. Its icon in the tray brings the window back, and "
                "its menu has Quit."
            ),
            self.tr("Keep running"),
            window,
            no=self.tr("Quit instead"),
        )
        keep = await question.answer()
        if not question.declined:
            self._remembered.setValue(TRAY_HINT, True)
        return keep or not question.declined

    async def _close_without_tray(self, window: MainWindow, quit_all: Callable[[], None]) -> None:
        question = Question(
            self._desk.theme,
            self.tr("This desktop shows no tray"),
            self.tr(
                "Without a tray the window is the only way back to Pollux, so it is put among your "
                "other windows instead of away. On GNOME the extension AppIndicator brings a tray."
            ),
            self.tr("Minimise"),
            window,
            no=self.tr("Quit Pollux"),
        )
        if await question.answer():
            window.showMinimized()
        elif question.declined:
            quit_all()
