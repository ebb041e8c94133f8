"""Minutes roll, days end at midnight Pacific time."""

from proxy_core.simulator.quotas import Limits, QuotaBook
from tests.simulator.conftest import NOON


def test_a_minute_rolls_and_names_the_wait_until_the_oldest_request_leaves_it() -> None:
    book, limits = QuotaBook(), Limits(rpm=2)
    assert book.charge("p", "m", limits, 1, NOON) is None
    assert book.charge("p", "m", limits, 1, NOON + 20) is None
    exceeded = book.charge("p", "m", limits, 1, NOON + 30)
    assert exceeded is not None
    assert (exceeded.fault, exceeded.limit, exceeded.retry_s) == ("per_minute_429", 2, 30)
    assert book.charge("p", "m", limits, 1, NOON + 60) is None


def test_a_spent_day_rests_until_midnight_pacific() -> None:
    book, limits = QuotaBook(), Limits(rpd=1)
    assert book.charge("p", "m", limits, 1, NOON) is None
    exceeded = book.charge("p", "m", limits, 1, NOON + 12 * 3600 - 1)
    assert exceeded is not None
    assert exceeded.fault == "per_day_429"
    assert 22 <= exceeded.retry_s <= 47
    assert book.charge("p", "m", limits, 1, NOON + 12 * 3600) is None


def test_models_and_projects_have_quotas_of_their_own() -> None:
    book, limits = QuotaBook(), Limits(rpm=1)
    assert all(
        book.charge(project, model, limits, 1, NOON) is None
        for project in ("p", "q")
        for model in ("m", "n")
    )


def test_input_tokens_of_a_minute_are_counted() -> None:
    book, limits = QuotaBook(), Limits(tpm=100)
    assert book.charge("p", "m", limits, 90, NOON) is None
    exceeded = book.charge("p", "m", limits, 20, NOON + 1)
    assert exceeded is not None
    assert exceeded.fault == "input_tokens_per_minute_429"


def test_a_limit_of_zero_is_a_model_that_is_not_offered() -> None:
    exceeded = QuotaBook().charge("p", "m", Limits(rpd=0), 1, NOON)
    assert exceeded is not None
    assert (exceeded.fault, exceeded.limit) == ("limit_zero_429", 0)


def test_a_refused_request_costs_nothing() -> None:
    book, limits = QuotaBook(), Limits(rpm=1)
    book.charge("p", "m", limits, 1, NOON)
    for second in range(1, 60):
        assert book.charge("p", "m", limits, 1, NOON + second) is not None
    assert book.charge("p", "m", limits, 1, NOON + 60) is None
