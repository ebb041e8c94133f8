"""The use of one credential for one attempt; comes back exactly once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from proxy_core.credentials.model import EVERY_SERVICE, Credential, Service
from proxy_core.pool.standing import Member, Pair


class Want(NamedTuple):
    """What a call needs of the pool. One value per call."""

    model: str
    tried: set[str]
    "Ids of credentials not to use again for this call; the caller adds to it."
    conversation: bytes | None = None
    continues: bool = False
    "Whether the conversation goes on, so that its credential should serve again."
    services: frozenset[Service] = EVERY_SERVICE
    "Those that can answer the call."
    unit: str | None = None
    "Only credentials of this unit may serve: its id, or that of a credential in it."


@dataclass(slots=True)
class Lease:
    """Taken from the pool; `give_back` is safe to call again and never waits."""

    member: Member
    pair: Pair
    credential: Credential
    "The member's when it was taken; a new sign-in may have given it another since."
    era: int
    "The pair's number of rests when it was taken."
    conversation: bytes | None
    _on_return: Callable[["Lease"], None]
    _returned: bool = False

    @property
    def strikes(self) -> int:
        """Per-day refusals in a row that this attempt would add to."""
        return self.pair.strikes if self.era == self.pair.era else 0

    def give_back(self) -> None:
        if not self._returned:
            self._returned = True
            self._on_return(self)
