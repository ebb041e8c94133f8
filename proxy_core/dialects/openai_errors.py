"""Errors as the OpenAI API says them, for every dialect of that family.

`{"error": {"message", "type", "param", "code"}}`. The SDKs retry 408, 409, 429 and 5xx unless
`x-should-retry` says no; a `retry-after` above two minutes makes them give up at once.
Source: openai-python, `_base_client.py`, `_should_retry` and `_calculate_retry_timeout`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson

from proxy_core.dialects.contract import ErrorReply
from proxy_core.errors import Problem, ProblemKind

INVALID = "invalid_request_error"


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of problem is told."""

    status: int
    type: str
    code: str | None = None
    retry: bool = True
    "False: another try cannot help soon, and the client is told so."


FORMS: Mapping[ProblemKind, Form] = MappingProxyType(
    {
        ProblemKind.BAD_REQUEST: Form(400, INVALID),
        ProblemKind.CONTEXT_TOO_LONG: Form(400, INVALID, "context_length_exceeded"),
        ProblemKind.UNAUTHENTICATED: Form(401, "authentication_error", "invalid_api_key"),
        ProblemKind.FORBIDDEN: Form(403, "permission_error"),
        ProblemKind.MODEL_NOT_FOUND: Form(404, INVALID, "model_not_found"),
        ProblemKind.NOT_FOUND: Form(404, INVALID, "not_found"),
        ProblemKind.METHOD_NOT_ALLOWED: Form(405, INVALID, "method_not_allowed"),
        ProblemKind.TOO_LARGE: Form(413, INVALID, "request_too_large"),
        ProblemKind.RATE_LIMITED: Form(429, "rate_limit_error", "rate_limit_exceeded"),
        ProblemKind.QUOTA_SPENT: Form(429, "rate_limit_error", "insufficient_quota", retry=False),
        ProblemKind.NO_CREDENTIALS: Form(503, "server_error", "no_credentials", retry=False),
        ProblemKind.UNUSABLE_CREDENTIALS: Form(503, "server_error", "no_credentials", retry=False),
        ProblemKind.NO_CREDIT: Form(503, "server_error", "no_credentials", retry=False),
        ProblemKind.OVERLOADED: Form(503, "server_error", "overloaded"),
        ProblemKind.BAD_UPSTREAM: Form(502, "server_error", "bad_upstream"),
        ProblemKind.UPSTREAM_TIMEOUT: Form(504, "timeout_error", "upstream_timeout"),
        ProblemKind.UNAVAILABLE: Form(503, "server_error", "unavailable"),
        ProblemKind.INTERNAL: Form(500, "server_error", "internal_error"),
    }
)


def error_body(problem: Problem) -> bytes:
    """The envelope alone, as it stands in an answer and inside a stream."""
    form = FORMS[problem.kind]
    return orjson.dumps(
        {
            "error": {
                "message": problem.message,
                "type": form.type,
                "param": problem.param,
                "code": problem.code or form.code,
            }
        }
    )


def error_reply(problem: Problem, request_id: str) -> ErrorReply:
    """The complete answer; `retry-after` is whole seconds, rounded up."""
    form = FORMS[problem.kind]
    headers = {"x-request-id": request_id}
    if problem.retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(problem.retry_after_s)))
    if not form.retry:
        headers["x-should-retry"] = "false"
    return ErrorReply(form.status, error_body(problem), headers)
