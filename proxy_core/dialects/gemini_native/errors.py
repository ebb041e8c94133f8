"""Errors as Google writes them: `{"error": {"code", "message", "status", "details"}}`.

Source: Google API error model (google/rpc/status.proto) and its JSON transcoding.
"""

import math
from collections.abc import Mapping

import orjson

from proxy_core.dialects.contract import ErrorReply
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import JsonObject

_TYPE = "type.googleapis.com/google.rpc."


def error_object(problem: Problem) -> JsonObject:
    """The value of `error`; Google's own where it said it best."""
    # Google's 401 and 403 speak of our credential or its project: never the client's business.
    if problem.envelope is not None and problem.envelope.get("code") not in (401, 403):
        return problem.envelope
    code, status = _CODES[problem.kind]
    error: JsonObject = {"code": code, "message": problem.message, "status": status}
    if details := _details(problem):
        error["details"] = details
    return error


def error_reply(problem: Problem) -> ErrorReply:
    error = error_object(problem)
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else _CODES[problem.kind][0]
    headers = {}
    if problem.retry_after_s is not None:
        headers["retry-after"] = str(math.ceil(problem.retry_after_s))
    if problem.kind in _FOR_GOOD:
        headers["x-should-retry"] = "false"
    return ErrorReply(status, orjson.dumps({"error": error}), headers)


_FOR_GOOD = frozenset(
    {
        ProblemKind.NO_CREDENTIALS,
        ProblemKind.UNUSABLE_CREDENTIALS,
        ProblemKind.NO_CREDIT,
        ProblemKind.QUOTA_SPENT,
    }
)
"Where asking again by itself cannot help."


def _details(problem: Problem) -> list[JsonObject]:
    if problem.kind in (ProblemKind.RATE_LIMITED, ProblemKind.QUOTA_SPENT):
        window = "Day" if problem.kind is ProblemKind.QUOTA_SPENT else "Minute"
        violation: JsonObject = {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
            "quotaId": f"GenerateRequestsPer{window}PerProjectPerModel",
            "quotaDimensions": {"location": "global", "model": problem.model or ""},
        }
        details: list[JsonObject] = [{"@type": _TYPE + "QuotaFailure", "violations": [violation]}]
        if problem.retry_after_s is not None:
            delay = f"{math.ceil(problem.retry_after_s)}s"
            details.append({"@type": _TYPE + "RetryInfo", "retryDelay": delay})
        return details
    if problem.kind is ProblemKind.BAD_REQUEST and problem.param:
        violation = {"field": problem.param, "description": problem.message}
        return [{"@type": _TYPE + "BadRequest", "fieldViolations": [violation]}]
    return []


_CODES: Mapping[ProblemKind, tuple[int, str]] = {
    ProblemKind.BAD_REQUEST: (400, "INVALID_ARGUMENT"),
    ProblemKind.CONTEXT_TOO_LONG: (400, "INVALID_ARGUMENT"),
    ProblemKind.UNAUTHENTICATED: (401, "UNAUTHENTICATED"),
    ProblemKind.FORBIDDEN: (403, "PERMISSION_DENIED"),
    ProblemKind.MODEL_NOT_FOUND: (404, "NOT_FOUND"),
    ProblemKind.NOT_FOUND: (404, "NOT_FOUND"),
    ProblemKind.METHOD_NOT_ALLOWED: (405, "UNIMPLEMENTED"),
    ProblemKind.TOO_LARGE: (413, "INVALID_ARGUMENT"),
    ProblemKind.RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    ProblemKind.QUOTA_SPENT: (429, "RESOURCE_EXHAUSTED"),
    ProblemKind.NO_CREDENTIALS: (503, "UNAVAILABLE"),
    ProblemKind.UNUSABLE_CREDENTIALS: (503, "UNAVAILABLE"),
    ProblemKind.NO_CREDIT: (503, "UNAVAILABLE"),
    ProblemKind.OVERLOADED: (503, "UNAVAILABLE"),
    ProblemKind.BAD_UPSTREAM: (502, "UNAVAILABLE"),
    ProblemKind.UPSTREAM_TIMEOUT: (504, "DEADLINE_EXCEEDED"),
    ProblemKind.UNAVAILABLE: (503, "UNAVAILABLE"),
    ProblemKind.INTERNAL: (500, "INTERNAL"),
}
"HTTP status and canonical code. A test asks that every kind is here."
