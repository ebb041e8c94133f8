"""Who is next, as the engine tells it, for whoever wants to say whether anybody is free.

Asked for when something happened, at most every two seconds, and when the first rest ends.
"""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge import Bridge
from desktop.tasks import spawn
from proxy_core.api import Line, Refusal

PACE_MS = 2_000
RUNS = ("serving", "degraded")


class InLine(QObject):
    """The line for the model that was used last."""

    changed = Signal()

    def __init__(self, bridge: Bridge, now: Callable[[], float] = time.time) -> None:
        super().__init__(bridge)
        self._bridge, self._now = bridge, now
        self.line: Line | None = None
        "None while no engine runs."
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: spawn(self._ask(), name="ask who is next"))
        bridge.snapshot_changed.connect(self._soon)
        bridge.happened.connect(self._soon)

    @property
    def all_rest(self) -> bool:
        """Whether there are credentials and none is free for the model now."""
        places = self.line.places if self.line else ()
        return bool(places) and not any(place.free for place in places)

    @property
    def first_return(self) -> float | None:
        """When the first of them is free again, epoch seconds; None: none returns by itself."""
        places = self.line.places if self.line else ()
        return min((place.until for place in places if place.until is not None), default=None)

    def _soon(self) -> None:
        snapshot = self._bridge.snapshot
        if snapshot.state not in RUNS or not snapshot.credentials:
            self._timer.stop()
            self._show(None)
        elif not 0 <= self._timer.remainingTime() <= PACE_MS:  # none is running, or to a far end
            self._timer.start(PACE_MS // 8 if self.line is None else PACE_MS)

    def _show(self, line: Line | None) -> None:
        if line != self.line:
            self.line = line
            self.changed.emit()

    async def _ask(self) -> None:
        try:
            self._show(await self._bridge.ask(lambda to: to.line()))
        except Refusal:
            return  # it was stopped meanwhile; the next event asks again
        if self.all_rest and (ends := self.first_return) is not None:
            self._timer.start(max(round((ends - self._now()) * 1000), 0) + PACE_MS // 8)
