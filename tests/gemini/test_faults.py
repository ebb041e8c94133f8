"""Every row of Google's error table against bodies as Google sends them."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proxy_core.gemini import faults
from proxy_core.gemini.faults import Cause, Fault, classify, classify_stream_error
from proxy_core.gemini.states import state_of

GOLDEN = Path(__file__).parents[1] / "golden" / "faults"
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))}

FOUND_ELSEWHERE = {
    Cause.TRUNCATED,
    Cause.EMPTY,
    Cause.SIGNATURE_MISSED,
    Cause.MALFORMED_CALL,
    Cause.CLIENT_INVALID,  # by a refresh, `credentials.oauth_answers`
    Cause.FILE_QUOTA,  # of an upload, `relay.offloading`
}
API_KEY = "AI" + "za" + "Sy0123456789abcdefghijklmnopqrstuvw"


def envelope(code: int, message: str, *details: Any) -> bytes:
    return orjson.dumps({"error": {"code": code, "message": message, "details": list(details)}})


def answered(status: int, body: bytes, headers: dict[str, str] | None = None) -> Fault:
    return classify(status, headers or {}, body, with_api_key=True)


def quota_failure(*quotas: tuple[str, Any]) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": name, "quotaValue": value} for name, value in quotas],
    }


@pytest.mark.parametrize("name", CASES)
def test_a_body_of_the_corpus_has_its_cause(name: str) -> None:
    case = CASES[name]
    body = case["body"].encode() if isinstance(case["body"], str) else orjson.dumps(case["body"])
    fault = classify(case["status"], case["headers"], body, with_api_key=case["with_api_key"])
    found = {
        "cause": fault.cause,
        "retry_after_s": fault.retry_after_s,
        "limit": fault.limit,
        "link": fault.link,
    }
    expected = dict(case["expected"])
    assert fault.unit == expected.pop("unit", "requests")
    assert found == expected


@pytest.mark.parametrize("cause", set(Cause) - FOUND_ELSEWHERE)
def test_a_cause_that_comes_over_http_has_a_case(cause: Cause) -> None:
    assert any(case["expected"]["cause"] == cause for case in CASES.values())


def test_one_violated_day_among_minutes_makes_it_the_days_quota() -> None:
    details = quota_failure(("RequestsPerMinute", "5"), ("RequestsPerDay", "20"))
    fault = answered(429, envelope(429, "quota", details))
    assert (fault.cause, fault.limit) == (Cause.DAY_QUOTA, 20)


def test_a_limit_of_zero_outranks_a_spent_day() -> None:
    details = quota_failure(("RequestsPerDay", "20"), ("TokensPerMinute", 0))
    assert answered(429, envelope(429, "quota", details)).cause is Cause.NOT_IN_TIER


def test_a_limit_that_only_begins_with_zero_is_not_zero() -> None:
    details = quota_failure(("RequestsPerMinute", None))
    fault = answered(429, envelope(429, "Quota exceeded for metric: x, limit: 0.5", details))
    assert fault.cause is Cause.MINUTE_QUOTA


@pytest.mark.parametrize(
    ("consumer", "project"),
    [("projects/123", "123"), ("projects/my-project", None), ("folders/1", None), (7, None)],
)
def test_the_number_of_the_charged_project_is_read(consumer: Any, project: str | None) -> None:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "metadata": {"consumer": consumer},
    }
    assert answered(403, envelope(403, "off", info)).project == project


def test_an_unknown_reason_does_not_hide_a_known_one() -> None:
    unknown, known = (
        {"@type": "google.rpc.ErrorInfo", "reason": reason}
        for reason in ("SOMETHING_NEW", "CONSUMER_SUSPENDED")
    )
    assert answered(403, envelope(403, "no", unknown, known)).cause is Cause.SUSPENDED


QUOTED = st.text() | st.sampled_from(
    [
        "API key not valid",
        "API_KEY_INVALID",
        "Your API key was reported as leaked",
        "User location is not supported",
        "please enable billing",
        "Permission denied: Consumer 'x' has been suspended",
        "Multiple authentication credentials",
    ]
)


@given(QUOTED, QUOTED)
def test_no_client_can_talk_a_credential_out_of_the_pool(name: str, value: str) -> None:
    message = f"Invalid JSON payload received. Unknown name \"{name}\" at 'contents[0]'."
    violation = {"field": name, "description": f"{message} {value}"}
    details = {"@type": "google.rpc.BadRequest", "fieldViolations": [violation]}
    fault = answered(400, envelope(400, message, details))
    assert state_of(fault.cause) is None
    assert fault.cause is not Cause.OUR_BUG


@pytest.mark.parametrize("status", [401, 402, 403])
@pytest.mark.parametrize("body", [b"", b"<html>Access denied</html>", b"[]", b'{"ok":false}'])
def test_only_googles_envelope_speaks_against_a_credential(status: int, body: bytes) -> None:
    for with_api_key in (True, False):
        fault = classify(status, {}, body, with_api_key=with_api_key)
        assert fault.cause is Cause.BAD_ANSWER


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (302, Cause.BAD_ANSWER),
        (409, Cause.BAD_REQUEST),
        (408, Cause.UPSTREAM_TIMEOUT),
        (429, Cause.CAPACITY),
        (502, Cause.SERVER_ERROR),
        (529, Cause.SERVER_ERROR),
    ],
)
def test_a_bare_status_speaks_for_itself(status: int, cause: Cause) -> None:
    fault = answered(status, b"")
    assert fault.cause is cause
    assert str(status) in fault.message
    assert fault.envelope is None


KEYS = ["error", "code", "status", "message", "details", "@type", "reason", "metadata", "x"]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)
TYPES = st.sampled_from(
    [f"type.googleapis.com/google.rpc.{name}" for name in ("ErrorInfo", "QuotaFailure", "Help")]
    + [f"type.googleapis.com/google.rpc.{name}" for name in ("RetryInfo", "BadRequest")]
)
DETAIL = st.fixed_dictionaries(
    {"@type": TYPES},
    optional={
        "reason": JSON,
        "metadata": JSON,
        "violations": st.lists(JSON, max_size=3),
        "fieldViolations": st.lists(JSON, max_size=3),
        "links": st.lists(st.fixed_dictionaries({"url": JSON}), max_size=3),
        "retryDelay": JSON,
    },
)
ERROR = st.fixed_dictionaries(
    {}, optional={"code": JSON, "status": JSON, "message": JSON, "details": st.lists(DETAIL)}
)
HEADERS = st.dictionaries(st.sampled_from(["Retry-After", "retry-after", "x"]), st.text())


def bodies() -> st.SearchStrategy[bytes]:
    values = JSON | st.builds(lambda error: {"error": error}, ERROR)
    return st.binary() | values.map(lambda value: json.dumps(value).encode())


@settings(deadline=None)  # some bodies are megabytes
@given(st.integers(100, 599), HEADERS, bodies(), st.booleans())
@example(400, {}, b'{"error":' * 50_000, True)
@example(400, {}, b"[" * 900 + b"]" * 900, True)
@example(400, {}, b'{"error":{"details":' + b"[" * 900 + b"]" * 900 + b"}}", True)
@example(500, {}, b"\xff\xfe" * 2_000_000, False)
def test_nothing_raises_whatever_google_answers(
    status: int, headers: dict[str, str], body: bytes, with_api_key: bool
) -> None:
    fault = classify(status, headers, body, with_api_key=with_api_key)
    assert fault.message
    assert fault.retry_after_s is None or 0 <= fault.retry_after_s <= 7 * 86_400
    assert fault.limit is None or fault.limit >= 0


@given(ERROR | st.dictionaries(st.text(), JSON), st.booleans())
def test_nothing_raises_whatever_a_stream_holds(error: Any, with_api_key: bool) -> None:
    assert 400 <= classify_stream_error(error, with_api_key=with_api_key).status < 600


@pytest.mark.parametrize(
    ("error", "cause", "status"),
    [
        ({"code": 503, "message": "The model is overloaded."}, Cause.OVERLOADED, 503),
        ({"code": "429", "message": "Resource has been exhausted"}, Cause.CAPACITY, 429),
        ({"code": "invalid_request", "message": "no"}, Cause.BAD_REQUEST, 400),
        ({"code": "rate_limit_exceeded", "message": "slow"}, Cause.CAPACITY, 429),
        ({"status": "DEADLINE_EXCEEDED"}, Cause.UPSTREAM_TIMEOUT, 504),
        ({"code": 14, "status": "UNAVAILABLE"}, Cause.OVERLOADED, 503),
        ({"code": "something_new"}, Cause.SERVER_ERROR, 500),
        ({}, Cause.SERVER_ERROR, 500),
    ],
)
def test_an_error_inside_a_stream_has_its_cause(
    error: dict[str, Any], cause: Cause, status: int
) -> None:
    fault = classify_stream_error(error, with_api_key=True)
    assert (fault.cause, fault.status, fault.envelope) == (cause, status, error)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("MALFORMED_FUNCTION_CALL", Cause.MALFORMED_CALL),
        ("TOO_MANY_TOOL_CALLS", Cause.MALFORMED_CALL),
        ("MISSING_THOUGHT_SIGNATURE", Cause.SIGNATURE_MISSED),
        ("PUP_LIMITED_DISABLED", Cause.SUSPENDED),
    ],
)
def test_a_finish_reason_that_is_a_failure_has_its_cause(reason: str, cause: Cause) -> None:
    fault = faults.finish_fault(reason)
    assert fault is not None
    assert fault.cause is cause
    assert reason in fault.message


def test_the_models_own_words_about_its_end_are_kept() -> None:
    fault = faults.finish_fault("MALFORMED_FUNCTION_CALL", "Malformed function call: print(")
    assert fault is not None
    assert fault.message == "Malformed function call: print("


@pytest.mark.parametrize("reason", ["STOP", "MAX_TOKENS", "SAFETY", "CONTINUATION", "NEW_ONE", ""])
def test_every_other_finish_reason_ends_an_answer(reason: str) -> None:
    assert faults.finish_fault(reason) is None


def test_faults_without_an_http_answer_name_their_cause() -> None:
    assert faults.network_fault("reset").cause is Cause.NETWORK
    assert faults.network_fault("reset").status == 0
    assert faults.truncated().cause is Cause.TRUNCATED
    assert faults.empty().cause is Cause.EMPTY
    assert faults.bad_answer("HTML where JSON was due").cause is Cause.BAD_ANSWER


def test_no_fault_carries_a_secret() -> None:
    message = f"Permission denied: Consumer 'api_key:{API_KEY}' has been suspended."
    info = {"@type": "google.rpc.ErrorInfo", "metadata": {"consumer": f"api_key:{API_KEY}"}}
    fault = answered(403, envelope(403, message, info))
    assert fault.cause is Cause.SUSPENDED
    assert API_KEY not in repr(fault)
    assert fault.envelope is not None
    assert fault.envelope["code"] == 403
    assert API_KEY not in repr(faults.network_fault(f"https://x/?key={API_KEY}"))
