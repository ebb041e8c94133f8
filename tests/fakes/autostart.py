"""Start at login without a login."""

from desktop.system.autostart import AutostartFailed


class FakeAutostart:
    """Implements system.autostart.Autostart."""

    def __init__(self) -> None:
        self.on = False
        self.fails = False
        self.written: list[bool] = []

    def enabled(self) -> bool:
        return self.on

    def set(self, *, enabled: bool) -> None:
        if self.fails:
            raise AutostartFailed("The folder is read-only.", "Mend its permissions.")
        self.on = enabled
        self.written.append(enabled)
