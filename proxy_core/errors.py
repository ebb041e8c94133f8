"""What can go wrong for a client, as plain data that every dialect renders in its own words.

The bottom layer: it imports nothing of Pollux. It does not know HTTP statuses of any
dialect, nor how an error came about; `gemini.faults` names causes, dialects give forms.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ProblemKind(StrEnum):
    """Every kind of failure that a client can be told about."""

    BAD_REQUEST = "bad_request"
    CONTEXT_TOO_LONG = "context_too_long"
    UNAUTHENTICATED = "unauthenticated"
    "The client's bearer token is missing or wrong; never said about our own credentials."
    FORBIDDEN = "forbidden"
    "Unknown Host, refused Origin, or a refusal of Google that concerns the content asked for."
    MODEL_NOT_FOUND = "model_not_found"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    "Every credential rests; the first returns soon."
    QUOTA_SPENT = "quota_spent"
    "Every credential rests, the first until its day quota returns."
    NO_CREDENTIALS = "no_credentials"
    "The pool is empty."
    UNUSABLE_CREDENTIALS = "unusable_credentials"
    "No credential returns by itself: the owner must act."
    NO_CREDIT = "no_credit"
    "The same, where every credential's project lacks billing or credit."
    OVERLOADED = "overloaded"
    "Google answers 503, on every credential that was tried."
    BAD_UPSTREAM = "bad_upstream"
    "Google's answer was broken, cut short or unusable."
    UPSTREAM_TIMEOUT = "upstream_timeout"
    UNAVAILABLE = "unavailable"
    "Pollux itself is starting, paused or stopping."
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure, ready for a dialect to render."""

    kind: ProblemKind
    message: str
    "A sentence for people; holds no secret."
    param: str | None = None
    "Path of the offending field in the client's own body, such as `messages[2].content`."
    code: str | None = None
    "A more exact machine code of the dialect, where the parser knows one."
    model: str | None = None
    "The Gemini model asked for, where the failure concerns one."
    retry_after_s: float | None = None
    "Seconds until another try may help; None where waiting does not help."
    envelope: dict[str, Any] | None = field(default=None, compare=False)
    "Google's own `error` object (redacted), for dialects that pass it on."


class BadRequest(Exception):
    """A client's body cannot be understood; the only exception that `parse` raises."""

    def __init__(
        self,
        message: str,
        param: str | None = None,
        *,
        code: str | None = None,
        kind: ProblemKind = ProblemKind.BAD_REQUEST,
    ) -> None:
        super().__init__(message)
        self.problem = Problem(kind, message, param=param, code=code)


class Failed(Exception):
    """An exchange cannot be answered; carries what to tell the client."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
