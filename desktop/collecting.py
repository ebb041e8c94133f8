"""Garbage is collected on the window's thread alone.

Python collects on whichever thread happens to allocate. Were that the engine's, it would destroy
Qt objects caught in reference cycles there, and Qt's timers and widgets must end on the thread
they live on: warnings at best, aborts now and then. Automatic collection is therefore off, and a
timer here does the same by the same thresholds. What was made at the start lives as long as
the program, and is frozen so that later ones, which stop the engine too, stay short.

The alternative that lost: breaking every cycle by hand, which no test can prove complete.
"""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1_000
SETTLED = 5
"Intervals until what was made at the start is frozen."


class Collector(QObject):
    """Collects as long as it lives."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._beats = 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.beat)
        self._timer.start()

    def stop(self) -> None:
        """Python collects by itself again."""
        self._timer.stop()
        gc.enable()

    def beat(self) -> None:
        """Collects where that is due."""
        gc.disable()  # whatever else in the process thought better of it
        self._beats += 1
        if self._beats == SETTLED:
            gc.freeze()  # without collecting before, which finds next to nothing and takes 80 ms
            return
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > limits[generation]:
                gc.collect(generation)
                return
