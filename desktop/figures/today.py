"""The sums of the running day, which begins at the owner's midnight."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from proxy_core.api import UsageQuery, UsageRow

HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Today:
    """What was used since midnight."""

    exchanges: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    "Thoughts included."
    price_usd: float = 0.0
    "At list price, of the models whose price is known."
    unpriced: bool = False
    "Whether some model's price is not known."

    @property
    def cached_share(self) -> float | None:
        """Share of the prompt's tokens that Google had in its cache; None without any."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else None


def midnight(now: float) -> float:
    """When the owner's day began, epoch seconds."""
    # Naive, so that it gets the offset of midnight: clocks may have been changed since.
    date = datetime.fromtimestamp(now).astimezone().date()
    return datetime.combine(date, time()).timestamp()


def day_queries(now: float) -> tuple[UsageQuery, ...]:
    """What tells of the day: its hours, and minutes where it begins within an hour of UTC."""
    begin = midnight(now)
    first_hour = -(-begin // HOUR_S) * HOUR_S
    hours = UsageQuery("hour", since=first_hour, by="model")
    if first_hour == begin:
        return (hours,)
    return (UsageQuery("minute", since=begin, until=first_hour, by="model"), hours)


def sum_up(rows: Iterable[UsageRow]) -> Today:
    """rows: of the day."""
    kept = list(rows)
    return Today(
        exchanges=sum(row.exchanges for row in kept),
        failed=sum(row.failed for row in kept),
        prompt_tokens=sum(row.prompt_tokens for row in kept),
        cached_tokens=sum(row.cached_tokens for row in kept),
        output_tokens=sum(row.output_tokens + row.thought_tokens for row in kept),
        price_usd=sum((row.price_usd or 0.0 for row in kept), 0.0),
        unpriced=any(row.price_usd is None and row.exchanges > row.failed for row in kept),
    )
