"""Whether Pollux starts at login, as tray and settings both show it. The files or the registry
behind it are read and written off the loop (`system.autostart`)."""

import asyncio

from PySide6.QtCore import QObject, Signal

from desktop.system.autostart import Autostart


class AtLogin(QObject):
    """The last that is known; `changed` comes when that is something else."""

    changed = Signal()

    def __init__(self, autostart: Autostart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._autostart = autostart
        self.enabled = False

    async def look(self) -> None:
        """Asks the system anew: the owner may have changed it elsewhere."""
        self._show(await asyncio.to_thread(self._autostart.enabled))

    async def choose(self, *, enabled: bool) -> None:
        """Raises AutostartFailed; what holds is shown in any case."""
        try:
            await asyncio.to_thread(lambda: self._autostart.set(enabled=enabled))
        finally:
            await self.look()

    async def renew(self) -> None:
        """Writes the entry anew where there is one: the program may have been moved since."""
        await self.look()
        if self.enabled:
            await self.choose(enabled=True)

    def _show(self, enabled: bool) -> None:
        before, self.enabled = self.enabled, enabled
        if enabled != before:
            self.changed.emit()
