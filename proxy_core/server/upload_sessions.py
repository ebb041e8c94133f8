"""The upload sessions that are open at Google, by the random ids that stand for them."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

from proxy_core.clock import Clock
from proxy_core.upstream.google import StreamingUpstream

LIFE_S = 86_400.0
MOST = 10_000
"Beyond, the oldest goes."


@dataclass(frozen=True, slots=True)
class Session:
    """One upload."""

    path: str
    "Path and query of Google's address; its host is the one that everything goes to."
    unit: str
    "Whose file it will be."
    ends_at: float
    "Monotonic."


class UploadSessions:
    """Per process."""

    def __init__(self, upstream: StreamingUpstream, clock: Clock) -> None:
        self.upstream = upstream
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, url: str, unit: str) -> str:
        """The id of a new session. url: Google's address for its bytes."""
        self._sweep()
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        name = secrets.token_urlsafe(32)
        self._sessions[name] = Session(path or "/", unit, self._clock.monotonic() + LIFE_S)
        if len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return name

    def get(self, name: str) -> Session | None:
        self._sweep()
        return self._sessions.get(name)

    def forget(self, name: str) -> None:
        self._sessions.pop(name, None)

    def _sweep(self) -> None:
        """All live equally long, so the oldest end first."""
        now = self._clock.monotonic()
        while self._sessions and next(iter(self._sessions.values())).ends_at <= now:
            self._sessions.popitem(last=False)
