"""Whether there is a newer Pollux: looked up once a week, told and linked to, never fetched.

Only a program that names the repository of its releases looks at all. Whoever packages Pollux for
something that brings its updates along (a distribution, an image) leaves that file out, and so do
a checkout and a wheel. The first look is a week after the first start: until then its owner may
switch it off. Not here: the question itself, which is the engine's, and how the answer is shown.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from desktop.bridge import Bridge
from desktop.life import Life, Phase
from desktop.remembered import (
    LOOKED_FOR_UPDATES,
    UPDATES,
    looked_for_updates,
    wants_updates,
)
from desktop.system import resources
from desktop.tasks import spawn
from proxy_core.api import Refusal, Release

FILE: Final = "releases.txt"
"In the resources: OWNER/NAME of the repository at GitHub."
DAY_S: Final = 86_400.0
WEEK_S: Final = 7 * DAY_S
LOOK_MS: Final = 600_000
"How often is asked whether a week has gone by; a computer may sleep meanwhile."


def built_in_repository() -> str:
    """OWNER/NAME of the repository that this program's releases come from; empty: none is named."""
    try:
        return resources.path(FILE).read_text("utf-8").strip()
    except OSError:
        return ""


class Updates(QObject):
    """Follows the releases."""

    found = Signal()
    "There is a newer Pollux: `release`."

    def __init__(
        self,
        bridge: Bridge,
        life: Life,
        remembered: QSettings,
        repository: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(bridge)
        self._bridge, self._life, self._remembered = bridge, life, remembered
        self._repository, self._now = repository, now
        self.release: Release | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(lambda: spawn(self.look(), name="look for updates"))
        if repository:
            self._timer.start()

    @property
    def available(self) -> bool:
        """Whether this program can look at all."""
        return bool(self._repository)

    @property
    def wanted(self) -> bool:
        return wants_updates(self._remembered)

    def choose(self, wanted: bool) -> None:
        self._remembered.setValue(UPDATES, wanted)

    async def look(self) -> None:
        """Asks, if it is time to."""
        if not self._is_due():
            return
        now = self._now()
        try:
            release = await self._bridge.ask(lambda to: to.newer_release(self._repository))
        except Refusal:
            self._remember(now - WEEK_S + DAY_S)  # tomorrow again
            return
        self._remember(now)
        self.release = release
        if release is not None:
            self.found.emit()

    def _is_due(self) -> bool:
        if not (self.available and self.wanted) or self._life.demo:
            return False
        if self._life.phase is not Phase.RUNNING:
            return False
        looked, now = looked_for_updates(self._remembered), self._now()
        if not 0 < looked <= now:  # the first start, or the clock was wrong then
            self._remember(now)
            return False
        return now - looked >= WEEK_S

    def _remember(self, looked: float) -> None:
        self._remembered.setValue(LOOKED_FOR_UPDATES, looked)
