from desktop.figures.rates import MINUTES, Rates, hour_query
from proxy_core.api import UsageRow

NOW = 60_000.0 * 60
ROWS = (
    UsageRow(NOW, "flash", "", "", 3, 1, 10, 4, 5, 2, None),
    UsageRow(NOW, "pro", "", "", 1, 0, 1, 0, 1, 0, None),
)


def test_rows_of_a_minute_are_summed_up() -> None:
    last = Rates(ROWS).hour(NOW + 59)[-1]
    assert (last.answered, last.failed, last.tokens, last.cached_tokens) == (3, 1, 19, 4)


def test_an_hour_has_sixty_whole_minutes_besides_the_running_one() -> None:
    rates = Rates(ROWS)
    assert [minute.answered for minute in rates.hour(NOW)] == [0] * MINUTES + [3]
    assert rates.hour(NOW + MINUTES * 60)[0].answered == 3
    assert not any(minute.answered for minute in rates.hour(NOW + (MINUTES + 1) * 60))


def test_what_tells_of_the_hour_begins_with_its_first_minute() -> None:
    assert hour_query(NOW + 59).since == NOW - MINUTES * 60
