"""The program with its window, and inside it somebody who uses it without a pause.

It knows the benchmark's orders and three more: `live` starts the owner, `rest` stops it at the
overview, `sample` counts references and objects. Complaints go to the standard error stream.
"""

import gc
import logging
import platform
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle
from typing import Any

import PySide6
from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from desktop.look.theme import Mode
from desktop.shell import DIALOGS
from desktop.widgets.sheet import Sheet
from tests.bench.window_process import TIMER_MS, Driver, WatchedShell, run
from tests.soak.verdict import FAULT_MARK

PAGES = ("accounts", "activity", "connect", "try_it", "settings")

OFFSCREEN_LACKS = "This plugin does not support "
"Qt's offscreen platform says so of what only a real screen does; it is no fault of the window."


class Faults(logging.Handler):
    """Hears every complaint there is, Qt's, Python's and errors in the log, and marks it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def listen(self) -> None:
        qInstallMessageHandler(self._hear_qt)
        sys.excepthook = lambda _kind, error, _trace: self._hear("uncaught", error)
        sys.unraisablehook = lambda found: self._hear("unraisable", found.exc_value)
        threading.excepthook = lambda found: self._hear("in a thread", found.exc_value)
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(f"log: {record.getMessage()}")

    def _hear_qt(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        harmless = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if not harmless and not message.startswith(OFFSCREEN_LACKS):
            self._tell(f"Qt: {message}")

    def _hear(self, where: str, error: BaseException | None) -> None:
        traceback.print_exception(error, file=sys.stderr)
        self._tell(f"{where}: {error!r}")

    def _tell(self, fault: str) -> None:
        print(FAULT_MARK, fault, file=sys.stderr, flush=True)


class Owner(Driver):
    """Turns pages, opens and closes dialogs, changes the theme, puts the window away."""

    def __init__(self, shell: WatchedShell) -> None:
        super().__init__(shell)
        self._done = Counter(dict.fromkeys(("pages", "dialogs", "themes", "hidings", "beats"), 0))
        self._script = cycle(self._deeds())
        self._steps = QTimer(self)
        self._steps.timeout.connect(self._step)
        self._beats = QTimer(self)
        self._beats.setTimerType(Qt.TimerType.PreciseTimer)
        self._beats.timeout.connect(partial(self._count, "beats"))
        self._beats.start(TIMER_MS)
        self.words |= {"live": self._live, "rest": self._rest, "sample": self._sample}

    def _deeds(self) -> list[Callable[[], None]]:
        """All there is to do, with the overview in between, for there the charts are."""
        deeds: list[Callable[[], None]] = []
        for page in PAGES:
            deeds += [partial(self._go, page), partial(self._go, "overview")]
        for dialog in DIALOGS:
            deeds += [partial(self.shell.go, dialog), self._close_dialogs]
        return [
            partial(self._paint, Mode.DARK),
            *deeds,
            partial(self._go, "overview"),
            partial(self._paint, Mode.LIGHT),
            self._put_away,
            partial(self._go, "overview"),
        ]

    # -- orders ------------------------------------------------------------------------------

    def _live(self, step_ms: str) -> Mapping[str, Any]:
        """Returns how many steps it takes to do everything once."""
        self._steps.start(int(step_ms))
        return {"steps": len(self._deeds())}

    def _rest(self) -> Mapping[str, Any]:
        self._steps.stop()
        self._close_dialogs()
        self._paint(Mode.LIGHT)
        self._go("overview")
        return {}

    def _sample(self) -> Mapping[str, Any]:
        gc.collect()
        roots: list[QObject] = [self.shell, *QApplication.topLevelWidgets()]
        application = QApplication.instance()
        assert application is not None
        return {
            "versions": f"Python {platform.python_version()}, PySide6 {PySide6.__version__}",
            "references": {str(one): sys.getrefcount(one) for one in (None, True, False)},
            "objects": {
                "widgets": len(QApplication.allWidgets()),
                "objects": sum(len(root.findChildren(QObject)) for root in [*roots, application]),
            },
            "done": self._done,
        }

    def _step(self) -> None:
        next(self._script)()

    # -- deeds -------------------------------------------------------------------------------

    def _count(self, deed: str) -> None:
        self._done[deed] += 1

    def _go(self, page: str) -> None:
        self.shell.go(page)
        self._count("pages")

    def _paint(self, mode: Mode) -> None:
        self.shell.desk.theme.choose(mode)
        self._count("themes")

    def _close_dialogs(self) -> None:
        for sheet in self.shell.window.findChildren(Sheet):
            if sheet.isVisible():
                sheet.reject()
                self._count("dialogs")

    def _put_away(self) -> None:
        self.shell.window.hide()
        self._count("hidings")


def main() -> int:
    Faults().listen()
    return run(sys.argv[1:], Owner)


if __name__ == "__main__":
    sys.exit(main())
