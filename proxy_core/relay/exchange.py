"""One client request as the relay and the statistics see it: ids, times, attempts. No texts."""

from dataclasses import dataclass, field

from proxy_core.events import AttemptRecord, Tokens


@dataclass(slots=True)
class Exchange:
    """Grouped by lifetime: what arrival gave, then what its attempts add."""

    id: str
    at: float
    "Arrival, epoch seconds."
    started: float
    "Arrival on the monotonic clock."
    client: str = ""
    dialect: str = ""
    action: str = ""
    model: str = ""
    stream: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    "The client's own headers that go on to Google."
    patient: bool = True
    "Whether a call may wait for a credential: not while another model can stand in."

    attempts: list[AttemptRecord] = field(default_factory=list)
    first_at: float | None = None
    "First chunk of Google, monotonic."
    tokens: Tokens | None = None
    error: str | None = None

    @property
    def credential_label(self) -> str | None:
        """Of the credential that answered."""
        if self.attempts and self.attempts[-1].outcome == "ok":
            return self.attempts[-1].label
        return None
