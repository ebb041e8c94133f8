"""Whether Google can be reached at all. It asks only after failures, and until it is answered.

Two requests in a row that nobody answers raise the doubt, whatever their credentials; a probe
decides, since a reset connection is no lost network. Not here: the probe (`reachability`), or
what a failed request does (`relay`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from proxy_core.clock import Clock
from proxy_core.commands import Finding
from proxy_core.events import Bus, Event, ExchangeEnded, NetworkChanged
from proxy_core.gemini.faults import Cause
from proxy_core.tasks import spawn

log = logging.getLogger(__name__)

FAILURES = 2
"So many in a row, probes included, before anything is said."
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 30.0
REACHED = "Google can be reached again."


class Network:
    """The way to Google, as requests and probes find it; on the engine's loop."""

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        *,
        probe: Callable[[], Awaitable[Finding]],
        on_reached: Callable[[], None],
    ) -> None:
        """probe: one cheap question. on_reached: after a doubt that was unfounded, or is over."""
        self._clock = clock
        self._bus = bus
        self._probe = probe
        self._on_reached = on_reached
        self._failures = 0
        self._probing: asyncio.Task[None] | None = None
        self.reachable = True

    def failed(self) -> None:
        """A request was not answered at all, be it for an access token."""
        self._failures += 1
        if self._failures >= FAILURES:
            self.doubt()

    def on_event(self, event: Event) -> None:
        """An exchange that Google answered, in whatever way, ends every doubt."""
        if not self._failures or not isinstance(event, ExchangeEnded) or not event.attempts:
            return
        # Its failures were told as they happened.
        if event.attempts[-1].outcome != Cause.NETWORK:
            self._end_probing()
            self._reached()

    def doubt(self) -> None:
        """Finds out whether Google can be reached, unless that is being done."""
        if self._probing is None or self._probing.done():
            self._probing = spawn(self._find_out(), name="find the way to Google")

    async def close(self) -> None:
        self._end_probing()

    def _end_probing(self) -> None:
        if self._probing is not None:
            self._probing.cancel()

    async def _find_out(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not (finding := await self._probe()).ok:
            self._failures += 1
            if self._failures >= FAILURES:
                self._lost(finding.sentence)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self._reached()

    def _lost(self, sentence: str) -> None:
        if self.reachable:
            self.reachable = False
            log.warning("%s", sentence)
            self._bus.publish(NetworkChanged(self._clock.now(), reachable=False, sentence=sentence))

    def _reached(self) -> None:
        self._failures = 0
        self._on_reached()
        if not self.reachable:
            self.reachable = True
            log.info("%s", REACHED)
            self._bus.publish(NetworkChanged(self._clock.now(), reachable=True, sentence=REACHED))
