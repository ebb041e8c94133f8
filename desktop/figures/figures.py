"""Everything that the pages count, kept up to date from the engine's events.

Not here: how it is drawn (`widgets`, `pages`).
"""

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge import Bridge
from desktop.figures.rates import MINUTES, Rates
from desktop.figures.rotation import Rotation
from desktop.figures.today import Today, midnight, sum_up
from desktop.tasks import spawn
from proxy_core.api import Event, ExchangeEnded, Refusal, Snapshot, UsageQuery

KEPT = 500
"Requests that Activity shows."
REFRESH_MS = 20_000
"How often the remembered sums are asked for again while someone looks."
SERVES = ("serving", "degraded", "paused")


class Figures(QObject):
    """Per engine; a new engine begins anew."""

    exchanged = Signal(object)
    "tuple[ExchangeEnded, ...]: requests that have ended, oldest first."
    changed = Signal()
    "Some sum has changed; comes at most as often as events do."

    def __init__(self, bridge: Bridge, now: Callable[[], float] = time.time) -> None:
        super().__init__(bridge)
        self._bridge, self.now = bridge, now
        self.begin_anew()
        self._known_url = ""
        bridge.happened.connect(self._count)
        bridge.snapshot_changed.connect(self._look)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def begin_anew(self) -> None:
        self.exchanges: deque[ExchangeEnded] = deque(maxlen=KEPT)
        self.rates = Rates()
        self.rotation = Rotation()
        self.today = Today()
        self.changed.emit()

    def watch_closely(self, *, on: bool) -> None:
        """Whether someone looks, so that sums are asked for again and again."""
        if on and not self._timer.isActive():
            self.refresh()
            self._timer.start()
        elif not on:
            self._timer.stop()

    def refresh(self) -> None:
        """Asks the engine for what it remembers of the hour and the day."""
        if self._bridge.snapshot.state in SERVES:
            spawn(self._remember(), name="ask for the use of the day")

    def _count(self, events: tuple[Event, ...]) -> None:
        ended = tuple(event for event in events if isinstance(event, ExchangeEnded))
        if not ended:
            return
        for event in ended:
            self.exchanges.append(event)
            self.rates.add(event)
            self.rotation.add(event)
        self.exchanged.emit(ended)
        self.changed.emit()

    def _look(self, snapshot: Snapshot) -> None:
        if not snapshot.url and self._known_url:
            self._known_url = ""
            self.begin_anew()
        if snapshot.state in SERVES and snapshot.url != self._known_url:
            self._known_url = snapshot.url
            self.refresh()

    async def _remember(self) -> None:
        now = self.now()
        hour = UsageQuery("minute", since=now - MINUTES * 60)
        day = UsageQuery("hour", since=midnight(now))
        try:
            minutes = await self._bridge.ask(lambda to: to.usage(hour))
            hours = await self._bridge.ask(lambda to: to.usage(day))
        except Refusal:
            return  # the sums stay as they were; the next time is soon
        self.rates.restore(minutes.rows)
        self.today = sum_up(hours.rows)
        self.changed.emit()
