import orjson
import pytest

from proxy_core.dialects.anthropic.errors import FORMS, error_body, error_reply, request_id
from proxy_core.errors import Problem, ProblemKind


def test_every_kind_has_a_form() -> None:
    assert set(FORMS) == set(ProblemKind)


@pytest.mark.parametrize(
    ("kind", "status", "type_"),
    [
        (ProblemKind.BAD_REQUEST, 400, "invalid_request_error"),
        (ProblemKind.CONTEXT_TOO_LONG, 400, "invalid_request_error"),
        (ProblemKind.UNAUTHENTICATED, 401, "authentication_error"),
        (ProblemKind.NO_CREDIT, 402, "billing_error"),
        (ProblemKind.FORBIDDEN, 403, "permission_error"),
        (ProblemKind.MODEL_NOT_FOUND, 404, "not_found_error"),
        (ProblemKind.TOO_LARGE, 413, "request_too_large"),
        (ProblemKind.RATE_LIMITED, 429, "rate_limit_error"),
        (ProblemKind.BAD_UPSTREAM, 500, "api_error"),
        (ProblemKind.INTERNAL, 500, "api_error"),
        (ProblemKind.UPSTREAM_TIMEOUT, 504, "timeout_error"),
        (ProblemKind.OVERLOADED, 529, "overloaded_error"),
    ],
)
def test_each_kind_has_its_status_and_type(kind: ProblemKind, status: int, type_: str) -> None:
    reply = error_reply(Problem(kind, "No."), "abc")
    assert reply.status == status
    assert orjson.loads(reply.body)["error"]["type"] == type_


def test_the_envelope_and_the_headers_name_the_request() -> None:
    reply = error_reply(Problem(ProblemKind.BAD_REQUEST, "No."), "abc")
    assert orjson.loads(reply.body) == {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "No."},
        "request_id": "req_abc",
    }
    assert reply.headers["request-id"] == request_id("abc") == "req_abc"
    assert reply.headers["x-request-id"] == "abc"


def test_a_more_exact_code_stands_in_the_details() -> None:
    problem = Problem(ProblemKind.BAD_REQUEST, "No.", code="more_exact")
    error = orjson.loads(error_body(problem, "abc"))["error"]
    assert error["details"] == {"error_code": "more_exact"}


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (3.1, "4"), (7200.0, "7200")])
def test_the_wait_is_told_in_whole_seconds(seconds: float, header: str) -> None:
    problem = Problem(ProblemKind.RATE_LIMITED, "Wait.", retry_after_s=seconds)
    assert error_reply(problem, "r").headers["retry-after"] == header


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


@pytest.mark.parametrize(
    ("google", "told"),
    [
        (
            "The input token count (1200000) exceeds the maximum number allowed (1048576).",
            "prompt is too long: 1200000 tokens > 1048576 maximum",
        ),
        ("It is too long.", "prompt is too long: It is too long."),
    ],
)
def test_a_full_context_is_told_in_the_words_that_make_clients_shorten_it(
    google: str, told: str
) -> None:
    body = error_body(Problem(ProblemKind.CONTEXT_TOO_LONG, google), "r")
    assert orjson.loads(body)["error"]["message"] == told
