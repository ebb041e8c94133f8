"""Keeps the tray's view true, and tells the owner what needs a hand while the window is away."""

from PySide6.QtCore import QObject, QSettings, Signal

from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.life import Phase
from desktop.remembered import wants_notifications
from desktop.status import status_of, why_unusable
from desktop.tray import notices
from desktop.tray.notifier import Notifier
from desktop.tray.tray import Tray
from desktop.tray.view import TrayState, TrayView
from desktop.troubles import TroubleKind
from desktop.words import said, span
from proxy_core.api import Event, ExchangeEnded, NetworkChanged, Snapshot, Woke

EXHAUSTED = frozenset({"rate_limited", "quota_spent", "unusable_credentials"})
"What an exchange failed with when no credential was free."


class Telling(QObject):
    """Follows the engine's life and events."""

    clicked = Signal(str)
    "A notification was clicked; the page it belongs to."

    def __init__(self, desk: Desk, tray: Tray, remembered: QSettings, at_login: AtLogin) -> None:
        super().__init__(tray)
        self._desk, self._tray, self._remembered = desk, tray, remembered
        self._at_login = at_login
        self._notifier = Notifier(tray)
        self._notifier.clicked.connect(self.clicked)
        self._sign_ins: set[str] = set()
        self._exhausted = self._degraded = False
        desk.bridge.snapshot_changed.connect(self._look)
        desk.bridge.happened.connect(self._hear)
        desk.life.changed.connect(self._follow)
        at_login.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        life, snapshot = self._desk.life, self._desk.bridge.snapshot
        status = status_of(life, snapshot)
        base_url = life.settings.google_api_base_url if life.settings and not life.demo else None
        self._tray.show(
            TrayView(
                state=TrayState(status.state),
                line=status.line,
                paused=snapshot.state == "paused",
                can_pause=life.phase is Phase.RUNNING,
                start_at_login=self._at_login.enabled,
                demo=life.demo,
                notice=f"GOOGLE_API_BASE_URL: {base_url}" if base_url else "",
            )
        )

    def _follow(self) -> None:
        self._show()
        trouble = self._desk.life.trouble
        if trouble is not None and trouble.kind is TroubleKind.PORT_TAKEN:
            self._notify(notices.port_taken(trouble.port))

    def _look(self, snapshot: Snapshot) -> None:
        self._show()
        if self._desk.life.phase is not Phase.RUNNING:
            return
        waiting = {view.id for view in snapshot.credentials if view.state == "needs_sign_in"}
        for view in snapshot.credentials:
            if view.id in waiting - self._sign_ins:
                self._notify(notices.needs_sign_in(view.id, view.label))
        self._sign_ins = waiting
        degraded = snapshot.state == "degraded" and bool(snapshot.credentials)
        if degraded and not self._degraded:
            self._exhaust(why_unusable(snapshot))
        self._degraded = degraded

    def _hear(self, events: tuple[Event, ...]) -> None:
        for event in events:
            match event:
                case ExchangeEnded() if event.error in EXHAUSTED:
                    self._exhaust(self._first_return(event.model))
                case ExchangeEnded() if event.error is None and self._exhausted:
                    self._exhausted = False
                    self._notify(notices.back())
                case Woke():
                    text = self.tr("Asleep for {span}. Connections to Google were made anew.")
                    self._notify(notices.woke(text.format(span=span(event.asleep_s))))
                case NetworkChanged() if not event.reachable:
                    self._exhaust(said(event.sentence))
                case _:
                    pass

    def _exhaust(self, sentence: str) -> None:
        self._exhausted = True
        self._notify(notices.pool_exhausted(sentence))

    def _first_return(self, model: str) -> str:
        """When a credential is free for this model again, in words."""
        ends = [
            view.until
            for credential in self._desk.bridge.snapshot.credentials
            for view in credential.models
            if view.model == model and view.until is not None
        ]
        if not ends:
            return why_unusable(self._desk.bridge.snapshot)
        text = self.tr("All credentials rest for {model}. The first returns in {span}.")
        return text.format(model=model, span=span(min(ends) - self._desk.figures.now()))

    def _notify(self, notice: notices.Notice) -> None:
        if wants_notifications(self._remembered):
            self._notifier.tell(notice)
