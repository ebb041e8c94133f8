"""What happened, as frozen plain data, and the one place that hands it on.

The three that are made for every exchange are named tuples, which cost a fifth of a frozen
dataclass to make.

Not here: the state now (`snapshot`), or how events cross to another thread (`api`).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

log = logging.getLogger(__name__)


class AttemptRecord(NamedTuple):
    """One lease and one send, as it ended."""

    credential_id: str
    label: str
    outcome: str
    "`ok`, or the cause of the failure."
    seconds: float


class Tokens(NamedTuple):
    """Counts of one exchange."""

    prompt: int = 0
    "Cached ones included."
    cached: int = 0
    output: int = 0
    "Thoughts not included."
    thoughts: int = 0
    total: int = 0

    def plus(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.output + other.output,
            self.thoughts + other.thoughts,
            self.total + other.total,
        )


class ExchangeEnded(NamedTuple):
    """One client request, from arrival to its last byte. Holds no text of it."""

    id: str
    at: float
    "Arrival, epoch seconds."
    client: str
    "User-Agent's product name, or empty."
    dialect: str
    action: str
    model: str
    stream: bool
    status: int
    "HTTP status; 499 where the client left."
    attempts: tuple[AttemptRecord, ...]
    tokens: Tokens | None
    first_s: float | None
    "Seconds to the first chunk of Google; None where there was none."
    total_s: float
    error: str | None = None
    "Problem kind, where it failed."


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """A credential, or its project with one model, came into another state."""

    at: float
    subject: str
    "Credential id; unit id where `model` is set."
    label: str
    model: str | None
    state: str
    until: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class CredentialsLoaded:
    """The credential stores were read, or have changed."""

    at: float
    count: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class SignInChanged:
    """A sign-in has come further, or ended; `sign_in` tells how it stands."""

    at: float
    sign_in_id: str
    status: str


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """The owner paused Pollux, or lets it go on."""

    at: float
    paused: bool


@dataclass(frozen=True, slots=True)
class Woke:
    """The computer slept, and is awake again."""

    at: float
    asleep_s: float


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """The wall clock was set."""

    at: float
    by_s: float
    "Negative where it was set back."


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """Google cannot be reached any more, or can be again."""

    at: float
    reachable: bool
    sentence: str


Event: TypeAlias = (
    ExchangeEnded
    | StandingChanged
    | CredentialsLoaded
    | SignInChanged
    | PauseChanged
    | Woke
    | ClockChanged
    | NetworkChanged
)
Subscriber: TypeAlias = Callable[[Event], None]


class Bus:
    """Hands each event to every subscriber, at once, on the engine's thread."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Returns the function that ends the subscription."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def publish(self, event: Event) -> None:
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(event)
            except Exception:  # a subscriber's bug must not end an exchange
                log.exception("an event subscriber failed")
