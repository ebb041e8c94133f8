"""Whether there is a newer Pollux: looked up once a week, told and linked to, never fetched.

Only a program that names the repository of its releases looks at all. Whoever packages Pollux for
something that brings its updates along (a distribution, an image) leaves that file out, and so do
a checkout and a wheel. The first look is a week after the first start: until then its owner may
switch it off. What was found is told after each start until it is dismissed or installed. Not
here: the question itself, which is the engine's, and how the answer is shown.
"""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from desktop.bridge import Bridge
from desktop.life import Life, Phase
from desktop.remembered import (
    LOOKED_FOR_UPDATES,
    NEWER,
    UPDATES,
    looked_for_updates,
    newer_version,
    wants_updates,
)
from desktop.system import resources
from desktop.tasks import spawn
from proxy_core.api import Refusal, __version__

FILE: Final = "releases.txt"
"In the resources: OWNER/NAME of the repository at GitHub."
DAY_S: Final = 86_400.0
WEEK_S: Final = 7 * DAY_S
LOOK_MS: Final = 60_000
"How often is asked whether a week has gone by; a computer may sleep, and Pollux run for minutes."


def built_in_repository() -> str:
    """OWNER/NAME of the repository that this program's releases come from; empty: none is named."""
    try:
        return resources.path(FILE).read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class Updates(QObject):
    """Follows the releases."""

    changed = Signal()
    "`newer` is another."

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
        self.newer = newer_version(remembered, __version__) if repository else ""
        "The version of a newer Pollux; empty: none is known."
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
    def page(self) -> str:
        """Where a person reads of the newest release and gets it."""
        return f"https://github.com/{self._repository}/releases/latest"

    @property
    def wanted(self) -> bool:
        return wants_updates(self._remembered)

    def choose(self, wanted: bool) -> None:
        self._remembered.setValue(UPDATES, wanted)
        if not wanted:
            self.dismiss()

    def dismiss(self) -> None:
        """Tells no more of what was found, until it is found again."""
        self._know("")

    async def look(self) -> None:
        """Asks, if it is time to."""
        if not self._is_due():
            return
        now = self._now()
        self._remember(now - WEEK_S + DAY_S)  # tomorrow again, unless there is an answer
        try:
            newer = await self._bridge.ask(lambda to: to.newer_version(self._repository))
        except Refusal:
            return
        self._remember(now)
        if self.wanted:
            self._know(newer or "")

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

    def _know(self, newer: str) -> None:
        self.newer = newer
        if newer:
            self._remembered.setValue(NEWER, [newer, __version__])
        else:
            self._remembered.remove(NEWER)
        self.changed.emit()
