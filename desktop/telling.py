"""Keeps the tray's view true, and tells the owner what needs a hand while the window is away."""

from PySide6.QtCore import QObject, QSettings, Signal

from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.life import Phase
from desktop.remembered import wants_notifications
from desktop.status import resting, status_of, why_unusable
from desktop.tray import notices
from desktop.tray.notifier import Notifier
from desktop.tray.tray import Tray
from desktop.tray.view import TrayState, TrayView
from desktop.troubles import TroubleKind
from desktop.words import said, span
from proxy_core.api import Event, NetworkChanged, Snapshot, Woke


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
        self._exhausted = False
        desk.bridge.snapshot_changed.connect(self._look)
        desk.bridge.happened.connect(self._hear)
        desk.life.changed.connect(self._follow)
        desk.in_line.changed.connect(self._tell_exhaustion)
        at_login.changed.connect(self._show)
        self._show()

    @property
    def is_well(self) -> bool:
        """Whether nothing bad was told last that still holds."""
        return not self._exhausted

    def _show(self) -> None:
        life, snapshot = self._desk.life, self._desk.bridge.snapshot
        status = status_of(self._desk)
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
            self._notify(notices.port_taken(trouble.port, can_change=bool(trouble.free_port)))

    def _look(self, snapshot: Snapshot) -> None:
        self._show()
        if self._desk.life.phase is not Phase.RUNNING:
            return
        waiting = {view.id for view in snapshot.credentials if view.state == "needs_sign_in"}
        for view in snapshot.credentials:
            if view.id in waiting - self._sign_ins:
                self._notify(notices.needs_sign_in(view.id, view.label))
        self._sign_ins = waiting
        self._tell_exhaustion()

    def _tell_exhaustion(self) -> None:
        """Once when nobody is free any more, and once when somebody is again."""
        self._show()
        snapshot = self._desk.bridge.snapshot
        if self._desk.life.phase is not Phase.RUNNING or not snapshot.credentials:
            return
        degraded = snapshot.state == "degraded"
        if snapshot.state == "paused" or not (degraded or self._desk.in_line.line):
            return  # there is no news while nobody is asked, nor before the answer
        exhausted = degraded or self._desk.in_line.all_rest
        if exhausted and not self._exhausted:
            sentence = why_unusable(snapshot) if degraded else resting(self._desk)
            self._notify(notices.pool_exhausted(sentence))
        elif self._exhausted and not exhausted:
            self._notify(notices.back())
        self._exhausted = exhausted

    def _hear(self, events: tuple[Event, ...]) -> None:
        self._show()
        for event in events:
            match event:
                case Woke():
                    text = self.tr("Asleep for {span}. Connections to Google were made anew.")
                    self._notify(notices.woke(text.format(span=span(event.asleep_s))))
                case NetworkChanged() if not event.reachable:
                    self._notify(notices.unreachable(said(event.sentence)))
                case _:
                    pass

    def _notify(self, notice: notices.Notice) -> None:
        if wants_notifications(self._remembered):
            self._notifier.tell(notice)
