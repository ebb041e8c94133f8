"""The words for states and causes."""

import pytest

from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.states import (
    CREDENTIAL_STATES,
    MODEL_STATES,
    STATE_TEXTS,
    VERTEX_TEXTS,
    CredentialState,
    Description,
    ModelState,
    describe,
    describe_cause,
    sign_in_warning,
    state_of,
    told,
)

STATES = [*CredentialState, *ModelState]
CAUSED_BY_GOOGLE = set(CredentialState) - {
    CredentialState.READY,
    CredentialState.BUSY,
    CredentialState.DISABLED,
    CredentialState.UNREADABLE,
}


@pytest.mark.parametrize("state", STATES)
def test_a_state_has_a_sentence(state: CredentialState | ModelState) -> None:
    words = describe(state)
    assert words == STATE_TEXTS[state]
    assert words.sentence.endswith(".")


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_has_a_sentence_and_a_next_step(cause: Cause) -> None:
    words = describe_cause(cause)
    assert words.sentence
    assert words.next_step


@pytest.mark.parametrize("state", CAUSED_BY_GOOGLE)
def test_a_state_that_google_decides_has_a_cause_and_a_way_out(state: CredentialState) -> None:
    assert state in CREDENTIAL_STATES.values()
    assert describe(state).next_step


@pytest.mark.parametrize("state", set(ModelState) - {ModelState.READY})
def test_a_resting_model_has_a_cause(state: ModelState) -> None:
    assert state in MODEL_STATES.values()


def test_no_cause_blames_both_a_credential_and_a_model() -> None:
    assert not set(CREDENTIAL_STATES) & set(MODEL_STATES)


@pytest.mark.parametrize(
    "cause", [Cause.BAD_REQUEST, Cause.NETWORK, Cause.SERVER_ERROR, Cause.OUR_BUG, Cause.SIGNATURE]
)
def test_what_is_nobodys_fault_leads_to_no_state(cause: Cause) -> None:
    assert state_of(cause) is None


def test_a_retired_key_is_told_from_a_wrong_one() -> None:
    retired = Fault(Cause.KEY_RETIRED, 401, "Request had invalid authentication credentials.")
    words = describe(CredentialState.KEY_INVALID, retired)
    assert words.sentence == "Google retired this kind of key; create a new one in AI Studio."
    assert describe(CredentialState.KEY_INVALID).sentence != words.sentence


def test_the_next_step_names_the_page_that_google_names() -> None:
    link = "https://console.developers.google.com/apis/api/x/overview?project=7"
    words = describe(CredentialState.API_OFF, Fault(Cause.API_OFF, 403, "off", link=link))
    assert words.next_step.endswith(link)


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.PROJECT_DENIED, CredentialState.PROJECT_DENIED),
        (Cause.REFUSED, ModelState.COOLING),
    ],
)
def test_a_refusal_comes_with_googles_own_words(
    cause: Cause, state: CredentialState | ModelState
) -> None:
    fault = Fault(cause, 403, "The caller does not have permission")
    assert describe(state, fault).sentence.endswith("The caller does not have permission")


def test_the_sentence_of_a_failed_refresh_is_used_as_it_is() -> None:
    fault = Fault(Cause.NEEDS_SIGN_IN, 400, "Google ended this sign-in after 7 days.")
    words = describe(CredentialState.NEEDS_SIGN_IN, fault)
    assert words.sentence == fault.message
    assert words.next_step == "Sign in again."


def test_advice_at_the_end_of_a_refreshs_sentence_is_the_next_step_and_said_once() -> None:
    assert told("Google ended it: sign in again.", "Sign in again.") == Description(
        "Google ended it.", "Sign in again."
    )
    advice = 'publish the app ("In production"), then sign in again.'
    fault = Fault(Cause.NEEDS_SIGN_IN, 400, f"Google ended it: {advice}")
    words = describe(CredentialState.NEEDS_SIGN_IN, fault)
    assert words == Description("Google ended it.", "P" + advice[1:])
    refused = "Google refuses the OAuth client: its secret is wrong."
    assert told(refused, "Import it.") == Description(refused, "Import it.")


@pytest.mark.parametrize("at", [1.8e12, 1e300, float("inf"), float("-inf"), float("nan"), -1e12])
def test_no_stored_time_is_too_odd_to_be_told(at: float) -> None:
    assert describe(ModelState.DAY_SPENT, until=at).sentence.endswith(".")
    assert sign_in_warning(at, 0.0).sentence.endswith(".")


def test_a_fault_that_led_elsewhere_does_not_change_the_words() -> None:
    fault = Fault(Cause.KEY_RETIRED, 401, "no", link="https://aistudio.google.com/")
    assert describe(CredentialState.DISABLED, fault) == describe(CredentialState.DISABLED)


def test_a_rest_says_when_it_ends() -> None:
    words = describe(ModelState.DAY_SPENT, until=1_795_507_200.0)
    assert words.sentence.endswith("Until 2026-11-24 08:00 UTC.")


@pytest.mark.parametrize("certain", [True, False])
def test_a_sign_in_that_ends_is_told_with_its_date_and_a_way_out(certain: bool) -> None:
    words = sign_in_warning(1_795_507_200.0, 1_795_000_000.0, certain=certain)
    assert words.sentence.startswith("Ready. This sign-in ends on 2026-11-24")
    assert '"Testing"' in words.sentence
    assert (" if " in words.sentence) is not certain
    assert words.next_step.startswith("Publish the app")


@pytest.mark.parametrize("ends_at", [None, 1.0])
def test_a_sign_in_that_is_not_known_to_end_is_ready(ends_at: float | None) -> None:
    assert sign_in_warning(ends_at, 2.0) == STATE_TEXTS[CredentialState.READY]


@pytest.mark.parametrize("state", VERTEX_TEXTS)
def test_vertex_has_words_of_its_own(state: CredentialState | ModelState) -> None:
    words = describe(state, vertex=True)
    assert words == VERTEX_TEXTS[state]
    assert words != describe(state)
    assert words.next_step


def test_where_vertex_is_no_different_the_words_are_the_same() -> None:
    assert describe(CredentialState.SUSPENDED, vertex=True) == describe(CredentialState.SUSPENDED)
