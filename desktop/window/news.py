"""What the owner has to know, at the top of the window: trouble, the demo, the vault, the network.

Each kind has one banner, which goes when its cause has gone.
"""

from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.desk import Desk
from desktop.dialogs.links import page_button
from desktop.life import Phase
from desktop.look.metrics import XL, L, S
from desktop.tasks import spawn
from desktop.troubles import Trouble, TroubleKind
from desktop.widgets.buttons import button
from desktop.widgets.panels import Banner, column
from desktop.words import said, span
from proxy_core.api import (
    ClockChanged,
    CredentialsLoaded,
    Event,
    Keeping,
    NetworkChanged,
    Refusal,
    Snapshot,
    Woke,
    __version__,
)

KINDS: Final = ("trouble", "settings", "demo", "gateway", "vault", "network", "clock", "update")
"From the top down."
ASK_AGAIN_MS: Final = 2_000
"While the vault waits for its keyring."


class News(QWidget):
    """The banners; takes no room where there is nothing to tell."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._trouble: Trouble | None = None
        self._state = ""
        self._kept: Keeping | None = None
        inner = column(S)
        inner.setContentsMargins(XL, L, XL, 0)
        self.setLayout(inner)
        self.banners = {kind: Banner(desk.theme) for kind in KINDS}
        for banner in self.banners.values():
            inner.addWidget(banner)
            banner.close_button.clicked.connect(self._settle)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(ASK_AGAIN_MS)
        self._again.timeout.connect(self._look_after_vault)
        desk.life.changed.connect(self._show_life)
        desk.bridge.snapshot_changed.connect(self._show_snapshot)
        desk.bridge.happened.connect(self._read)
        desk.updates.changed.connect(self._tell_update)
        self.banners["update"].close_button.clicked.connect(desk.updates.dismiss)
        self._show_life()
        self._show_snapshot(desk.bridge.snapshot)
        self._tell_update()

    def _settle(self) -> None:
        """Hidden when empty, so that no margin is left."""
        self.setVisible(any(not banner.isHidden() for banner in self.banners.values()))

    def _hide(self, kind: str) -> None:
        self.banners[kind].hide()
        self._settle()

    def _act(
        self, text: str, what: Callable[[], Coroutine[Any, Any, object]], *, first: bool = False
    ) -> QPushButton:
        """A button that leads the engine's life; they are taken away when that goes on."""
        made = button(self._desk.theme, text, kind="primary" if first else "plain")
        made.clicked.connect(lambda: self._begin(made, what()))
        return made

    def _begin(self, made: QPushButton, coro: Coroutine[Any, Any, object]) -> None:
        made.setEnabled(False)
        spawn(coro, name=made.text())

    # -- trouble, demo, gateway ------------------------------------------------------------

    def _show_life(self) -> None:
        life = self._desk.life
        if life.trouble is not self._trouble:
            self._trouble = life.trouble
            if life.trouble is None:
                self._hide("trouble")
            else:
                self._tell_trouble(life.trouble)
        if life.phase is not Phase.RUNNING:
            for kind in ("vault", "network"):
                self._hide(kind)
            self._kept = None
        self._tell_demo()
        self._tell_gateway()
        self._tell_left_out()
        self._settle()

    def _tell_trouble(self, trouble: Trouble) -> None:
        buttons = list(self._ways_out(trouble))
        self.banners["trouble"].tell(
            "bad", trouble.sentence, trouble.next_step, buttons, closable=False
        )

    def _ways_out(self, trouble: Trouble) -> Iterator[QPushButton]:
        life, kind = self._desk.life, trouble.kind
        if kind is TroubleKind.PORT_TAKEN and trouble.free_port:
            port = trouble.free_port
            text = self.tr("Use port {port}").format(port=port)
            yield self._act(text, lambda: life.use_port(port), first=True)
        if trouble.file is not None:
            yield from self._opener(trouble.file)
        yield self._act(self.tr("Try again"), life.start)
        if kind is TroubleKind.SETTINGS:
            yield self._act(self.tr("Start without it"), lambda: life.start(without_file=True))
        elif kind in (TroubleKind.PORT_TAKEN, TroubleKind.OTHER):
            made = button(self._desk.theme, self.tr("Settings"))
            made.clicked.connect(lambda: self.go.emit("settings"))
            yield made

    def _opener(self, file: Path) -> Iterator[QPushButton]:
        made = button(self._desk.theme, self.tr("Open the file"), "open")
        url = QUrl.fromLocalFile(str(file)).toString()
        made.clicked.connect(lambda: self._open(url))
        yield made

    def _open(self, url: str) -> None:
        if not self._desk.open_url(url):
            path = QUrl(url).toLocalFile()
            self._desk.toast(self.tr("No program opened it. The file is {path}").format(path=path))

    def _tell_demo(self) -> None:
        banner, life = self.banners["demo"], self._desk.life
        if not life.demo:
            banner.hide()
        elif banner.isHidden():
            text = self.tr("Quit the demo") if life.only_demo else self.tr("Leave the demo")
            leave = self._act(text, life.leave_demo)
            banner.tell(
                "info",
                self.tr("This is the demo: a simulated Google answers, with pretend accounts."),
                self.tr("Nothing leaves this computer, and nothing of yours is used."),
                [leave],
                closable=False,
            )

    def _tell_gateway(self) -> None:
        life, banner = self._desk.life, self.banners["gateway"]
        url = None if life.settings is None or life.demo else life.settings.google_api_base_url
        if not url:
            banner.hide()
        elif banner.isHidden():
            banner.tell(
                "warn",
                self.tr("Requests go to {url} and not to Google.").format(url=url),
                self.tr("GOOGLE_API_BASE_URL is set. Start Pollux without it to reach Google."),
                closable=False,
            )

    def _tell_left_out(self) -> None:
        """Pollux runs without settings.toml, which could not be used."""
        life, banner = self._desk.life, self.banners["settings"]
        if life.left_out is None:
            banner.hide()
        elif banner.isHidden():
            again = self._act(self.tr("Try again"), life.restart)
            text = self.tr("{file} is left out, so its settings have their defaults.")
            banner.tell(
                "warn",
                text.format(file=life.left_out.name),
                self.tr("Mend it, then try again. Tools may look for Pollux on another port."),
                [*self._opener(life.left_out), again],
                closable=False,
            )

    # -- the vault -------------------------------------------------------------------------

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.state != self._state:
            self._state = snapshot.state
            self._look_after_vault()

    def _look_after_vault(self) -> None:
        if self._desk.life.phase is Phase.RUNNING:
            spawn(self._ask_for_vault(), name="ask how the vault stands")

    async def _ask_for_vault(self) -> None:
        try:
            kept = await self._desk.bridge.ask(lambda to: to.keeping())
        except Refusal:
            return  # Pollux stops; its next state asks anew
        if kept.vault == "waiting":
            self._again.start()
        if kept == self._kept:
            return
        self._kept = kept
        if not kept.sentence:
            self._hide("vault")
            return
        buttons = []
        if kept.vault == "closed":
            buttons.append(self._act(self.tr("Try again"), self._desk.life.restart))
        self.banners["vault"].tell("warn", said(kept.sentence), said(kept.next_step), buttons)
        self._settle()

    # -- events ----------------------------------------------------------------------------

    def _read(self, events: tuple[Event, ...]) -> None:
        for event in events:
            match event:
                case CredentialsLoaded():
                    self._look_after_vault()
                case NetworkChanged():
                    self._tell_network(event)
                case Woke(asleep_s=asleep_s):
                    sentence = self.tr("Awake again after {span}.").format(span=span(asleep_s))
                    step = self.tr("Connections were made anew and waiting times looked over.")
                    self.banners["clock"].tell("info", sentence, step)
                case ClockChanged(by_s=by_s):
                    form = (
                        self.tr("The computer's clock was put forward by {span}.")
                        if by_s > 0
                        else self.tr("The computer's clock was put back by {span}.")
                    )
                    step = self.tr("Waiting times were moved with it.")
                    self.banners["clock"].tell("info", form.format(span=span(abs(by_s))), step)
                case _:
                    pass
        self._settle()

    def _tell_network(self, event: NetworkChanged) -> None:
        banner = self.banners["network"]
        if event.reachable:
            if not banner.isHidden():
                self._desk.toast(said(event.sentence) or self.tr("Google can be reached again."))
            banner.hide()
            return
        banner.tell(
            "warn",
            said(event.sentence) or self.tr("Google cannot be reached."),
            self.tr("Pollux keeps trying, and goes on by itself as soon as it can."),
            closable=False,
        )

    # -- a newer Pollux --------------------------------------------------------------------

    def _tell_update(self) -> None:
        updates, banner = self._desk.updates, self.banners["update"]
        if not updates.newer:
            self._hide("update")
            return
        banner.tell(
            "info",
            self.tr("Pollux {version} is out.").format(version=updates.newer),
            self.tr("You have {version}. Nothing is installed by itself.").format(
                version=__version__
            ),
            [page_button(self._desk, updates.page, self.tr("Read more"))],
        )
        self._settle()
