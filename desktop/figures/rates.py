"""Requests and tokens of each minute of the last hour, and of the running one."""

from collections.abc import Iterable
from dataclasses import dataclass

from proxy_core.api import UsageQuery, UsageRow

MINUTES = 60
"Whole ones, besides the one that is running."


@dataclass(slots=True)
class Minute:
    """What was in one minute."""

    answered: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    "Thoughts included."

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.output_tokens


class Rates:
    """The hour by minute, as the engine told it last.

    Events are not added: the engine has counted some of them already, and nobody can tell which.
    """

    def __init__(self, rows: Iterable[UsageRow] = ()) -> None:
        """rows: of minutes."""
        self._minutes: dict[int, Minute] = {}
        for row in rows:
            minute = self._minutes.setdefault(int(row.at) // 60, Minute())
            minute.answered += row.exchanges - row.failed
            minute.failed += row.failed
            minute.prompt_tokens += row.prompt_tokens
            minute.cached_tokens += row.cached_tokens
            minute.output_tokens += row.output_tokens + row.thought_tokens

    def hour(self, now: float) -> list[Minute]:
        """The last MINUTES minutes, oldest first, and the one that is running."""
        running = int(now) // 60
        empty = Minute()
        return [self._minutes.get(at, empty) for at in range(running - MINUTES, running + 1)]


def hour_query(now: float) -> UsageQuery:
    """What tells of the hour."""
    return UsageQuery("minute", since=(int(now) // 60 - MINUTES) * 60, by="model")
