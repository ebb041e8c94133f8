# ruff: noqa: E402 - Qt is loaded as the program does it, before anything that imports it
"""The program under test with its window: what `desktop.app.run` starts, and a driver inside.

The driver obeys lines on standard input, each a word and its arguments, and answers each with one
line of JSON on standard output; the end of the input quits. Nothing of the product is replaced.

`python -m tests.bench.window_process` runs it; the settings come from the environment.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop.__main__ import load_qt

load_qt()

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from desktop import app
from desktop.shell import Shell

TIMER_MS = 16
"What a screen of 60 Hz needs."


class FirstPaint(QObject):
    """When a widget was first painted (time.monotonic); None until then."""

    def __init__(self) -> None:
        super().__init__()
        self.at: float | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._note)  # the picture is complete after this event
        return False

    def _note(self) -> None:
        self.at = time.monotonic()


class WatchedShell(Shell):
    """Knows when the tray's icon and the window could first be seen."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.made_at = time.monotonic()
        "The tray's icon was given to Qt, if there is a tray."
        self.tray_paint = FirstPaint()
        self.window_paint = FirstPaint()
        for widget in QApplication.topLevelWidgets():
            if widget.metaObject().className() == "QSystemTrayIconSys":
                widget.installEventFilter(self.tray_paint)

    def show_window(self, page: str = "") -> None:
        if self.window_paint.at is None:
            self.window.installEventFilter(self.window_paint)
        super().show_window(page)


class Lateness(QObject):
    """A timer such as animations have, and by how much it is late."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._late_s: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TIMER_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._late_s.clear()
        self._last = time.monotonic()
        self._timer.start()

    def stop(self) -> list[float]:
        """Seconds late, of each beat since the start."""
        self._timer.stop()
        return self._late_s

    def _beat(self) -> None:
        now = time.monotonic()
        self._late_s.append(max(0.0, now - self._last - TIMER_MS / 1000))
        self._last = now


class Driver(QObject):
    """Obeys the benchmark. `words` are those it knows; a heir may add some."""

    def __init__(self, shell: WatchedShell) -> None:
        super().__init__(shell)
        self.shell = shell
        self._lateness = Lateness(self)
        self._block_s = 0.0
        self._blocker = QTimer(self)
        self._blocker.timeout.connect(self._stand_still)
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._input.activated.connect(self._hear)
        self.words: dict[str, Callable[..., Mapping[str, Any]]] = {
            "seen": self._seen,
            "show": self._show,
            "hide": self._hide,
            "meter": self._meter,
            "lateness": self._tell_lateness,
            "block": self._block,
        }

    def _hear(self) -> None:
        said = os.read(sys.stdin.fileno(), 4096).decode().split()
        if not said:
            self._input.setEnabled(False)
            self.shell.ask_quit()
            return
        print(json.dumps(self.words[said[0]](*said[1:])), flush=True)

    def _seen(self) -> Mapping[str, Any]:
        """Moments of the start; null for what was not seen yet."""
        shell = self.shell
        return {
            "made": shell.made_at,
            "tray": shell.tray_paint.at,
            "has_tray": shell.tray.available,
            "window": shell.window_paint.at,
        }

    def _show(self, page: str, width: str, height: str) -> Mapping[str, Any]:
        window: QWidget = self.shell.window
        window.resize(int(width), int(height))
        self.shell.show_window(page)
        return {"width": window.width(), "height": window.height()}

    def _hide(self) -> Mapping[str, Any]:
        self.shell.window.hide()
        return {}

    def _meter(self) -> Mapping[str, Any]:
        self._lateness.start()
        return {}

    def _tell_lateness(self) -> Mapping[str, Any]:
        return {"late_s": self._lateness.stop()}

    def _block(self, for_ms: str, every_ms: str) -> Mapping[str, Any]:
        """A slot computes for so long, again and again; 0 0 ends it."""
        self._block_s = int(for_ms) / 1000
        self._blocker.stop()
        if self._block_s:
            self._blocker.start(int(every_ms))
        return {}

    def _stand_still(self) -> None:
        # Computes rather than sleeps, and so wants the interpreter's lock all the time.
        until = time.monotonic() + self._block_s
        while time.monotonic() < until:
            pass


def run(argv: Sequence[str], drive: Callable[[WatchedShell], object]) -> int:
    """As `desktop.app.run`; drive: gets the shell before it runs, and may keep what it makes."""
    kept: list[object] = []

    def make_shell(*given: Any, **named: Any) -> WatchedShell:
        shell = WatchedShell(*given, **named)
        kept.append(drive(shell))
        return shell

    return app.run(argv, make_shell)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], Driver))
