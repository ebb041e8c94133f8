"""Where tools find Pollux: base URL and bearer token, to copy."""

from PySide6.QtCore import Signal

from desktop.desk import Desk
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.fields import CopyField
from desktop.widgets.marks import Chip
from desktop.widgets.panels import Card
from desktop.words import said
from proxy_core.api import Refusal

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class EndpointCard(Card):
    """Follows the engine; without one there is nothing to copy."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Your endpoint"))
        self._desk = desk
        self._reach = Chip(desk.theme)
        self.head.addWidget(self._reach)
        self.url = CopyField(desk.theme, self.tr("Base URL"))
        self.url.copied.connect(self._copy_url)
        self.body.addWidget(self.url)
        self.token = CopyField(desk.theme, self.tr("Bearer token"), secret=True)
        self.token.copied.connect(lambda _text: spawn(self._copy_token(), name="copy the token"))
        self.body.addWidget(self.token)
        self.body.addStretch(1)
        self.connect_button = button(desk.theme, self.tr("Connect a tool"), "connect")
        self.connect_button.clicked.connect(lambda: self.go.emit("connect"))
        self.body.addWidget(self.connect_button)
        desk.life.changed.connect(self._follow)
        self._follow()

    def refresh(self) -> None:
        """The token may have been exchanged meanwhile."""
        spawn(self._show_token(), name="show the token")

    def _follow(self) -> None:
        url = self._desk.life.url
        self.url.show_value(f"{url}/v1" if url else "")
        host = url.rpartition(":")[0].rpartition("/")[2]
        if host in LOOPBACK:
            self._reach.show_state(self.tr("This computer only"), "ok", "shield")
        else:
            self._reach.show_state(self.tr("Open to the network"), "warn", "warning")
        self._reach.setVisible(bool(url))
        self.refresh()

    async def _show_token(self) -> None:
        try:
            token = await self._desk.bridge.token()
        except Refusal:
            token = ""
        self.token.show_value(token)

    def _copy_url(self, url: str) -> None:
        self._desk.copy(url, False)
        self._desk.toast(self.tr("Base URL copied"))

    async def _copy_token(self) -> None:
        """Asks for it anew, for it may have been exchanged since it was shown."""
        try:
            token = await self._desk.bridge.token()
        except Refusal as refusal:
            self._desk.toast(said(refusal.sentence))
            return
        self.token.show_value(token)
        self._desk.copy(token, True)
        self._desk.toast(self.tr("Bearer token copied; it is a secret"))
