"""What came of one request, in words. Pure but for the translation.

Not here: what was asked for (`asked_words`).
"""

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop import words
from desktop.asked import LIVE
from desktop.words import StateWord
from proxy_core.api import AttemptRecord, ExchangeEnded, cause_words

_CONTEXT = "Activity"

CLIENT_LEFT = 499
"Status of a request whose client hung up; nginx's number, which the engine uses too."


class Outcome(StrEnum):
    """How a request ended, as coarse as one would filter."""

    ANSWERED = "answered"
    LATER = "later"
    "Answered as well, but not at the first attempt."
    LEFT = "left"
    "Neither: the client hung up."
    FAILED = "failed"


def outcome(event: ExchangeEnded) -> Outcome:
    if event.status == CLIENT_LEFT:
        return Outcome.LEFT
    if event.error is not None or event.status >= 400:
        return Outcome.FAILED
    return Outcome.LATER if _missed(event) else Outcome.ANSWERED


def status_word(event: ExchangeEnded) -> StateWord:
    """The chip of a request."""
    match outcome(event):
        case Outcome.ANSWERED:
            return StateWord(_tr("Answered"), "ok", "check")
        case Outcome.LATER:
            word = _tr("After a switch") if _switched(event) else _tr("After a retry")
            return StateWord(word, "info", "refresh")
        case Outcome.LEFT:
            return StateWord(_tr("Client left"), "off", "cross")
        case Outcome.FAILED:
            return _failure_word(event.status)


def _failure_word(status: int) -> StateWord:
    if status < 400:
        return StateWord(_tr("Broke off"), "bad", "error")
    if status < 500:
        return StateWord(_tr("Refused {status}").format(status=status), "warn", "warning")
    return StateWord(_tr("Failed {status}").format(status=status), "bad", "error")


def chip_words() -> list[str]:
    """Every word that a chip may hold, for the width of their column."""
    return [
        *(
            _tr("Answered"),
            _tr("After a switch"),
            _tr("After a retry"),
            _tr("Client left"),
            _tr("Broke off"),
        ),
        *(_failure_word(status).word for status in (429, 503)),
    ]


def credential(event: ExchangeEnded) -> str:
    """Label of the credential that served, or was tried last; empty where none was."""
    return event.attempts[-1].label if event.attempts else ""


def why(event: ExchangeEnded) -> str:
    """Why it was not simply answered, in a sentence; empty where it was."""
    missed = _missed(event)
    if missed:
        sentence = _cause_words(missed[-1])
        return _tr("%n failed attempt(s): {why}", len(missed)).format(why=sentence)
    return problem_words(event)


def end_words(event: ExchangeEnded) -> str:
    """How a request ended, in a sentence."""
    if problem := problem_words(event):
        return problem
    if event.action == LIVE:
        return _tr("The session was held to its end.")
    if outcome(event) is Outcome.ANSWERED:
        return _tr("The client got its answer.")
    if _switched(event):
        return _tr("The client got its answer, after a switch to another credential.")
    return _tr("The client got its answer, after a retry.")


def problem_words(event: ExchangeEnded) -> str:
    """Why it failed; empty where it did not fail."""
    if event.status == CLIENT_LEFT:
        return _tr("The client hung up before the end of the answer.")
    if event.error is None:
        return ""
    last = event.attempts[-1] if event.attempts else None
    if event.error in _OF_GOOGLE and last is not None and last.outcome != "ok":
        return _cause_words(last)  # says more than the kind of the problem does
    text = _PROBLEMS.get(event.error)
    return event.error.replace("_", " ") if text is None else _tr(str(text))


def attempt_word(event: ExchangeEnded, attempt: AttemptRecord) -> StateWord:
    """What came of one attempt of a request: a sentence and a sign."""
    if attempt.outcome != "ok":
        return StateWord(_cause_words(attempt), "bad", "cross")
    if event.status == CLIENT_LEFT:
        return StateWord(_tr("Google was answering when the client left."), "off", "info")
    if event.error is not None and event.status < 400:
        return StateWord(_tr("Google began to answer, and broke off."), "bad", "cross")
    if event.action == LIVE:
        return StateWord(_tr("Google held the session."), "ok", "check")
    return StateWord(_tr("Google answered."), "ok", "check")


def _cause_words(attempt: AttemptRecord) -> str:
    return words.said(cause_words(attempt.outcome))


def _switched(event: ExchangeEnded) -> bool:
    return len({attempt.credential_id for attempt in event.attempts}) > 1


def _missed(event: ExchangeEnded) -> list[AttemptRecord]:
    return [attempt for attempt in event.attempts if attempt.outcome != "ok"]


_OF_GOOGLE = frozenset({"bad_upstream", "overloaded", "upstream_timeout"})
"Problems of which the last attempt tells the cause."

_PROBLEMS: Mapping[str, object] = {
    "bad_request": QT_TRANSLATE_NOOP("Activity", "The request was not understood."),
    "context_too_long": QT_TRANSLATE_NOOP(
        "Activity", "The conversation is longer than the model can read."
    ),
    "unauthenticated": QT_TRANSLATE_NOOP(
        "Activity", "The client's bearer token is missing or wrong."
    ),
    "forbidden": QT_TRANSLATE_NOOP("Activity", "The request was not allowed."),
    "model_not_found": QT_TRANSLATE_NOOP("Activity", "There is no such model."),
    "not_found": QT_TRANSLATE_NOOP("Activity", "What was asked for does not exist."),
    "method_not_allowed": QT_TRANSLATE_NOOP(
        "Activity", "The address does not take this HTTP method."
    ),
    "too_large": QT_TRANSLATE_NOOP("Activity", "The request is too large."),
    "rate_limited": QT_TRANSLATE_NOOP(
        "Activity", "Every credential rests; the first is back soon."
    ),
    "quota_spent": QT_TRANSLATE_NOOP(
        "Activity", "Every credential rests, for the quota of the day is spent."
    ),
    "no_credentials": QT_TRANSLATE_NOOP("Activity", "There is no credential yet."),
    "unusable_credentials": QT_TRANSLATE_NOOP(
        "Activity", "No credential can be used until you do something about it."
    ),
    "no_credit": QT_TRANSLATE_NOOP(
        "Activity", "Every project lacks billing or has used up its credit."
    ),
    "overloaded": QT_TRANSLATE_NOOP("Activity", "Google is overloaded, on every credential."),
    "bad_upstream": QT_TRANSLATE_NOOP("Activity", "Google's answer was broken or cut short."),
    "upstream_timeout": QT_TRANSLATE_NOOP("Activity", "Google took too long."),
    "unavailable": QT_TRANSLATE_NOOP("Activity", "Pollux was starting, paused or stopping."),
    "internal": QT_TRANSLATE_NOOP("Activity", "Pollux failed through a bug of its own."),
}


def _tr(text: str, n: int = -1) -> str:
    return QCoreApplication.translate(_CONTEXT, text, "", n)
