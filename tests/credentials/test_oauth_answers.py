from typing import Any

import orjson
import pytest

from proxy_core.credentials.model import Service
from proxy_core.credentials.oauth_answers import (
    SCOPES,
    TokenFailure,
    TokenGrant,
    classify_token_answer,
    missing_scope,
)
from proxy_core.gemini.faults import Cause
from tests.credentials.made_up import GRANT, PLANTED

DAY_S = 86_400.0


def failure(status: int, body: dict[str, Any] | bytes, **told: Any) -> TokenFailure:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    answer = classify_token_answer(status, raw, **told)
    assert isinstance(answer, TokenFailure)
    assert PLANTED not in repr(answer)
    return answer


def error(code: str, description: str = "", subtype: str | None = None) -> dict[str, Any]:
    body = {"error": code, "error_description": description}
    return body | ({"error_subtype": subtype} if subtype else {})


REFUSALS = [
    (
        400,
        error("invalid_grant", "Token has been expired or revoked."),
        Cause.NEEDS_SIGN_IN,
        "no longer accepts this sign-in",
    ),
    (
        400,
        error("invalid_grant", "Bad Request"),
        Cause.NEEDS_SIGN_IN,
        "does not know this sign-in",
    ),
    (
        400,
        error("invalid_grant", "reauth related error", "invalid_rapt"),
        Cause.NEEDS_SIGN_IN,
        "session length policy",
    ),
    (
        400,
        error("invalid_grant", "reauth related error", "rapt_required"),
        Cause.NEEDS_SIGN_IN,
        "session length policy",
    ),
    (400, error("admin_policy_enforced"), Cause.BLOCKED_BY_ADMIN, "administrator"),
    (400, error("org_internal"), Cause.BLOCKED_BY_ADMIN, "its own organisation"),
    (400, error("access_denied"), Cause.BLOCKED_BY_ADMIN, "administrator"),
    (401, error("invalid_client", "Unauthorized"), Cause.CLIENT_INVALID, "secret is wrong"),
    (
        401,
        error("invalid_client", "The OAuth client was not found."),
        Cause.CLIENT_INVALID,
        "does not exist",
    ),
    (401, error("deleted_client"), Cause.CLIENT_INVALID, "was deleted"),
    (401, error("disabled_client"), Cause.CLIENT_INVALID, "was disabled"),
    (401, error("unauthorized_client"), Cause.CLIENT_INVALID, "settings"),
    (400, error("unsupported_grant_type"), Cause.CLIENT_INVALID, "settings"),
    (400, error("invalid_request"), Cause.CLIENT_INVALID, "settings"),
    (400, error("invalid_scope"), Cause.SCOPE_MISSING, "scopes"),
]


@pytest.mark.parametrize(("status", "body", "cause", "said"), REFUSALS)
def test_each_refusal_is_told_apart_and_lasts(
    status: int, body: dict[str, Any], cause: Cause, said: str
) -> None:
    answer = failure(status, body, retry_after="5")
    assert answer.lasting
    assert answer.fault.cause is cause
    assert answer.fault.status == status
    assert said in answer.fault.message
    assert answer.fault.retry_after_s is None


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (429, b"slow down", Cause.CAPACITY),
        (429, error("invalid_grant"), Cause.CAPACITY),
        (403, error("rate_limit_exceeded"), Cause.CAPACITY),
        (500, error("internal_failure"), Cause.SERVER_ERROR),
        (400, error("internal_failure"), Cause.SERVER_ERROR),
        (400, error("server_error"), Cause.SERVER_ERROR),
        (503, error("temporarily_unavailable"), Cause.OVERLOADED),
        (400, error("temporarily_unavailable"), Cause.OVERLOADED),
        (502, b"<html>", Cause.SERVER_ERROR),
        (302, b"", Cause.BAD_ANSWER),
        (403, b"<html>a gateway's page</html>", Cause.BAD_ANSWER),
        (200, b"<html>", Cause.BAD_ANSWER),
        (200, b"[]", Cause.BAD_ANSWER),
        (200, {"access_token": 5}, Cause.BAD_ANSWER),
        (200, {"access_token": f"{PLANTED}\r\nx: y"}, Cause.BAD_ANSWER),
        (400, {"error": [PLANTED]}, Cause.BAD_ANSWER),
        (400, {"error": f"{PLANTED}!"}, Cause.BAD_ANSWER),
    ],
)
def test_trouble_that_passes_is_told_apart_from_refusals(
    status: int, body: dict[str, Any] | bytes, cause: Cause
) -> None:
    answer = failure(status, body)
    assert not answer.lasting
    assert answer.fault.cause is cause


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), (None, None), ("soon", None), ("-1", None), ("²", None)]
)
def test_the_wait_that_google_names_is_told(header: str | None, seconds: float | None) -> None:
    assert failure(429, b"", retry_after=header).fault.retry_after_s == seconds


def test_an_unknown_error_code_is_named() -> None:
    assert "418 new_error" in failure(418, error("new_error")).fault.message


@pytest.mark.parametrize(
    ("age_s", "hinted"),
    [
        (7 * DAY_S, True),
        (7 * DAY_S + 3_600, True),
        (7 * DAY_S - 3_600, True),
        (7 * DAY_S + 3_601, False),
        (6 * DAY_S, False),
        (None, False),
    ],
)
def test_a_sign_in_that_ends_after_seven_days_hints_at_the_testing_state(
    age_s: float | None, hinted: bool
) -> None:
    answer = failure(400, error("invalid_grant"), signed_in_s_ago=age_s)
    assert ("Testing" in answer.fault.message) is hinted
    policy = failure(400, error("invalid_grant", "", "invalid_rapt"), signed_in_s_ago=age_s)
    assert "policy" in policy.fault.message


def test_a_service_accounts_key_is_never_told_to_sign_in() -> None:
    refused = error("invalid_grant", "Invalid JWT Signature.")
    answer = failure(400, refused, service_account=True)
    assert (answer.fault.cause, answer.lasting) == (Cause.KEY_INVALID, True)


def test_a_wrong_clock_is_not_the_service_accounts_fault() -> None:
    refused = error(
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
        "timeframe. Check your iat and exp values in the JWT claim.",
    )
    answer = failure(400, refused, service_account=True)
    assert not answer.lasting
    assert "clock" in answer.fault.message


def test_a_grant_is_read_whole() -> None:
    answer = classify_token_answer(200, orjson.dumps(GRANT | {"refresh_token": "1//next"}))
    assert isinstance(answer, TokenGrant)
    assert answer.access_token.get_secret_value() == GRANT["access_token"]
    assert answer.lifetime_s == 3599
    assert "openid" in answer.scopes
    assert answer.refresh_token is not None
    assert answer.refresh_token.get_secret_value() == "1//next"
    assert PLANTED not in repr(answer)


@pytest.mark.parametrize(
    ("told", "lifetime_s"),
    [
        (120, 120.0),
        (0, 3600.0),
        (-5, 3600.0),
        ("x", 3600.0),
        (None, 3600.0),
        (True, 3600.0),
        (10**12, 43_200.0),
    ],
)
def test_a_lifetime_is_plausible_whatever_is_said(told: object, lifetime_s: float) -> None:
    answer = classify_token_answer(200, orjson.dumps(GRANT | {"expires_in": told}))
    assert isinstance(answer, TokenGrant)
    assert answer.lifetime_s == lifetime_s


def test_a_grant_that_opens_neither_service_is_refused() -> None:
    body = GRANT | {"scope": "openid https://www.googleapis.com/auth/cloud-platform.read-only"}
    answer = failure(200, body)
    assert (answer.fault.cause, answer.lasting) == (Cause.SCOPE_MISSING, True)
    assert "tick every box" in answer.fault.message


def test_a_grant_that_tells_no_scope_and_a_service_accounts_are_taken() -> None:
    silent = {name: value for name, value in GRANT.items() if name != "scope"}
    assert isinstance(classify_token_answer(200, orjson.dumps(silent)), TokenGrant)
    other = orjson.dumps(GRANT | {"scope": "https://www.googleapis.com/auth/cloud-platform"})
    assert isinstance(classify_token_answer(200, other, service_account=True), TokenGrant)


@pytest.mark.parametrize("service", Service)
def test_each_service_needs_its_own_scope(service: Service) -> None:
    scope = SCOPES[service]
    (other,) = set(SCOPES.values()) - {scope}
    assert missing_scope(frozenset({scope, "openid"}), service) is None
    assert missing_scope(frozenset(), service) is None
    fault = missing_scope(frozenset({other}), service)
    assert fault is not None
    assert fault.cause is Cause.SCOPE_MISSING
    assert scope.rpartition("/")[2] in fault.message
