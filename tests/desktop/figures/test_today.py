from datetime import datetime

from desktop.figures.today import Today, midnight, sum_up
from proxy_core.api import UsageRow


def test_the_day_begins_at_the_owners_midnight() -> None:
    now = datetime(2026, 11, 23, 15, 46).astimezone()
    assert midnight(now.timestamp()) == datetime(2026, 11, 23).astimezone().timestamp()


def test_rows_are_summed_up() -> None:
    today = sum_up(
        [
            UsageRow(0.0, "flash", "a", "x", 3, 1, 100, 40, 5, 2, 0.25),
            UsageRow(0.0, "odd", "a", "x", 1, 0, 0, 0, 1, 0, None),
        ]
    )
    assert (today.exchanges, today.failed, today.output_tokens) == (4, 1, 8)
    assert today.cached_share == 0.4
    assert today.price_usd == 0.25
    assert today.unpriced


def test_without_rows_nothing_is_known() -> None:
    assert sum_up([]) == Today()
    assert sum_up([]).cached_share is None
