"""How Pollux stands, in one sentence and one sign: for tray and sidebar alike."""

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.life import Life, Phase
from desktop.look.tokens import Tone
from desktop.troubles import TroubleKind
from desktop.words import state_word
from proxy_core.api import Snapshot

_OWNER_MUST_ACT = frozenset(
    {
        "needs_sign_in",
        "scope_missing",
        "key_invalid",
        "key_restricted",
        "leaked",
        "suspended",
        "client_invalid",
        "unreadable",
    }
)


@dataclass(frozen=True, slots=True)
class Status:
    """state: serving, starting, degraded, attention, paused, port_taken or stopped."""

    state: str
    line: str
    tone: Tone
    icon: str


def status_of(life: Life, snapshot: Snapshot) -> Status:
    """What holds now."""
    if life.phase is Phase.TROUBLE and life.trouble is not None:
        taken = life.trouble.kind is TroubleKind.PORT_TAKEN
        return Status("port_taken" if taken else "stopped", life.trouble.sentence, "bad", "error")
    if life.phase is Phase.STARTING or snapshot.state == "starting":
        return Status("starting", state_word("starting").word, "info", "clock")
    if life.phase is not Phase.RUNNING or snapshot.state in ("stopping", "stopped"):
        return Status("stopped", state_word("stopped").word, "off", "stop")
    if snapshot.state == "paused":
        return Status("paused", _tr("Paused: requests are refused"), "off", "pause")
    return _serving(life, snapshot)


def _serving(life: Life, snapshot: Snapshot) -> Status:
    usable = sum(view.state in ("ready", "busy") for view in snapshot.credentials)
    if not snapshot.credentials:
        return Status("degraded", _tr("Running, with no credential yet"), "warn", "warning")
    if not usable:
        return Status("degraded", _tr("No credential is usable"), "warn", "warning")
    waiting = [view for view in snapshot.credentials if view.state in _OWNER_MUST_ACT]
    if waiting:
        line = _tr("Running; %n credential(s) to look after", len(waiting))
        return Status("attention", line, "warn", "warning")
    port = life.url.rpartition(":")[2]
    return Status("serving", _tr("Running on port {port}").format(port=port), "ok", "check")


def why_unusable(snapshot: Snapshot) -> str:
    """Why no credential is usable, for a notification."""
    states = Counter(view.state for view in snapshot.credentials)
    if not states:
        return _tr("There is no credential yet. Add an account or a key.")
    line = _tr("{state}: {count}")
    parts = [
        line.format(state=state_word(state).word, count=count)
        for state, count in states.most_common()[:3]
    ]
    return "\n".join(parts)


def _tr(text: str, n: int = -1) -> str:
    return QCoreApplication.translate("Status", text, None, n)
