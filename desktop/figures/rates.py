"""Requests and tokens of each minute of the last hour."""

from collections.abc import Iterable
from dataclasses import dataclass

from proxy_core.api import ExchangeEnded, UsageRow

MINUTES = 60


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
    """The running hour, by minute. Fed by events; the minutes before the start by usage rows."""

    def __init__(self) -> None:
        self._minutes: dict[int, Minute] = {}

    def add(self, event: ExchangeEnded) -> None:
        minute = self._minutes.setdefault(int(event.at + event.total_s) // 60, Minute())
        if event.error is None:
            minute.answered += 1
        else:
            minute.failed += 1
        if (tokens := event.tokens) is not None:
            minute.prompt_tokens += tokens.prompt
            minute.cached_tokens += tokens.cached
            minute.output_tokens += tokens.output + tokens.thoughts

    def restore(self, rows: Iterable[UsageRow]) -> None:
        """Takes remembered minutes; they replace what was counted here."""
        fresh: dict[int, Minute] = {}
        for row in rows:
            minute = fresh.setdefault(int(row.at) // 60, Minute())
            minute.answered += row.exchanges - row.failed
            minute.failed += row.failed
            minute.prompt_tokens += row.prompt_tokens
            minute.cached_tokens += row.cached_tokens
            minute.output_tokens += row.output_tokens + row.thought_tokens
        self._minutes.update(fresh)

    def hour(self, now: float) -> list[Minute]:
        """The last MINUTES minutes, oldest first; the last one is running."""
        last = int(now) // 60
        for gone in [index for index in self._minutes if index <= last - MINUTES]:
            del self._minutes[gone]
        empty = Minute()
        return [self._minutes.get(last - MINUTES + 1 + i, empty) for i in range(MINUTES)]
