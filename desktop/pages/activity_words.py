"""What came of one request, in words. Pure but for the translation."""

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop import words
from desktop.words import StateWord
from proxy_core.api import AttemptRecord, ExchangeEnded, cause_words

_CONTEXT = "Activity"

CLIENT_LEFT = 499
"Status of a request whose client hung up; nginx's number, which the engine uses too."


class Outcome(StrEnum):
    """How a request ended, as coarse as one would filter."""

    ANSWERED = "answered"
    FAILED_OVER = "failed_over"
    "Answered as well, but not at the first attempt."
    FAILED = "failed"


def outcome(event: ExchangeEnded) -> Outcome:
    if event.error is not None or event.status >= 400:
        return Outcome.FAILED
    return Outcome.FAILED_OVER if _missed(event) else Outcome.ANSWERED


def status_word(event: ExchangeEnded) -> StateWord:
    """The chip of a request."""
    match outcome(event):
        case Outcome.ANSWERED:
            return StateWord(_tr("Answered"), "ok", "check")
        case Outcome.FAILED_OVER:
            moved = len({attempt.credential_id for attempt in event.attempts}) > 1
            word = _tr("Failed over") if moved else _tr("Retried")
            return StateWord(word, "info", "refresh")
        case Outcome.FAILED:
            return _failure_word(event.status)


def _failure_word(status: int) -> StateWord:
    if status == CLIENT_LEFT:
        return StateWord(_tr("Client left"), "off", "cross")
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
            _tr("Failed over"),
            _tr("Retried"),
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
        sentence = attempt_words(missed[-1])
        return _tr("%n failed attempt(s): {why}", len(missed)).format(why=sentence)
    return problem_words(event)


def problem_words(event: ExchangeEnded) -> str:
    """Why it failed, as its client was told; empty where it did not fail."""
    if event.status == CLIENT_LEFT:
        return _tr("The client hung up before the end of the answer.")
    if event.error is None:
        return ""
    text = _PROBLEMS.get(event.error)
    return event.error.replace("_", " ") if text is None else _tr(str(text))


def attempt_words(attempt: AttemptRecord) -> str:
    """What came of one attempt, in a sentence."""
    if attempt.outcome == "ok":
        return _tr("Google answered.")
    return words.said(cause_words(attempt.outcome))


def interface_words(dialect: str) -> str:
    """Whose HTTP API the client spoke, by the slug of the dialect."""
    name = _INTERFACES.get(dialect)
    return dialect.replace("_", " ") if name is None else name


def _missed(event: ExchangeEnded) -> list[AttemptRecord]:
    return [attempt for attempt in event.attempts if attempt.outcome != "ok"]


_INTERFACES: Mapping[str, str] = {
    # Names of products, which no language translates.
    "openai_chat": "OpenAI Chat",
    "openai_responses": "OpenAI Responses",
    "anthropic": "Anthropic",
    "gemini_native": "Gemini",
    "gemini": "Gemini",
}

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
    "overloaded": QT_TRANSLATE_NOOP("Activity", "Google is overloaded, on every credential."),
    "bad_upstream": QT_TRANSLATE_NOOP("Activity", "Google's answer was broken or cut short."),
    "upstream_timeout": QT_TRANSLATE_NOOP("Activity", "Google took too long."),
    "unavailable": QT_TRANSLATE_NOOP("Activity", "Pollux was starting, paused or stopping."),
    "internal": QT_TRANSLATE_NOOP("Activity", "Pollux failed through a bug of its own."),
}


def _tr(text: str, n: int = -1) -> str:
    return QCoreApplication.translate(_CONTEXT, text, "", n)
