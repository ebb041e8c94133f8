"""Who served, and who was passed over why, since the window was opened."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from proxy_core.api import ExchangeEnded

BLAMELESS: Final = frozenset(
    {
        # the client's own
        *("bad_request", "context_too_long", "too_large", "not_owned", "not_found"),
        *("signature", "schema", "thinking", "penalty"),
        # what the credential's tier allows: it rests, or another one is asked
        *("model_unavailable", "not_in_tier", "minute_quota", "day_quota"),
    }
)
"Causes that are neither the credential's fault nor Google's."


@dataclass(slots=True)
class Turn:
    """One credential's part."""

    served: int = 0
    failed: int = 0
    "Attempts that failed by a fault of the credential's, of Google's or of the network's."
    last_at: float | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    "Causes of all refused attempts."

    @property
    def success(self) -> float | None:
        """Share of answers among answers and faults; None before the first."""
        tried = self.served + self.failed
        return self.served / tried if tried else None


class Rotation:
    """By credential id."""

    def __init__(self) -> None:
        self.turns: dict[str, Turn] = {}
        self.last_model = ""

    def add(self, event: ExchangeEnded) -> None:
        self.last_model = event.model or self.last_model
        for attempt in event.attempts:
            turn = self.turns.setdefault(attempt.credential_id, Turn())
            turn.last_at = event.at + event.total_s
            if attempt.outcome == "ok":
                turn.served += 1
            else:
                turn.failed += attempt.outcome not in BLAMELESS
                turn.reasons[attempt.outcome] += 1

    def share(self, credential_id: str) -> float:
        """Of all answered attempts, 0 to 1."""
        total = sum(turn.served for turn in self.turns.values())
        turn = self.turns.get(credential_id)
        return turn.served / total if turn and total else 0.0

    def skips(self) -> Counter[str]:
        """Refused attempts of all credentials, by cause."""
        total: Counter[str] = Counter()
        for turn in self.turns.values():
            total.update(turn.reasons)
        return total
