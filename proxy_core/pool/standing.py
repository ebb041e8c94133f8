"""What is known of credentials and of (project, model) pairs, and who remembers it.

A unit is what shares a quota: the credentials of one project, or a credential whose project
is not known. A pair is a unit with a model. Not here: choosing (`lane`, `pool`), judging
(`retry`), how standings become records (`records`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from proxy_core.credentials.model import Credential, Service
from proxy_core.gemini.faults import Fault
from proxy_core.gemini.states import CredentialState, ModelState
from proxy_core.pool.quota import Use


@dataclass(slots=True)
class Member:
    """One credential in the pool, for the life of the pool."""

    credential: Credential
    unit: "Unit"
    position: int
    label: str = ""
    "The owner's, else the credential's own."
    enabled: bool = True
    switched_at: float = 0.0
    "When the owner switched it on or off; 0: never."
    state: CredentialState = CredentialState.READY
    since: float = 0.0
    fault: Fault | None = None
    "What Google said when the state began."
    in_flight: int = 0
    turn: int = 0

    @property
    def usable(self) -> bool:
        return self.enabled and self.state is CredentialState.READY

    @property
    def project(self) -> str | None:
        """The project that pays, by id or number; None where it is not known (yet)."""
        return None if self.unit.id == self.credential.id else self.unit.project

    @property
    def service(self) -> Service:
        return self.credential.service

    @property
    def location(self) -> str:
        return self.credential.location


VERTEX_MARK = "@vertex"
"Behind a project in the id of its unit at Vertex AI: its quotas there are others."


@dataclass(slots=True)
class Unit:
    """Credentials that share a quota."""

    id: str
    service: Service = Service.GEMINI
    members: list[Member] = field(default_factory=list)
    rests_until: float = 0.0
    "A rest of the whole project (spend cap), epoch seconds."
    rests_since: float = 0.0
    fault: Fault | None = None
    "What Google said when that rest began."

    @property
    def project(self) -> str:
        """Of a unit that is a project's."""
        return self.id.removesuffix(VERTEX_MARK)

    @property
    def paid(self) -> bool:
        """Billed per call."""
        return self.service is Service.VERTEX

    def pick(self, tried: set[str]) -> Member | None:
        """The usable member that is not in `tried` and was used the longest ago."""
        best: Member | None = None
        for member in self.members:
            if not member.usable or member.credential.id in tried:
                continue
            if best is None or member.turn < best.turn:
                best = member
        return best

    @property
    def usable(self) -> bool:
        return any(member.usable for member in self.members)


@dataclass(slots=True)
class Pair:
    """One (project, model): what rests, and what shares a limit."""

    unit: Unit
    model: str
    use: Use = field(default_factory=Use)
    in_flight: int = 0
    turn: int = 0
    state: ModelState = ModelState.READY
    since: float = 0.0
    until: float = 0.0
    "End of the rest, epoch seconds; 0 when it does not rest."
    fault: Fault | None = None
    half_open: bool = False
    "Its rest has ended and no answer has proved it since: one request at a time."
    strikes: int = 0
    "Per-day refusals in a row."
    exists: bool = False
    "Google has answered for it, or named its quota: no client made the model's name up."
    era: int = 0
    "Number of rests so far; tells answers to requests sent before a rest from later ones."
    serial: int = 0
    "Of its current entry in the lane's heap; 0: none."

    @property
    def of_model(self) -> bool:
        """Whether it is of a model, or an action of one; not of what projects keep, `/files`."""
        return not self.model.startswith("/")

    @property
    def blank(self) -> bool:
        """Whether nothing is known of it."""
        return not (self.turn or self.until or self.use.known)

    def free(self, cap: int) -> bool:
        """Whether one more request may go out (cap 0: no limit)."""
        if self.half_open:
            return self.in_flight == 0
        return not cap or self.in_flight < cap


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """One standing as a ledger keeps it."""

    subject: str
    "Credential id, unit id where `model` is set, or one of the prefixes in `records`."
    model: str | None
    state: str
    since: float
    until: float
    reason: str
    "What Google said; the sentence of a refusal that a refresh met."
    strikes: int = 0
    cause: str = ""
    "Slug of the fault's cause; empty where no fault led to this."
    link: str | None = None
    "Where Google sends the owner."


@dataclass(frozen=True, slots=True)
class LimitRecord:
    """The limits learned for one (project, model), and the day's use of it."""

    unit: str
    model: str
    limit_minute: int | None
    limit_day: int | None
    used_day: int
    day: str
    "Date in America/Los_Angeles (`2026-11-23`) that `used_day` belongs to."


class Notes(Protocol):
    """What the owner decided about credentials, by id."""

    def label_of(self, credential_id: str) -> str | None: ...

    def enabled(self, credential_id: str) -> bool: ...

    def service_of(self, credential_id: str) -> tuple[Service, str] | None:
        """With the location; None: as the credential itself says."""


class Ledger(Protocol):
    """Remembers standings and limits over the life of a pool."""

    def load(self) -> Sequence[StandingRecord]: ...

    def save(self, record: StandingRecord) -> None: ...

    def delete(self, subject: str, model: str | None) -> None: ...

    def limits(self) -> Sequence[LimitRecord]: ...

    def save_limits(self, record: LimitRecord) -> None: ...


class MemoryLedger:
    """Remembers for as long as the process lives."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str | None], StandingRecord] = {}
        self._limits: dict[tuple[str, str], LimitRecord] = {}

    def load(self) -> Sequence[StandingRecord]:
        return tuple(self._records.values())

    def save(self, record: StandingRecord) -> None:
        self._records[record.subject, record.model] = record

    def delete(self, subject: str, model: str | None) -> None:
        self._records.pop((subject, model), None)

    def limits(self) -> Sequence[LimitRecord]:
        return tuple(self._limits.values())

    def save_limits(self, record: LimitRecord) -> None:
        self._limits[record.unit, record.model] = record
