"""How Pollux stands, in one sentence and one sign: for tray, sidebar and headlines alike."""

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.asked import model_words
from desktop.desk import Desk
from desktop.life import Phase
from desktop.look.tokens import Tone
from desktop.troubles import TroubleKind
from desktop.words import hour_minute, state_word
from proxy_core.api import Snapshot

USABLE = frozenset({"ready", "busy"})
IN_ORDER = USABLE | {"disabled"}
"States that need nothing of the owner."


@dataclass(frozen=True, slots=True)
class Status:
    """state: serving, starting, degraded, attention, paused, port_taken or stopped."""

    state: str
    line: str
    tone: Tone
    icon: str


def status_of(desk: Desk) -> Status:
    """What holds now."""
    life, snapshot = desk.life, desk.bridge.snapshot
    if life.phase is Phase.TROUBLE and life.trouble is not None:
        taken = life.trouble.kind is TroubleKind.PORT_TAKEN
        return Status("port_taken" if taken else "stopped", life.trouble.sentence, "bad", "error")
    if life.phase is Phase.STARTING or snapshot.state == "starting":
        return Status("starting", state_word("starting").word, "info", "clock")
    if life.phase is not Phase.RUNNING or snapshot.state in ("stopping", "stopped"):
        return Status("stopped", state_word("stopped").word, "off", "stop")
    if snapshot.state == "paused":
        return Status("paused", _tr("Paused: requests are refused"), "off", "pause")
    return _running(desk, snapshot)


def _running(desk: Desk, snapshot: Snapshot) -> Status:
    if not snapshot.credentials:
        return Status("degraded", _tr("Running, with no credential yet"), "warn", "warning")
    if desk.bridge.offline:
        return Status("degraded", _tr("Google cannot be reached"), "warn", "warning")
    if not any(view.state in USABLE for view in snapshot.credentials):
        return Status("degraded", _tr("No credential is usable"), "warn", "warning")
    if desk.in_line.all_rest:
        return Status("degraded", resting(desk), "warn", "clock")
    waiting = sum(view.state not in IN_ORDER for view in snapshot.credentials)
    if waiting:
        line = _tr("Running; %n credential(s) to look after", waiting)
        return Status("attention", line, "warn", "warning")
    port = desk.life.url.rpartition(":")[2]
    return Status("serving", _tr("Running on port {port}").format(port=port), "ok", "check")


def resting(desk: Desk) -> str:
    """That all credentials rest for a model, and until when."""
    line, ends = desk.in_line.line, desk.in_line.first_return
    model = model_words(line.model) if line else ""
    if ends is None:
        return _tr("No credential is free for {model}").format(model=model)
    text = _tr("All rest for {model} until {time}")
    return text.format(model=model, time=hour_minute(ends))


def pool_line(desk: Desk) -> str:
    """How many credentials can serve, or why none does: the headline of a page."""
    status, snapshot = status_of(desk), desk.bridge.snapshot
    if status.state not in ("serving", "attention"):
        return status.line
    usable = sum(view.state in USABLE for view in snapshot.credentials)
    total = len(snapshot.credentials)
    return _tr("{usable} of %n credential(s) can serve requests", total).format(usable=usable)


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
