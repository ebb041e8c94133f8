"""What came of a request, in words."""

import pytest

from desktop.pages.activity_words import attempt_word, end_words
from proxy_core.errors import ProblemKind
from tests.fakes.window import exchange

ADA = ("accaaaaaaaaaa", "ada@example.com", "ok")
GRACE_FAILS = ("accbbbbbbbbbb", "grace@example.com", "network")


def test_a_failure_at_google_is_told_by_the_cause_of_the_last_attempt() -> None:
    event = exchange(1.0, status=502, error="bad_upstream", attempts=(GRACE_FAILS,))
    assert end_words(event) == "Google could not be reached."
    assert end_words(event) == attempt_word(event, event.attempts[-1]).word


def test_where_no_attempt_failed_the_problem_tells_itself() -> None:
    event = exchange(1.0, error="bad_upstream")
    assert end_words(event) == "Google's answer was broken or cut short."


@pytest.mark.parametrize(
    ("more", "icon"),
    [
        ({"error": "bad_upstream"}, "cross"),
        ({"status": 499, "error": None}, "info"),
        ({}, "check"),
    ],
)
def test_only_a_whole_answer_has_a_check_mark(more: dict[str, object], icon: str) -> None:
    event = exchange(1.0, **more)  # type: ignore[arg-type]  # each is of its parameter's type
    assert attempt_word(event, event.attempts[0]).icon == icon


def test_an_answer_after_a_switch_says_so_and_not_that_it_failed() -> None:
    said = end_words(exchange(1.0, attempts=(GRACE_FAILS, ADA)))
    assert said == "The client got its answer, after a switch to another credential."


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_every_kind_of_problem_has_a_sentence(kind: ProblemKind) -> None:
    assert end_words(exchange(1.0, error=kind)).endswith(".")


def test_a_live_session_that_ended_well_says_that_it_was_held() -> None:
    event = exchange(1.0, status=101, dialect="gemini", action="bidiGenerateContent")
    assert end_words(event) == "The session was held to its end."
    assert attempt_word(event, event.attempts[0]).word == "Google held the session."
