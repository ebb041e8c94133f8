"""What the tray shows, as plain data."""

from dataclasses import dataclass
from enum import StrEnum


class TrayState(StrEnum):
    """How Pollux stands; each has an icon of its own shape."""

    SERVING = "serving"
    STARTING = "starting"
    DEGRADED = "degraded"
    "No credential is usable."
    ATTENTION = "attention"
    "It serves, and something needs its owner: a sign-in, a vault that waits."
    PAUSED = "paused"
    PORT_TAKEN = "port_taken"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class TrayView:
    """All of it at one moment; the texts are ready to be read."""

    state: TrayState
    line: str
    "The status in one sentence."
    paused: bool = False
    can_pause: bool = True
    start_at_login: bool = False
    demo: bool = False
    notice: str = ""
    "What must not be forgotten while it is so, such as GOOGLE_API_BASE_URL being set."
