"""Notices that the computer slept or that its clock was set, and has that mended at once.

Sleeping kills connections without a word and ages access tokens; a clock that was set moves the
ends of rests. Three clocks tell the two apart: wall time, and uptime with and without sleep. Not
here: what is mended (`assembly` hands it in), nor the network (`network`).
"""

import asyncio
import logging
from collections.abc import Callable

from proxy_core.clock import Clock
from proxy_core.events import Bus, ClockChanged, Woke

log = logging.getLogger(__name__)

TICK_S = 15.0
NOTABLE_S = 2.0
"Less is how clocks differ, and how network time sets them little by little."


class Vigil:
    """Compares the clocks every quarter of a minute; on the engine's loop."""

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        *,
        on_wake: Callable[[], None],
        on_jump: Callable[[], None],
    ) -> None:
        """on_wake: after sleep. on_jump: whenever wall time has jumped, by sleep or by hand."""
        self._clock = clock
        self._bus = bus
        self._on_wake = on_wake
        self._on_jump = on_jump
        self._wall, self._uptime = clock.now(), clock.uptime()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        # By the loop's clock, for it only says when to look.
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def look(self) -> None:
        """Says and mends what has happened since the last look."""
        wall, uptime = self._clock.now(), self._clock.uptime()
        passed_s = uptime.total_s - self._uptime.total_s
        asleep_s = passed_s - (uptime.awake_s - self._uptime.awake_s)
        set_by_s = wall - self._wall - passed_s
        self._wall, self._uptime = wall, uptime
        woke, was_set = asleep_s > NOTABLE_S, abs(set_by_s) > NOTABLE_S
        if woke or was_set:
            self._on_jump()
        if was_set:
            log.info("the clock was set by %.0f s", set_by_s)
            self._bus.publish(ClockChanged(wall, set_by_s))
        if woke:
            log.info("the computer slept for %.0f s", asleep_s)
            self._on_wake()
            self._bus.publish(Woke(wall, asleep_s))

    def _tick(self) -> None:
        self.start()
        self.look()
