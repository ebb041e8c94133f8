"""Counts as the front ends show them, with prices. Works in a thread, off the loop."""

from collections.abc import Sequence
from dataclasses import dataclass

from proxy_core.commands import UsageReport, UsageRow
from proxy_core.memory import UsageCounts
from proxy_core.tasks import in_thread
from proxy_core.usage.prices import price_of

MOST_ROWS = 10_000
"Of one report."


@dataclass(frozen=True, slots=True)
class Day:
    """Sums of one day, or of a part of it."""

    exchanges: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    "Cached ones included."
    cached_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    price_usd: float = 0.0
    "At list price, of the models that have one."
    unpriced: tuple[str, ...] = ()
    "Models that used tokens and have no known price."

    @property
    def cached_share(self) -> float:
        """Part of the prompt tokens that came from Google's cache, 0 to 1."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0


async def report_of(period: str, rows: Sequence[UsageCounts]) -> UsageReport:
    """rows: oldest first; those beyond MOST_ROWS are left out."""
    return await in_thread(_report, period, rows)


async def day_of(rows: Sequence[UsageCounts]) -> Day:
    """rows: one for each model."""
    return await in_thread(_day, rows)


def _report(period: str, rows: Sequence[UsageCounts]) -> UsageReport:
    told = tuple(UsageRow(*row, price_usd=price_of(row)) for row in rows[-MOST_ROWS:])
    return UsageReport(period, told, more=len(rows) > MOST_ROWS)


def _day(rows: Sequence[UsageCounts]) -> Day:
    prices = {row.model: price_of(row) for row in rows}
    return Day(
        exchanges=sum(row.exchanges for row in rows),
        failed=sum(row.failed for row in rows),
        prompt_tokens=sum(row.prompt_tokens for row in rows),
        cached_tokens=sum(row.cached_tokens for row in rows),
        output_tokens=sum(row.output_tokens for row in rows),
        thought_tokens=sum(row.thought_tokens for row in rows),
        price_usd=sum(price for price in prices.values() if price is not None),
        unpriced=tuple(
            row.model for row in rows if prices[row.model] is None and row.prompt_tokens
        ),
    )
