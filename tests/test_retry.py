"""The table of verdicts, and the one function that reads it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.credentials.marks import Rest, Revoke
from proxy_core.errors import ProblemKind
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CREDENTIAL_STATES, MODEL_STATES, CredentialState, ModelState
from proxy_core.retry import (
    BACK_OFF_S,
    LEAST_REST_S,
    LONGEST_REST_S,
    RULES,
    History,
    Step,
    Verdict,
    back_off_s,
    judge,
    problem_of,
)

NOW = 1_795_000_000.0
DAY_ENDS = NOW + 7 * 3_600
FRESH = History(sends=0, same_cause=1, repaired=True, strikes=0)


def verdict(
    cause: Cause,
    history: History = FRESH,
    *,
    retry_after_s: float | None = None,
    max_attempts: int = 5,
    jitter: float = 0.0,
) -> Verdict:
    return judge(
        Fault(cause, 429, "made up", retry_after_s),
        history,
        max_attempts=max_attempts,
        now=NOW,
        day_ends=DAY_ENDS,
        jitter=jitter,
    )


def rest_of(verdict: Verdict) -> Rest:
    assert isinstance(verdict.mark, Rest)
    return verdict.mark


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_rule(cause: Cause) -> None:
    assert cause in RULES


@pytest.mark.parametrize("cause", Cause)
def test_whatever_rotates_without_counting_leaves_a_mark(cause: Cause) -> None:
    """Else the loop could take the same credential again and again."""
    rule = RULES[cause]
    final = rule.then if rule.step is Step.REPAIR else rule.step
    if final is Step.ROTATE:
        assert verdict(cause).mark is not None


CLIENTS_OWN = [
    Cause.BAD_REQUEST,
    Cause.CONTEXT_TOO_LONG,
    Cause.TOO_LARGE,
    Cause.NOT_OWNED,
    Cause.NOT_FOUND,
    Cause.SIGNATURE,
    Cause.SCHEMA,
    Cause.THINKING,
    Cause.PENALTY,
]


@pytest.mark.parametrize("cause", CLIENTS_OWN)
def test_a_clients_own_mistake_never_rotates_and_never_marks(cause: Cause) -> None:
    assert verdict(cause) == Verdict(Step.SURFACE)


@pytest.mark.parametrize(
    "cause",
    [
        Cause.SIGNATURE,
        Cause.SCHEMA,
        Cause.THINKING,
        Cause.PENALTY,
        Cause.TOKEN_EXPIRED,
        Cause.SIGNATURE_MISSED,
        Cause.MALFORMED_CALL,
    ],
)
def test_what_was_mended_is_sent_again_without_a_mark(cause: Cause) -> None:
    assert verdict(cause, History(0, 1, repaired=False, strikes=0)) == Verdict(Step.REPAIR)


def test_a_401_after_a_refresh_takes_the_credential_out() -> None:
    assert verdict(Cause.TOKEN_EXPIRED) == Verdict(
        Step.ROTATE, Revoke(CredentialState.NEEDS_SIGN_IN)
    )


@pytest.mark.parametrize("cause", [Cause.KEY_INVALID, Cause.LEAKED, Cause.NEEDS_SIGN_IN])
def test_a_dead_credential_is_taken_out_and_the_next_is_tried(cause: Cause) -> None:
    assert verdict(cause) == Verdict(Step.ROTATE, Revoke(CREDENTIAL_STATES[cause]))


@pytest.mark.parametrize("cause", [Cause.API_OFF, Cause.BILLING, Cause.REGION])
def test_what_is_wrong_with_a_project_takes_out_all_its_credentials(cause: Cause) -> None:
    assert verdict(cause).mark == Revoke(CREDENTIAL_STATES[cause], whole_project=True)


def test_a_policy_refusal_is_shown_and_taken_out_and_not_rotated() -> None:
    assert verdict(Cause.SUSPENDED) == Verdict(Step.SURFACE, Revoke(CredentialState.SUSPENDED))


@pytest.mark.parametrize("cause", sorted(set(MODEL_STATES) - {Cause.NOT_IN_TIER}))
def test_a_delay_that_google_names_is_honoured(cause: Cause) -> None:
    rest = rest_of(verdict(cause, retry_after_s=77.0))
    assert rest.until == NOW + 77
    assert rest.whole_project == (cause is Cause.SPEND_CAP)


@pytest.mark.parametrize(
    ("cause", "seconds"),
    [
        (Cause.MINUTE_QUOTA, 60),
        (Cause.DAY_QUOTA, 60),
        (Cause.NOT_IN_TIER, 86_400),
        (Cause.SPEND_CAP, 60),
        (Cause.CAPACITY, 5),
        (Cause.REFUSED, 5),
        (Cause.MODEL_UNAVAILABLE, 3_600),
    ],
)
def test_where_google_names_no_delay_the_table_does(cause: Cause, seconds: int) -> None:
    assert rest_of(verdict(cause)).until == NOW + seconds


def test_a_model_outside_the_tier_rests_for_a_day_whatever_google_names() -> None:
    assert rest_of(verdict(Cause.NOT_IN_TIER, retry_after_s=35.0)).until == NOW + 86_400


def test_the_first_per_day_refusal_rests_for_the_short_delay() -> None:
    rest = rest_of(verdict(Cause.DAY_QUOTA, retry_after_s=47.0))
    assert rest == Rest(ModelState.COOLING, NOW + 47)


def test_the_second_per_day_refusal_rests_until_the_day_ends() -> None:
    again = History(sends=0, same_cause=1, repaired=True, strikes=1)
    rest = rest_of(verdict(Cause.DAY_QUOTA, again, retry_after_s=47.0))
    assert rest == Rest(ModelState.DAY_SPENT, DAY_ENDS)


@pytest.mark.parametrize(("named", "rests"), [(1.0, 60.0), (300.0, 300.0), (9_000.0, 600.0)])
def test_a_spend_cap_rests_between_one_and_ten_minutes(named: float, rests: float) -> None:
    assert rest_of(verdict(Cause.SPEND_CAP, retry_after_s=named)).until == NOW + rests


@given(st.sampled_from(sorted(MODEL_STATES)), st.none() | st.floats(0, 1e5), st.floats(0, 1))
def test_every_rest_is_bounded_and_jitter_only_lengthens_it(
    cause: Cause, named: float | None, jitter: float
) -> None:
    plain = rest_of(verdict(cause, retry_after_s=named)).until - NOW
    spread = rest_of(verdict(cause, retry_after_s=named, jitter=jitter)).until - NOW
    assert LEAST_REST_S - 1e-6 <= plain <= LONGEST_REST_S
    assert plain <= spread <= plain + min(2.0, 0.1 * plain) + 1e-6


@given(st.sampled_from(sorted(Cause)), st.integers(0, 9), st.integers(1, 30), st.integers(0, 3))
def test_no_verdict_retries_beyond_the_attempts_allowed(
    cause: Cause, sends: int, same: int, strikes: int
) -> None:
    found = verdict(cause, History(sends, same, repaired=True, strikes=strikes), max_attempts=5)
    if found.step is Step.RETRY:
        assert sends < 5
    rule = RULES[cause]
    if rule.tries is not None and same >= rule.tries:
        assert found.step is Step.SURFACE
    assert found.step is not Step.REPAIR


def test_a_timeout_of_google_is_tried_once_more() -> None:
    assert verdict(Cause.UPSTREAM_TIMEOUT, History(1, 1, True, 0)).step is Step.RETRY
    assert verdict(Cause.UPSTREAM_TIMEOUT, History(2, 2, True, 0)).step is Step.SURFACE


def test_an_internal_error_is_tried_twice_more() -> None:
    steps = [verdict(Cause.SERVER_ERROR, History(n, n, True, 0)).step for n in (1, 2, 3)]
    assert steps == [Step.RETRY, Step.RETRY, Step.SURFACE]


def test_back_off_doubles_from_one_second_to_eight() -> None:
    assert [back_off_s(rounds, 1.0) for rounds in (1, 2, 3, 4, 5, 50)] == [1, 2, 4, 8, 8, 8]


@given(st.integers(1, 1_000), st.floats(0, 1))
def test_back_off_is_never_longer_than_told(rounds: int, jitter: float) -> None:
    assert 0.75 * BACK_OFF_S[0] <= back_off_s(rounds, jitter) <= BACK_OFF_S[1]


@pytest.mark.parametrize("cause", Cause)
def test_no_failure_of_our_credential_is_told_as_the_clients(cause: Cause) -> None:
    problem = problem_of(Fault(cause, 401, "made up", envelope={"code": 401}), "gemini-x")
    assert problem.kind not in (ProblemKind.UNAUTHENTICATED, ProblemKind.FORBIDDEN)
    if cause in CREDENTIAL_STATES:
        assert problem.kind is ProblemKind.UNUSABLE_CREDENTIALS
        assert problem.envelope is None
        assert problem.message.startswith("Google refused the credential")


def test_an_overload_passes_the_delay_of_google_on() -> None:
    problem = problem_of(Fault(Cause.OVERLOADED, 503, "made up", 12.0), "gemini-x")
    assert problem.retry_after_s is not None
    assert math.isclose(problem.retry_after_s, 12.0)
