"""The upload sessions that are open at Google, by the ids that stand for them.

An id is random, and what it stands for is written behind that: the path of Google's address.
Whose upload it is is noted under a digest of the whole, as for all that a project owns, so a
session outlives a restart and nobody can make one up.
"""

import base64
import secrets
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from proxy_core.relay.owners import Owners
from proxy_core.upstream.google import StreamingUpstream

LIFE_S = 86_400.0
_RANDOM_BYTES = 32
_RANDOM_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class Session:
    """One upload."""

    path: str
    "Path and query of Google's address; its host is the one that everything goes to."
    unit: str
    "Whose file it will be."


class UploadSessions:
    """Per process."""

    def __init__(self, upstream: StreamingUpstream, owners: Owners) -> None:
        self.upstream = upstream
        self._owners = owners

    def open(self, url: str, unit: str) -> str:
        """The id of a new session. url: Google's address for its bytes."""
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        told = base64.urlsafe_b64encode(path.encode()).decode().rstrip("=")
        name = secrets.token_urlsafe(_RANDOM_BYTES) + told
        self._owners.note(_noted(name), unit, LIFE_S)
        return name

    def get(self, name: str) -> Session | None:
        pin = self._owners.of([_noted(name)])
        if pin is None:
            return None
        told = name[_RANDOM_CHARACTERS:]
        path = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode()
        return Session(path, pin.unit)

    def forget(self, name: str) -> None:
        self._owners.forget(_noted(name))


def _noted(name: str) -> str:
    return "uploads/" + sha256(name.encode()).hexdigest()[:40]
