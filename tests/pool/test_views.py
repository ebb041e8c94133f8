"""What front ends are shown of the pool."""

import pytest

from proxy_core.credentials.model import Service
from proxy_core.credentials.oauth_answers import (
    TESTING_LIFETIME_S,
    TokenFailure,
    classify_token_answer,
)
from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import CredentialState
from proxy_core.pool.pool import Pool
from proxy_core.pool.standing import MemoryLedger
from proxy_core.pool.views import credential_views
from proxy_core.snapshot import CredentialView
from tests.fakes.clock import FakeClock
from tests.pool.made_up import (
    MODEL,
    OwnersNotes,
    account,
    credential,
    made_pool,
    refusal,
    rest,
    served,
    taken,
    want,
)

DAY_S = 86_400.0


def view_of(pool: Pool, credential_id: str) -> CredentialView:
    return next(view for view in credential_views(pool) if view.id == credential_id)


def test_a_credential_is_shown_with_the_owners_label_and_its_models() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    began = clock.now()
    pool.replace([credential("a", "p"), credential("b")], OwnersNotes({"key-a": "mine"}))
    lease = taken(pool)
    first, second = credential_views(pool)
    assert (first.label, first.project, first.state) == ("mine", "p", "ready")
    assert (first.in_flight, first.since, first.until) == (1, began, None)
    assert [(model.model, model.used_day) for model in first.models] == [(MODEL, 1)]
    assert (second.label, second.project, second.models) == ("b", None, ())
    lease.give_back()


def test_only_a_credential_of_vertex_is_shown_with_a_location() -> None:
    pool = made_pool(FakeClock())
    notes = OwnersNotes(services={"key-a": (Service.VERTEX, "eu")})
    pool.replace([credential("a", "p"), credential("b", "p")], notes)
    told = [(view.service, view.location, view.project) for view in credential_views(pool)]
    assert told == [("vertex", "eu", "p"), ("gemini", None, "p")]


def test_a_key_is_shown_with_the_project_that_an_answer_named() -> None:
    pool = made_pool(FakeClock())
    pool.replace([credential("a")])
    pool.learn_project("key-a", "123")
    assert view_of(pool, "key-a").project == "123"


def test_a_refusal_is_shown_with_words_and_since_when() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    clock.advance(60)
    pool.revoke(
        ["key-a"], CredentialState.API_OFF, Fault(Cause.API_OFF, 403, "x", link="https://y")
    )
    view = view_of(pool, "key-a")
    assert (view.state, view.since) == ("api_off", clock.now())
    assert view.next_step.endswith("https://y")


def test_what_is_switched_off_is_shown_with_since_when() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    clock.advance(60)
    pool.enable("key-a", enabled=False)
    clock.advance(60)
    view = view_of(pool, "key-a")
    assert (view.state, view.since, view.enabled) == ("disabled", clock.now() - 60, False)


def test_a_credential_is_busy_when_every_place_is_taken() -> None:
    pool = made_pool(FakeClock(), "a@shared", "b@shared", "c", cap=2)
    leases = [taken(pool, want("c")), taken(pool, want("c"))]
    assert [view.state for view in credential_views(pool)] == ["busy", "busy", "ready"]
    other = taken(pool, want("c", model="gemini-2.5-flash"))
    assert view_of(pool, "key-a").state == "ready"
    other.give_back()
    leases[0].give_back()
    assert view_of(pool, "key-a").state == "ready"


def test_nobody_is_busy_without_a_cap() -> None:
    pool = made_pool(FakeClock(), "a")
    taken(pool)
    assert view_of(pool, "key-a").state == "ready"


def test_a_rest_is_shown_until_it_ends() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    until = clock.now() + 60
    rest(pool, taken(pool), until, limit=10)
    (model,) = view_of(pool, "key-a").models
    assert (model.state, model.until, model.limit_minute) == ("cooling", until, 10)
    clock.advance(60)
    (model,) = view_of(pool, "key-a").models
    assert (model.state, model.until) == ("ready", None)


def test_a_projects_rest_is_shown_for_each_of_its_models() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    served(pool, want(model="gemini-2.5-flash"))
    rest(pool, taken(pool), clock.now() + 60, Cause.SPEND_CAP, whole_project=True)
    assert [model.state for model in view_of(pool, "key-a").models] == ["cooling", "cooling"]


def test_a_clock_that_was_set_back_is_seen_before_the_next_request() -> None:
    clock = FakeClock()
    pool = made_pool(clock, "a")
    rest(pool, taken(pool), clock.now() + 60)
    clock.jump(-DAY_S)
    assert view_of(pool, "key-a").models[0].until == clock.now() + 60
    assert view_of(pool, "key-a").since == clock.now()


# -- sign-ins that end ---------------------------------------------------------------------


def test_a_sign_in_that_google_limited_is_shown_with_its_end() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    ends_at = clock.now() + 7 * DAY_S
    pool.replace([account("ada", "p", refresh_token_expires_at=ends_at)])
    view = view_of(pool, "acc-ada")
    assert (view.state, view.until) == ("ready", ends_at)
    assert "because Google limits it" in view.sentence
    assert view.next_step.startswith("Publish the app")


def ended_after_seven_days() -> Fault:
    answer = classify_token_answer(
        400, b'{"error": "invalid_grant"}', signed_in_s_ago=TESTING_LIFETIME_S
    )
    assert isinstance(answer, TokenFailure)
    return answer.fault


@pytest.mark.parametrize("restarted", [False, True])
def test_after_one_sign_in_ended_in_testing_the_next_ones_warn(restarted: bool) -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    pool = made_pool(clock, ledger=ledger)
    pool.replace([account("ada", "p", signed_in_at=clock.now() - 7 * DAY_S)])
    assert view_of(pool, "acc-ada").until is None
    pool.refuse([pool.members["acc-ada"].credential], ended_after_seven_days())
    if restarted:
        pool = made_pool(clock, ledger=ledger)
    again = account("ada", "p", refresh_token="1//again", signed_in_at=clock.now())
    pool.replace([again, credential("b", "q"), account("bob", "r", refresh_token="1//his")])
    view = view_of(pool, "acc-ada")
    assert (view.state, view.until) == ("ready", clock.now() + 7 * DAY_S)
    assert "if the consent screen" in view.sentence
    assert {view_of(pool, other).until for other in ("key-b", "acc-bob")} == {None}
    clock.advance(7 * DAY_S + 1)
    assert view_of(pool, "acc-ada").sentence == "Ready."


def test_a_sign_in_that_ended_otherwise_warns_nobody() -> None:
    clock = FakeClock()
    pool = made_pool(clock)
    pool.replace([account("ada", "p", signed_in_at=clock.now() - 3 * DAY_S)])
    pool.refuse([pool.members["acc-ada"].credential], refusal(Cause.NEEDS_SIGN_IN))
    pool.replace([account("ada", "p", refresh_token="1//again", signed_in_at=clock.now())])
    assert view_of(pool, "acc-ada").until is None
