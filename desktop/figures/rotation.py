"""Who served, and who was passed over why, since the window was opened."""

from collections import Counter
from dataclasses import dataclass, field

from proxy_core.api import ExchangeEnded


@dataclass(slots=True)
class Turn:
    """One credential's part."""

    served: int = 0
    failed: int = 0
    "Attempts that Google or the network refused."
    last_at: float | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    "Causes of the refused attempts."

    @property
    def success(self) -> float | None:
        """Share of attempts that were answered; None before the first."""
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
                turn.failed += 1
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
