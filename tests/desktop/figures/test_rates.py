from desktop.figures.rates import MINUTES, Rates
from proxy_core.api import Tokens, UsageRow
from tests.fakes.window import exchange

NOW = 60_000.0 * 60


def test_an_exchange_counts_in_the_minute_that_it_ended_in() -> None:
    rates = Rates()
    rates.add(exchange(NOW - 1, total_s=2.0, tokens=Tokens(10, 4, 5, 1, 16)))
    hour = rates.hour(NOW)
    assert len(hour) == MINUTES
    assert (hour[-1].answered, hour[-1].failed, hour[-1].tokens) == (1, 0, 16)
    assert hour[-1].cached_tokens == 4
    assert hour[-2].answered == 0


def test_a_failed_one_counts_as_failed() -> None:
    rates = Rates()
    rates.add(exchange(NOW, status=429, tokens=None))
    assert rates.hour(NOW)[-1].failed == 1


def test_remembered_minutes_replace_counted_ones() -> None:
    rates = Rates()
    rates.add(exchange(NOW, total_s=0.0))
    rates.restore(
        [
            UsageRow(NOW, "flash", "a", "x", 3, 1, 10, 0, 5, 2, None),
            UsageRow(NOW, "pro", "a", "x", 1, 0, 1, 0, 1, 0, None),
        ]
    )
    last = rates.hour(NOW)[-1]
    assert (last.answered, last.failed, last.tokens) == (3, 1, 19)


def test_minutes_older_than_an_hour_are_forgotten() -> None:
    rates = Rates()
    rates.add(exchange(NOW, total_s=0.0))
    assert rates.hour(NOW + MINUTES * 60)[0].answered == 0
    assert rates.hour(NOW)[-1].answered == 0
