"""The table of failures is complete and each row reads as Google's envelope."""

import orjson
import pytest

from proxy_core.simulator import FAULTS

ROWS = {
    "invalid_argument": (400, "fieldViolations"),
    "api_key_invalid": (400, "API_KEY_INVALID"),
    "api_key_expired": (400, "expired"),
    "signature_missing": (400, "missing a thought_signature"),
    "signature_invalid": (400, "Thought signature is not valid."),
    "multiple_credentials": (400, "Multiple authentication credentials"),
    "location_unsupported": (400, "FAILED_PRECONDITION"),
    "billing_required": (400, "enable billing"),
    "context_too_long": (400, "token count"),
    "access_token_expired": (401, "ACCESS_TOKEN_EXPIRED"),
    "credentials_missing": (401, "CREDENTIALS_MISSING"),
    "api_key_retired": (401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
    "account_state_invalid": (401, "ACCOUNT_STATE_INVALID"),
    "prepaid_spent_402": (402, "RESOURCE_EXHAUSTED"),
    "service_disabled": (403, "SERVICE_DISABLED"),
    "scope_insufficient": (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
    "user_project_denied": (403, "USER_PROJECT_DENIED"),
    "billing_disabled": (403, "BILLING_DISABLED"),
    "consumer_invalid": (403, "CONSUMER_INVALID"),
    "consumer_suspended": (403, "CONSUMER_SUSPENDED"),
    "iam_permission_denied": (403, "IAM_PERMISSION_DENIED"),
    "api_key_service_blocked": (403, "API_KEY_SERVICE_BLOCKED"),
    "api_key_referrer_blocked": (403, "API_KEY_HTTP_REFERRER_BLOCKED"),
    "api_key_ip_blocked": (403, "API_KEY_IP_ADDRESS_BLOCKED"),
    "key_leaked": (403, "reported as leaked"),
    "file_not_owned": (403, "File"),
    "cache_not_owned": (403, "CachedContent"),
    "model_not_found": (404, "is not found"),
    "model_closed_to_new_users": (404, "no longer available to new users"),
    "too_large_413": (413, "<html>"),
    "per_day_429": (429, "PerDay"),
    "per_minute_429": (429, "PerMinute"),
    "input_tokens_per_minute_429": (429, "InputTokensPerModelPerMinute"),
    "limit_zero_429": (429, "limit: 0"),
    "spend_limit_429": (429, "spend-based"),
    "shared_capacity_429": (429, "RESOURCE_EXHAUSTED"),
    "cancelled_499": (499, "CANCELLED"),
    "internal_500": (500, "INTERNAL"),
    "overloaded_503": (503, "overloaded"),
    "capacity_exhausted_503": (503, "MODEL_CAPACITY_EXHAUSTED"),
    "deadline_504": (504, "DEADLINE_EXCEEDED"),
}
"""Every row of the table of errors: its status and what a client tells it by."""


@pytest.mark.parametrize("name", ROWS)
def test_every_documented_failure_has_a_row(name: str) -> None:
    status, marker = ROWS[name]
    answer = FAULTS[name].answer()
    assert answer.status == status
    assert marker in answer.body.decode()


@pytest.mark.parametrize("name", FAULTS)
def test_no_placeholder_is_left_and_the_code_is_the_status(name: str) -> None:
    fault = FAULTS[name]
    answer = fault.answer(model="some-model", project="some-project")
    assert not any(f"{{{word}}}" in answer.body.decode() for word in ("model", "retry", "tier"))
    if not fault.html:
        error = orjson.loads(answer.body)["error"]
        assert (error["code"], error["status"]) == (fault.http, fault.status)


def test_a_token_without_the_scope_is_told_which_scopes_would_do() -> None:
    scopes = FAULTS["scope_insufficient"].answer().headers["WWW-Authenticate"]
    assert "generative-language.retriever" in scopes


def test_shared_capacity_names_no_quota() -> None:
    assert b"QuotaFailure" not in FAULTS["shared_capacity_429"].answer().body
