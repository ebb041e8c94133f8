"""What keeps Try it from asking anything, and what to do about it."""

from PySide6.QtCore import Signal

from desktop import words
from desktop.desk import Desk
from desktop.life import Phase
from desktop.look.tokens import Tone
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.panels import Banner
from proxy_core.api import Refusal, Snapshot


class Obstacle(Banner):
    """Hidden where there is none, or where the window tells of it."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.theme)
        self._desk = desk
        self._told: object = None
        "What was looked at last."
        self._passes = True

    def explain(self) -> bool:
        """Says what is in the way, if anything is; whether something can be asked."""
        life, snapshot = self._desk.life, self._desk.bridge.snapshot
        offline = bool(self._desk.bridge.offline)
        seen = (life.phase, snapshot.state, bool(snapshot.credentials), offline)
        if seen != self._told:  # else its buttons, one of which may have the focus, stay
            self._told = seen
            self._passes = self._explain(snapshot)
        return self._passes

    def _explain(self, snapshot: Snapshot) -> bool:
        life = self._desk.life
        if life.phase is Phase.TROUBLE:
            self.hide()  # the window says it, on every page
        elif life.phase is Phase.STARTING or snapshot.state == "starting":
            self._tell("info", self.tr("Pollux is starting."), self.tr("One moment."))
        elif life.phase is not Phase.RUNNING:
            self._tell(
                "off", self.tr("Pollux is not running."), self.tr("Start it, then try again.")
            )
        elif snapshot.state == "paused":
            self._tell_of_pause()
        elif not snapshot.credentials:
            self._tell_of_empty_pool()
        elif snapshot.state == "degraded" and not self._desk.bridge.offline:
            self._tell_of_rest()
            return True
        else:
            self.hide()
            return True
        return False

    def _tell(self, tone: Tone, sentence: str, next_step: str) -> None:
        self.tell(tone, sentence, next_step, closable=False)

    def _tell_of_pause(self) -> None:
        resume = button(self._desk.theme, self.tr("Resume"), "play", "primary")
        resume.clicked.connect(lambda: spawn(self._resume(), name="resume from Try it"))
        self.tell(
            "off",
            self.tr("Pollux is paused."),
            self.tr("It answers nothing until you resume it."),
            [resume],
            closable=False,
        )

    def _tell_of_empty_pool(self) -> None:
        account = button(self._desk.theme, self.tr("Add account"), "person")
        account.clicked.connect(lambda: self.go.emit("add_account"))
        key = button(self._desk.theme, self.tr("Add API key"), "key", "primary")
        key.clicked.connect(lambda: self.go.emit("add_key"))
        self.tell(
            "warn",
            self.tr("There is no credential yet."),
            self.tr("Add an API key or a Google account, then ask."),
            [account, key],
            closable=False,
        )

    def _tell_of_rest(self) -> None:
        see = button(self._desk.theme, self.tr("See accounts"), "accounts")
        see.clicked.connect(lambda: self.go.emit("accounts"))
        self.tell(
            "warn",
            self.tr("No credential can be used at the moment."),
            self.tr("Accounts says why, and until when."),
            [see],
            closable=False,
        )

    async def _resume(self) -> None:
        try:
            await self._desk.bridge.ask(lambda to: to.resume())
        except Refusal as refusal:
            self._desk.toast(words.said(refusal.sentence))
