"""What a client is told when no credential is free."""

import math
from dataclasses import replace

import pytest

from proxy_core.credentials.marks import Rest, Revoke
from proxy_core.credentials.model import Service
from proxy_core.errors import ProblemKind
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.states import CredentialState, ModelState
from proxy_core.pool.pool import Pool
from proxy_core.pool.survey import exhausted_problem, survey
from tests.fakes.clock import FakeClock
from tests.pool.made_up import MODEL, credential, made_pool, refusal, rest, revoke, taken, want


def unavailable(pool: Pool, clock: FakeClock, model: str = MODEL) -> None:
    lease = taken(pool, want(model=model))
    mark = Rest(ModelState.UNAVAILABLE, clock.now() + 3_600)
    pool.mark(lease, mark, refusal(Cause.MODEL_UNAVAILABLE))
    lease.give_back()


def test_an_empty_pool_says_how_to_add_a_credential() -> None:
    clock = FakeClock()
    problem = exhausted_problem(made_pool(clock), MODEL, clock.now())
    assert problem.kind is ProblemKind.NO_CREDENTIALS
    assert problem.retry_after_s is None
    assert "pollux accounts add-key" in problem.message
    assert "web page" in problem.message
    assert "again" not in problem.message


def test_resting_credentials_are_counted_and_the_first_return_is_told() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c")
    rest(pool, taken(pool), clock.now() + 47)
    rest(pool, taken(pool), clock.now() + 31.5)
    revoke(pool, taken(pool))
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.kind is ProblemKind.RATE_LIMITED
    assert problem.retry_after_s == 31.5
    assert "of 3, 2 reached a short limit, 1 has an invalid API key" in problem.message
    assert "The first returns in 32 s." in problem.message


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5.2, "6 s"), (5.0, "5 s"), (119.5, "120 s"), (121.0, "3 min"), (86_402.0, "24 h")],
)
def test_who_waits_for_the_first_return_is_not_too_early(seconds: float, words: str) -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + seconds)
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert f"The first returns in {words}." in problem.message


def test_a_refusal_for_no_known_reason_is_not_told_as_a_limit() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c")
    rest(pool, taken(pool), clock.now() + 5, Cause.REFUSED)
    rest(pool, taken(pool), clock.now() + 5, Cause.CAPACITY)
    rest(pool, taken(pool), clock.now() + 5)
    message = exhausted_problem(pool, MODEL, clock.now()).message
    assert "1 was refused by Google for no known reason" in message
    assert "1 met a shortage of capacity at Google" in message
    assert "1 reached a short limit" in message


def test_what_is_said_of_one_is_not_said_as_of_many() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c")
    for _ in range(2):
        revoke(pool, taken(pool))
    pool.enable("key-c", enabled=False)
    message = exhausted_problem(pool, MODEL, clock.now()).message
    assert "of 3, 2 have an invalid API key, 1 is switched off" in message
    assert "`" not in message


def test_a_projects_spending_limit_is_told_as_such() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60, Cause.SPEND_CAP, whole_project=True)
    message = exhausted_problem(pool, "gemini-2.5-flash", clock.now()).message
    assert "the only one reached a spending limit" in message


def test_a_spent_day_is_told_as_such() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 7 * 3_600, Cause.DAY_QUOTA)
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.kind is ProblemKind.QUOTA_SPENT
    assert problem.retry_after_s == 7 * 3_600
    assert "in 7 h" in problem.message


def test_a_rest_of_the_project_counts_for_every_model() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 90, Cause.SPEND_CAP, whole_project=True)
    other = "gemini-2.5-flash"
    assert pool.take(want(model=other)) is None
    problem = exhausted_problem(pool, other, clock.now())
    assert problem.retry_after_s == 90
    assert [place.state for place in survey(pool, other, clock.now())] == ["cooling"]


def test_the_later_end_counts_where_project_and_model_both_rest() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    first, second = taken(pool), taken(pool, want(model="other"))
    rest(pool, first, clock.now() + 10)
    rest(pool, second, clock.now() + 90, Cause.SPEND_CAP, whole_project=True)
    assert exhausted_problem(pool, MODEL, clock.now()).retry_after_s == 90


def test_a_full_pool_asks_to_come_back_in_a_moment() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", cap=1)
    taken(pool)
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.kind is ProblemKind.RATE_LIMITED
    assert problem.retry_after_s == 1.0
    assert "the only one is busy" in problem.message


def test_nothing_that_returns_by_itself_names_no_time() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b")
    lease = taken(pool)
    pool.mark(lease, Revoke(CredentialState.SUSPENDED), refusal(Cause.SUSPENDED))
    lease.give_back()
    pool.enable("key-b", enabled=False)
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.kind is ProblemKind.UNUSABLE_CREDENTIALS
    assert problem.retry_after_s is None
    assert "1 is suspended by Google, 1 is switched off" in problem.message
    assert "Switch it on" in problem.message


def test_a_pool_that_lacks_nothing_but_credit_says_so() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    lease = taken(pool)
    pool.mark(lease, Revoke(CredentialState.BILLING), refusal(Cause.BILLING))
    lease.give_back()
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.kind is ProblemKind.NO_CREDIT
    assert "the only one has a billing problem" in problem.message


def test_a_model_that_no_project_offers_is_not_found() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    unavailable(pool, clock)
    assert exhausted_problem(pool, MODEL, clock.now()).kind is ProblemKind.MODEL_NOT_FOUND


def test_a_model_that_some_project_offers_is_waited_for() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b")
    unavailable(pool, clock)
    rest(pool, taken(pool), clock.now() + 40)
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.kind is ProblemKind.RATE_LIMITED
    assert problem.retry_after_s is not None
    assert math.isclose(problem.retry_after_s, 40)


def test_a_survey_lists_every_credential_in_the_owners_order() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a", "b", "c")
    until = clock.now() + 60
    rest(pool, taken(pool), until)
    pool.enable("key-b", enabled=False)
    places = survey(pool, MODEL, clock.now())
    assert [(place.state, place.until) for place in places] == [
        ("cooling", until),
        ("disabled", None),
        ("ready", None),
    ]


def test_credentials_of_another_service_are_not_counted() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    paid = replace(credential("paid", "p"), service=Service.VERTEX)
    pool.replace([credential("a", "home"), paid])
    only = frozenset({Service.VERTEX})
    revoke(pool, taken(pool, want(services=only)))
    problem = exhausted_problem(pool, MODEL, clock.now(), only)
    assert problem.kind is ProblemKind.UNUSABLE_CREDENTIALS
    assert ": the only one has an invalid API key." in problem.message


def test_an_action_is_counted_apart_but_the_model_is_named_as_clients_know_it() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    action = f"{MODEL}:countTokens"
    rest(pool, taken(pool, want(model=action)), clock.now() + 40)
    problem = exhausted_problem(pool, action, clock.now())
    assert (problem.model, problem.retry_after_s) == (MODEL, 40)
    assert f"No credential is free for {MODEL}: " in problem.message


def test_a_model_that_no_project_offers_is_told() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    unavailable(pool, clock, MODEL)
    problem = exhausted_problem(pool, MODEL, clock.now())
    assert problem.message == f"No credential of the pool offers the model {MODEL}."


def test_an_action_that_no_project_offers_is_told_with_its_model() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    action = f"{MODEL}:countTokens"
    unavailable(pool, clock, action)
    problem = exhausted_problem(pool, action, clock.now())
    assert problem.message == f"No credential of the pool offers countTokens of the model {MODEL}."
    assert problem.model == MODEL
