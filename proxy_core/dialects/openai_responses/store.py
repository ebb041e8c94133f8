"""Answers that later requests may go on from (`previous_response_id`), in memory only.

Bounded in bytes and in time; nothing is written down, so that no prompt reaches a disk. A kept
answer holds its request as it came and the one that it went on from, and so the whole
conversation, even when the older answers are gone from the list.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

MAX_BYTES = 64 * 1024 * 1024
LIFETIME_S = 3600.0
"Since its last use."

_ENTRY_BYTES = 600
"About what an entry takes beside its texts."


class Origin(NamedTuple):
    """What was known of an answer when it was asked for."""

    request: bytes
    "The body as the client sent it."
    previous: Kept | None = None
    conversation_key: bytes | None = None
    "By which the conversation is known."


@dataclass(slots=True, eq=False)
class Kept:
    """One answer, and the way back to its conversation's first."""

    id: str
    origin: Origin
    response: bytes
    "The response object."
    text_signature: str | None = None
    "Google's, of the text."
    used_at: float = 0.0
    holders: int = 0
    "The store's list and the answers that went on from it."

    @property
    def size(self) -> int:
        signature = self.text_signature or ""
        return _ENTRY_BYTES + len(self.origin.request) + len(self.response) + len(signature)


class ResponseStore:
    """Answers by id; the one unused for longest goes first. Per process."""

    def __init__(
        self,
        now: Callable[[], float],
        max_bytes: int = MAX_BYTES,
        lifetime_s: float = LIFETIME_S,
    ) -> None:
        """now: seconds of a clock that only goes forward."""
        self._now = now
        self._max_bytes = max_bytes
        self._lifetime_s = lifetime_s
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self.size_bytes = 0
        "Of everything reachable, so also of answers that only a later one holds."

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, kept: Kept) -> None:
        kept.used_at = self._now()
        self._kept[kept.id] = kept
        self._hold(kept)
        self._prune()

    def get(self, id_: str) -> Kept | None:
        self._prune()
        kept = self._kept.get(id_)
        if kept is not None:
            kept.used_at = self._now()
            self._kept.move_to_end(id_)
        return kept

    def delete(self, id_: str) -> bool:
        """Whether it was there. What later answers hold of it stays with them."""
        kept = self._kept.pop(id_, None)
        if kept is None:
            return False
        self._let_go(kept)
        return True

    def _prune(self) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            fresh = self._now() - oldest.used_at < self._lifetime_s
            if fresh and self.size_bytes <= self._max_bytes:
                return
            del self._kept[oldest.id]
            self._let_go(oldest)

    def _hold(self, kept: Kept | None) -> None:
        """Counts everything on the way back that nobody held so far."""
        while kept is not None:
            kept.holders += 1
            if kept.holders > 1:
                return
            self.size_bytes += kept.size
            kept = kept.origin.previous

    def _let_go(self, kept: Kept | None) -> None:
        while kept is not None:
            kept.holders -= 1
            if kept.holders:
                return
            self.size_bytes -= kept.size
            kept = kept.origin.previous
