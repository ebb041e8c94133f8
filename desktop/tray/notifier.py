"""Shows notices beside the tray icon, at the pace that `notices` sets."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.tray.notices import Notice, Pacing
from desktop.tray.tray import Tray


class Notifier(QObject):
    """Lives as long as its tray."""

    clicked = Signal(str)
    "The message was clicked: the page it belongs to."

    def __init__(self, tray: Tray, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(tray)
        self._tray = tray
        self._now = now
        self._pacing = Pacing()
        self._page = ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._show)
        tray.message_clicked.connect(lambda: self.clicked.emit(self._page))

    def tell(self, notice: Notice) -> None:
        """Tell this now or soon, unless it was told lately."""
        self._pacing.add(notice, self._now())
        self._show()

    def _show(self) -> None:
        message = self._pacing.take(self._now())
        if message is not None:
            self._page = message.page
            self._tray.notify(message.title, message.text)
        wait = self._pacing.wait(self._now())
        if wait is not None:
            self._timer.start(round(wait * 1000) + 1)
