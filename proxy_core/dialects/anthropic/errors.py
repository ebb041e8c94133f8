"""Errors as the Anthropic API says them: `{"type", "error": {"type", "message"}, "request_id"}`.

The SDKs retry 408, 409, 429 and 5xx unless `x-should-retry` says no. Claude Code shortens the
conversation where a message begins with "prompt is too long".
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import orjson

from proxy_core.dialects.contract import ErrorReply
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import JsonObject


class Form(NamedTuple):
    """How one kind of problem is told."""

    status: int
    type: str
    retry: bool = True
    "False: another try cannot help soon, and the client is told so."


FORMS: Mapping[ProblemKind, Form] = MappingProxyType(
    {
        ProblemKind.BAD_REQUEST: Form(400, "invalid_request_error"),
        ProblemKind.CONTEXT_TOO_LONG: Form(400, "invalid_request_error"),
        ProblemKind.UNAUTHENTICATED: Form(401, "authentication_error"),
        ProblemKind.NO_CREDIT: Form(402, "billing_error", retry=False),
        ProblemKind.FORBIDDEN: Form(403, "permission_error"),
        ProblemKind.MODEL_NOT_FOUND: Form(404, "not_found_error"),
        ProblemKind.NOT_FOUND: Form(404, "not_found_error"),
        ProblemKind.METHOD_NOT_ALLOWED: Form(405, "invalid_request_error"),
        ProblemKind.TOO_LARGE: Form(413, "request_too_large"),
        ProblemKind.RATE_LIMITED: Form(429, "rate_limit_error"),
        ProblemKind.QUOTA_SPENT: Form(429, "rate_limit_error", retry=False),
        ProblemKind.BAD_UPSTREAM: Form(500, "api_error"),
        ProblemKind.INTERNAL: Form(500, "api_error"),
        ProblemKind.NO_CREDENTIALS: Form(503, "api_error", retry=False),
        ProblemKind.UNUSABLE_CREDENTIALS: Form(503, "api_error", retry=False),
        ProblemKind.UNAVAILABLE: Form(503, "api_error"),
        ProblemKind.UPSTREAM_TIMEOUT: Form(504, "timeout_error"),
        ProblemKind.OVERLOADED: Form(529, "overloaded_error"),
    }
)

_TOO_LONG = re.compile(r"\((\d+)\) exceeds the maximum .*\((\d+)\)")
"The numbers in Google's sentence."


def request_id(exchange_id: str) -> str:
    """What the header `request-id` and the envelope call an exchange."""
    return f"req_{exchange_id}"


def error_body(problem: Problem, exchange_id: str) -> bytes:
    """The envelope alone, as it stands in an answer and inside a stream."""
    error: JsonObject = {"type": FORMS[problem.kind].type, "message": _message(problem)}
    if problem.code is not None:
        error["details"] = {"error_code": problem.code}
    return orjson.dumps({"type": "error", "error": error, "request_id": request_id(exchange_id)})


def error_reply(problem: Problem, exchange_id: str) -> ErrorReply:
    """The complete answer; `retry-after` is whole seconds, rounded up."""
    form = FORMS[problem.kind]
    headers = {"request-id": request_id(exchange_id), "x-request-id": exchange_id}
    if problem.retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(problem.retry_after_s)))
    if not form.retry:
        headers["x-should-retry"] = "false"
    return ErrorReply(form.status, error_body(problem, exchange_id), headers)


def _message(problem: Problem) -> str:
    if problem.kind is not ProblemKind.CONTEXT_TOO_LONG:
        return problem.message
    if found := _TOO_LONG.search(problem.message):
        return f"prompt is too long: {found[1]} tokens > {found[2]} maximum"
    return f"prompt is too long: {problem.message}"
