import orjson
import pytest

from proxy_core.dialects.openai_errors import FORMS, error_body, error_reply
from proxy_core.errors import Problem, ProblemKind

TABLE = [
    (ProblemKind.BAD_REQUEST, 400, "invalid_request_error", None),
    (ProblemKind.CONTEXT_TOO_LONG, 400, "invalid_request_error", "context_length_exceeded"),
    (ProblemKind.UNAUTHENTICATED, 401, "authentication_error", "invalid_api_key"),
    (ProblemKind.FORBIDDEN, 403, "permission_error", None),
    (ProblemKind.MODEL_NOT_FOUND, 404, "invalid_request_error", "model_not_found"),
    (ProblemKind.TOO_LARGE, 413, "invalid_request_error", "request_too_large"),
    (ProblemKind.RATE_LIMITED, 429, "rate_limit_error", "rate_limit_exceeded"),
    (ProblemKind.QUOTA_SPENT, 429, "rate_limit_error", "insufficient_quota"),
    (ProblemKind.NO_CREDENTIALS, 503, "server_error", "no_credentials"),
    (ProblemKind.OVERLOADED, 503, "server_error", "overloaded"),
    (ProblemKind.BAD_UPSTREAM, 502, "server_error", "bad_upstream"),
    (ProblemKind.UPSTREAM_TIMEOUT, 504, "timeout_error", "upstream_timeout"),
    (ProblemKind.INTERNAL, 500, "server_error", "internal_error"),
]


def test_every_kind_of_problem_has_a_form() -> None:
    assert set(FORMS) == set(ProblemKind)


@pytest.mark.parametrize(("kind", "status", "type_", "code"), TABLE)
def test_a_problem_is_told_in_openais_words(
    kind: ProblemKind, status: int, type_: str, code: str | None
) -> None:
    reply = error_reply(Problem(kind, "Why."), "req-1")
    assert reply.status == status
    error = {"message": "Why.", "type": type_, "param": None, "code": code}
    assert orjson.loads(reply.body) == {"error": error}
    assert reply.headers["x-request-id"] == "req-1"


def test_a_problem_keeps_its_own_code_and_param() -> None:
    problem = Problem(ProblemKind.BAD_REQUEST, "No.", param="n", code="unsupported_value")
    error = orjson.loads(error_body(problem))["error"]
    assert (error["param"], error["code"]) == ("n", "unsupported_value")


@pytest.mark.parametrize(
    ("seconds", "header"), [(0.0, "1"), (2.0, "2"), (2.1, "3"), (86e3, "86000")]
)
def test_a_wait_is_told_in_whole_seconds_rounded_up(seconds: float, header: str) -> None:
    problem = Problem(ProblemKind.RATE_LIMITED, "Later.", retry_after_s=seconds)
    assert error_reply(problem, "r").headers["retry-after"] == header


def test_no_wait_is_told_where_waiting_does_not_help() -> None:
    headers = error_reply(Problem(ProblemKind.NO_CREDENTIALS, "Add one."), "r").headers
    assert "retry-after" not in headers


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_only_problems_that_last_tell_the_client_not_to_retry(kind: ProblemKind) -> None:
    lasting = {
        ProblemKind.QUOTA_SPENT,
        ProblemKind.NO_CREDENTIALS,
        ProblemKind.UNUSABLE_CREDENTIALS,
        ProblemKind.NO_CREDIT,
    }
    headers = error_reply(Problem(kind, "x"), "r").headers
    assert headers.get("x-should-retry") == ("false" if kind in lasting else None)
