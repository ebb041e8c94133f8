"""Everything that the pages count, kept up to date from the engine's events.

Not here: how it is drawn (`widgets`, `pages`).
"""

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge import Bridge
from desktop.figures.rates import Rates, hour_query
from desktop.figures.rotation import Rotation
from desktop.figures.today import Today, day_queries, sum_up
from desktop.tasks import spawn
from proxy_core.api import Event, ExchangeEnded, Refusal, Snapshot, UsageQuery, UsageRow

KEPT = 500
"Requests that Activity shows."
REFRESH_MS = 20_000
"How often the remembered sums are asked for again while someone looks."
SOON_MS = 500
"How long requests are gathered before sums are asked for because of them."
SERVES = ("serving", "degraded", "paused")


class Figures(QObject):
    """Per engine; a new engine begins anew."""

    exchanged = Signal(object)
    "tuple[ExchangeEnded, ...]: requests that have ended, oldest first."
    changed = Signal()
    "Some sum has changed; comes at most as often as events do."
    summed = Signal()
    "`today` and `rates` are those of now."

    def __init__(self, bridge: Bridge, now: Callable[[], float] = time.time) -> None:
        super().__init__(bridge)
        self._bridge, self.now = bridge, now
        self._known_url = ""
        self._asking = False
        self.begin_anew()
        bridge.happened.connect(self._count)
        bridge.snapshot_changed.connect(self._look)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.refresh)

    def begin_anew(self) -> None:
        self.exchanges: deque[ExchangeEnded] = deque(maxlen=KEPT)
        self.rates = Rates()
        self.rotation = Rotation()
        self.today: Today | None = None
        "None until an engine has told it."
        self.changed.emit()

    def watch_closely(self, *, on: bool) -> None:
        """Whether someone looks, so that sums are asked for again and again."""
        if on and not self._timer.isActive():
            self.refresh()
            self._timer.start()
        elif not on:
            self._timer.stop()

    def refresh_soon(self) -> None:
        """For those who show sums, when requests have ended."""
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Asks the engine for what it remembers of the hour and the day.

        Not twice at once: a slow disk would be asked faster than it answers.
        """
        if self._asking:
            self.refresh_soon()
        elif self._bridge.snapshot.state in SERVES:
            self._asking = True
            spawn(self._remember(self.rates), name="ask for the use of the day")

    def _count(self, events: tuple[Event, ...]) -> None:
        ended = tuple(event for event in events if isinstance(event, ExchangeEnded))
        if not ended:
            return
        for event in ended:
            self.exchanges.append(event)
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

    async def _remember(self, before: Rates) -> None:
        now = self.now()
        try:
            rates = Rates(await self._rows(hour_query(now)))
            today = sum_up([row for query in day_queries(now) for row in await self._rows(query)])
        except Refusal:
            return  # the sums stay as they were; the next time is soon
        finally:
            self._asking = False
        if self.rates is not before:
            return  # begun anew meanwhile: of an engine that has gone
        self.rates, self.today = rates, today
        self.changed.emit()
        self.summed.emit()

    async def _rows(self, query: UsageQuery) -> tuple[UsageRow, ...]:
        report = await self._bridge.ask(lambda to: to.usage(query))
        return report.rows
