"""Counts as the front ends show them, with prices. Works in a thread, off the loop."""

from collections.abc import Sequence

from proxy_core.commands import UsageReport, UsageRow
from proxy_core.memory import UsageCounts
from proxy_core.tasks import in_thread
from proxy_core.usage.prices import price_of

MOST_ROWS = 10_000
"Of one report, where nothing is summed up."


async def report_of(period: str, rows: Sequence[UsageCounts], most: int = MOST_ROWS) -> UsageReport:
    """rows: oldest first; the oldest of those beyond `most` are left out."""
    return await in_thread(_report, period, rows, most)


def _report(period: str, rows: Sequence[UsageCounts], most: int) -> UsageReport:
    told = tuple(UsageRow(*row, price_usd=price_of(row)) for row in rows[-most:])
    return UsageReport(period, told, more=len(rows) > most)
