"""Sessions of the page: random, kept in memory as hashes, ended by idleness. No HTTP in here."""

import hashlib
import secrets
from dataclasses import dataclass

from proxy_core.clock import Clock

IDLE_S = 12 * 3_600.0
MOST = 100


@dataclass(slots=True)
class Session:
    """One open session."""

    by_password: bool
    "Whether it was opened with ADMIN_PASSWORD, so that it counts from elsewhere too."
    generation: int
    "Of the bearer token at that time: a new one ends the session."
    used_at: float
    "Monotonic."


class Sessions:
    """All sessions of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[bytes, Session] = {}
        "By the hash of the secret, least recently used first."

    def open(self, *, by_password: bool, generation: int) -> str:
        """Begins a session; returns its secret of 256 bits."""
        secret = secrets.token_urlsafe(32)
        while len(self._sessions) >= MOST:
            del self._sessions[next(iter(self._sessions))]
        session = Session(by_password, generation, self._clock.monotonic())
        self._sessions[_digest(secret)] = session
        return secret

    def find(self, secret: str, generation: int) -> Session | None:
        """The session of a secret, which it keeps from ending by idleness."""
        session = self._sessions.pop(digest := _digest(secret), None)
        now = self._clock.monotonic()
        if session is None or session.generation != generation or now - session.used_at > IDLE_S:
            return None
        session.used_at = now
        self._sessions[digest] = session
        return session

    def end(self, secret: str) -> None:
        self._sessions.pop(_digest(secret), None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
