"""Every kind of problem in Google's form."""

import orjson
import pytest

from proxy_core.dialects.gemini_native import GeminiNative
from proxy_core.dialects.gemini_native.errors import error_object, error_reply
from proxy_core.errors import Problem, ProblemKind

STATUSES = {
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


@pytest.mark.parametrize("kind", ProblemKind)
def test_each_kind_has_its_status(kind: ProblemKind) -> None:
    reply = GeminiNative().error(Problem(kind, "Why."), "some-id")
    code, status = STATUSES[kind]
    error = orjson.loads(reply.body)["error"]
    assert reply.status == code
    assert (error["code"], error["status"], error["message"]) == (code, status, "Why.")
    assert reply.content_type == "application/json"


def test_an_exhausted_pool_is_told_as_google_tells_it() -> None:
    problem = Problem(
        ProblemKind.RATE_LIMITED, "All rest.", model="gemini-3.8-flash", retry_after_s=12.2
    )
    reply = error_reply(problem)
    quota, retry = orjson.loads(reply.body)["error"]["details"]
    assert reply.headers == {"retry-after": "13"}
    assert retry == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "13s"}
    assert quota["@type"] == "type.googleapis.com/google.rpc.QuotaFailure"
    (violation,) = quota["violations"]
    assert violation["quotaId"] == "GenerateRequestsPerMinutePerProjectPerModel"
    assert violation["quotaDimensions"]["model"] == "gemini-3.8-flash"


def test_a_spent_day_names_the_day_and_asks_for_no_retry() -> None:
    reply = error_reply(Problem(ProblemKind.QUOTA_SPENT, "Spent.", retry_after_s=3_600))
    assert b"PerDay" in reply.body
    assert reply.headers == {"retry-after": "3600", "x-should-retry": "false"}


@pytest.mark.parametrize("kind", [ProblemKind.NO_CREDENTIALS, ProblemKind.UNUSABLE_CREDENTIALS])
def test_what_only_the_owner_can_mend_names_no_time(kind: ProblemKind) -> None:
    assert error_reply(Problem(kind, "Act.")).headers == {"x-should-retry": "false"}


def test_a_wrong_field_is_a_field_violation() -> None:
    error = error_object(Problem(ProblemKind.BAD_REQUEST, "Must be text.", param="contents[0]"))
    (detail,) = error["details"]
    assert detail["fieldViolations"] == [{"field": "contents[0]", "description": "Must be text."}]


def test_googles_own_error_is_passed_on_as_it_is() -> None:
    envelope = {"code": 400, "status": "FAILED_PRECONDITION", "message": "Theirs.", "details": [1]}
    problem = Problem(ProblemKind.BAD_REQUEST, "Ours.", envelope=envelope)
    reply = error_reply(problem)
    assert (reply.status, orjson.loads(reply.body)) == (400, {"error": envelope})


@pytest.mark.parametrize("code", [401, 403])
def test_a_refusal_of_our_credential_never_reaches_a_client_as_its_own(code: int) -> None:
    envelope = {"code": code, "status": "PERMISSION_DENIED", "message": "Theirs."}
    reply = error_reply(Problem(ProblemKind.BAD_UPSTREAM, "Ours.", envelope=envelope))
    assert reply.status == 502


@pytest.mark.parametrize("code", [None, "400", 200, 0, 999])
def test_an_envelope_without_a_usable_code_gets_ours(code: object) -> None:
    problem = Problem(ProblemKind.OVERLOADED, "Ours.", envelope={"code": code})
    assert error_reply(problem).status == 503
