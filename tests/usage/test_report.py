"""Counts as the front ends show them."""

import pytest

from proxy_core.commands import UsageRow
from proxy_core.memory import UsageCounts
from proxy_core.usage.report import MOST_ROWS, report_of
from tests.usage.ended import MINUTE

KNOWN = UsageCounts(MINUTE, "gemini-2.5-pro", "key", "curl", 2, 1, 100_000, 0, 3, 4)
UNKNOWN = UsageCounts(MINUTE, "own-model", "key", "curl", 1, 0, 50, 0, 3, 4)


async def test_a_report_has_a_row_for_each_with_its_price() -> None:
    report = await report_of("minute", [KNOWN, UNKNOWN])
    assert report.period == "minute"
    known, unknown = report.rows
    assert known.price_usd == pytest.approx(0.12507)
    assert unknown == UsageRow(*UNKNOWN, price_usd=None)


async def test_of_very_many_rows_the_newest_are_told() -> None:
    rows = [KNOWN._replace(at=MINUTE + 60 * number) for number in range(MOST_ROWS + 1)]
    report = await report_of("minute", rows)
    assert (len(report.rows), report.more) == (MOST_ROWS, True)
    assert report.rows[-1].at == rows[-1].at
    assert not (await report_of("minute", rows[1:])).more
    assert len((await report_of("minute", rows, most=len(rows))).rows) == len(rows)
    assert (await report_of("minute", [], most=0)).rows == ()
