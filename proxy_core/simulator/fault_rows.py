"""Every failure Google is known to answer with, as named rows of data.

The rows serve scripts (`Reply.fault("per_day_429")`) and the rules of the simulator itself, so a
scripted refusal and one of its own look the same. Source: google/rpc/error_details.proto,
google/api/error_reason.proto and the Gemini API's troubleshooting pages, November 2026. Not here:
when a row applies, and the token endpoint (`oauth_faults.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proxy_core.simulator.faults import Fault
from proxy_core.simulator.refusals import RPC_TYPE, JsonObject

SERVICE = "generativelanguage.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/generative-language"
_ACCEPTED_SCOPES = " ".join(
    _SCOPE + end for end in ("", ".tuning", ".tuning.readonly", ".retriever", ".retriever.readonly")
)


def _info(reason: str, domain: str = "googleapis.com", **metadata: str) -> JsonObject:
    return {
        "@type": f"{RPC_TYPE}ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": {"service": SERVICE, **metadata},
    }


def _quota(quota_id: str, metric: str = "{metric}") -> JsonObject:
    violation = {
        "quotaMetric": f"{SERVICE}/{metric}",
        "quotaId": quota_id,
        "quotaDimensions": {"location": "global", "model": "{model}"},
        "quotaValue": "{limit}",
    }
    return {"@type": f"{RPC_TYPE}QuotaFailure", "violations": [violation]}


_HELP: JsonObject = {
    "@type": f"{RPC_TYPE}Help",
    "links": [
        {
            "description": "Learn more about Gemini API quotas",
            "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
        }
    ],
}
_RETRY: JsonObject = {"@type": f"{RPC_TYPE}RetryInfo", "retryDelay": "{retry}"}
_QUOTA_TEXT = (
    "You exceeded your current quota, please check your plan and billing details. For more "
    "information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. \n"
    "* Quota exceeded for metric: " + SERVICE + "/{metric}, limit: {limit}, model: {model}\n"
    "Please retry in {retry}."
)
_CONSUMER = {"consumer": "projects/{number}", "containerInfo": "{project}"}
_EXPECTED_OAUTH = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def _denied(message: str, case: str, *details: JsonObject, **more: Any) -> Fault:
    return Fault(403, "PERMISSION_DENIED", message, case, details, **more)


def _argument(message: str, case: str, *details: JsonObject) -> Fault:
    return Fault(400, "INVALID_ARGUMENT", message, case, details)


def _exhausted(case: str, quota_id: str, **more: Any) -> Fault:
    details = (_quota(quota_id), _HELP, _RETRY)
    return Fault(429, "RESOURCE_EXHAUSTED", _QUOTA_TEXT, case, details, **more)


FAULTS: Mapping[str, Fault] = {
    # 400
    "invalid_argument": _argument(
        'Invalid JSON payload received. Unknown name "bogus": Cannot find field.',
        "bad request",
        {
            "@type": f"{RPC_TYPE}BadRequest",
            "fieldViolations": [
                {
                    "description": 'Invalid JSON payload received. Unknown name "bogus": '
                    "Cannot find field."
                }
            ],
        },
    ),
    "api_key_invalid": _argument(
        "API key not valid. Please pass a valid API key.", "dead key", _info("API_KEY_INVALID")
    ),
    "api_key_expired": _argument(
        "API key expired. Please renew the API key.", "dead key", _info("API_KEY_INVALID")
    ),
    "signature_missing": _argument(
        "Function call is missing a thought_signature in functionCall parts. This is required for "
        "tools to work correctly. Please refer to "
        "https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
        "history without its signatures",
    ),
    "signature_invalid": _argument(
        "Thought signature is not valid.", "history with a foreign signature"
    ),
    "signature_corrupted": _argument(
        "Corrupted thought signature.", "history with a damaged signature"
    ),
    "schema_too_complex": _argument(
        "The specified schema produces a constraint that has too many states for serving. Typical "
        "causes of this error are schemas with lots of text, schemas with long array length "
        "limits, or schemas using complex value matchers.",
        "schema too heavy",
    ),
    "multiple_credentials": _argument(
        "Multiple authentication credentials received. Please pass only one.",
        "two credentials at once",
    ),
    "location_unsupported": Fault(
        400,
        "FAILED_PRECONDITION",
        "User location is not supported for the API use.",
        "free tier not offered where the caller is",
    ),
    "billing_required": Fault(
        400,
        "FAILED_PRECONDITION",
        "Gemini API free tier is not available in your country. Please enable billing on your "
        "project in Google AI Studio.",
        "free tier not offered without billing",
    ),
    "context_too_long": _argument(
        "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
        "context too long",
    ),
    # 401 and 402
    "access_token_expired": Fault(
        401,
        "UNAUTHENTICATED",
        _EXPECTED_OAUTH,
        "stale access token",
        (_info("ACCESS_TOKEN_EXPIRED"),),
    ),
    "credentials_missing": Fault(
        401,
        "UNAUTHENTICATED",
        "Request is missing required authentication credential. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential.",
        "no credential",
        (_info("CREDENTIALS_MISSING"),),
    ),
    "api_key_retired": Fault(
        401,
        "UNAUTHENTICATED",
        _EXPECTED_OAUTH,
        "retired standard key, or a key on the wrong service",
        (_info("ACCESS_TOKEN_TYPE_UNSUPPORTED"),),
    ),
    "account_state_invalid": Fault(
        401,
        "UNAUTHENTICATED",
        "The account for the specified credential is deleted or suspended.",
        "account gone",
        (_info("ACCOUNT_STATE_INVALID"),),
    ),
    "prepaid_spent_402": Fault(
        402,
        "RESOURCE_EXHAUSTED",
        "Your prepaid credits are used up. Please add credits in Google AI Studio.",
        "prepaid credit used up",
    ),
    # 403
    "service_disabled": _denied(
        "Generative Language API has not been used in project {number} before or it is disabled. "
        "Enable it by visiting https://console.developers.google.com/apis/api/"
        + SERVICE
        + "/overview?project={number} then retry.",
        "API off in the project",
        _info(
            "SERVICE_DISABLED",
            serviceTitle="Generative Language API",
            activationUrl="https://console.developers.google.com/apis/api/"
            + SERVICE
            + "/overview?project={number}",
            **_CONSUMER,
        ),
    ),
    "scope_insufficient": _denied(
        "Request had insufficient authentication scopes.",
        "token without generative-language.retriever",
        _info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method="GenerateContent"),
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", '
            f'error="insufficient_scope", scope="{_ACCEPTED_SCOPES}"'
        },
    ),
    "user_project_denied": _denied(
        "Caller does not have required permission to use project {project}. Grant the caller the "
        "roles/serviceusage.serviceUsageConsumer role, or a custom role with the "
        "serviceusage.services.use permission.",
        "no right to use the project named",
        _info("USER_PROJECT_DENIED", **_CONSUMER),
    ),
    "billing_disabled": _denied(
        "This API method requires billing to be enabled. Please enable billing on project "
        "#{number}.",
        "billing off",
        _info("BILLING_DISABLED", **_CONSUMER),
    ),
    "consumer_invalid": _denied(
        "Permission denied on resource project {project}.",
        "project invalid",
        _info("CONSUMER_INVALID", **_CONSUMER),
    ),
    "consumer_suspended": _denied(
        "Permission denied: Consumer 'projects/{number}' has been suspended.",
        "project suspended for policy",
        _info("CONSUMER_SUSPENDED", **_CONSUMER),
    ),
    "iam_permission_denied": _denied(
        "Permission 'generativelanguage.models.generateContent' denied on resource.",
        "no permission",
        _info("IAM_PERMISSION_DENIED"),
    ),
    "api_key_service_blocked": _denied(
        "Requests to this API " + SERVICE + " method are blocked.",
        "key not for this API",
        _info("API_KEY_SERVICE_BLOCKED", **_CONSUMER),
    ),
    "api_key_referrer_blocked": _denied(
        "Requests from referer <empty> are blocked.",
        "key bound to web pages",
        _info("API_KEY_HTTP_REFERRER_BLOCKED", **_CONSUMER),
    ),
    "api_key_ip_blocked": _denied(
        "The provided API key has an IP address restriction.",
        "key bound to addresses",
        _info("API_KEY_IP_ADDRESS_BLOCKED", **_CONSUMER),
    ),
    "key_leaked": _denied(
        "Your API key was reported as leaked. Please use another API key.", "key blocked by Google"
    ),
    "file_not_owned": _denied(
        "You do not have permission to access the File abc123 or it may not exist.",
        "file of another project",
    ),
    "cache_not_owned": _denied(
        "CachedContent not found (or permission denied)", "cache of another project"
    ),
    # 404, 413
    "model_not_found": Fault(
        404,
        "NOT_FOUND",
        "models/{model} is not found for API version v1beta, or is not supported for "
        "generateContent. Call ListModels to see the list of available models and their supported "
        "methods.",
        "unknown model",
    ),
    "model_closed_to_new_users": Fault(
        404,
        "NOT_FOUND",
        "This model models/{model} is no longer available to new users. Please update your code "
        "to use a newer model for the latest features and improvements.",
        "model closed for this project",
    ),
    "too_large_413": Fault(
        413,
        "",
        "<html><title>Error 413 (Request Entity Too Large)!!1</title>"
        "<p>Your client issued a request that was too large.</html>",
        "too large for the front end",
        html=True,
    ),
    # 429
    "per_day_429": _exhausted(
        "daily requests spent", "GenerateRequestsPerDayPerProjectPerModel{tier}", retry_s=47
    ),
    "per_minute_429": _exhausted(
        "requests of the minute spent",
        "GenerateRequestsPerMinutePerProjectPerModel{tier}",
        retry_s=22.5,
        limit=5,
    ),
    "input_tokens_per_minute_429": _exhausted(
        "input tokens of the minute spent",
        "GenerateContentInputTokensPerModelPerMinute{tier}",
        retry_s=12.25,
        limit=250_000,
    ),
    "input_tokens_per_day_429": _exhausted(
        "input tokens of the day spent",
        "GenerateContentInputTokensPerModelPerDay{tier}",
        retry_s=31,
        limit=1_000_000,
    ),
    "limit_zero_429": _exhausted(
        "model not in this tier",
        "GenerateRequestsPerDayPerProjectPerModel{tier}",
        retry_s=35,
        limit=0,
    ),
    "spend_limit_429": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Your project has exceeded its spend-based rate limit. Please try again later.",
        "rolling spend cap reached",
        (_HELP,),
    ),
    "shared_capacity_429": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Resource has been exhausted (e.g. check quota).",
        "shared capacity, no QuotaFailure",
    ),
    # 499 and 5xx
    "cancelled_499": Fault(499, "CANCELLED", "The operation was cancelled.", "client gone"),
    "internal_500": Fault(
        500,
        "INTERNAL",
        "An internal error has occurred. Please retry or report in "
        "https://developers.generativeai.google/guide/troubleshooting",
        "transient failure",
    ),
    "html_502": Fault(
        502,
        "",
        "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
        "<p><b>502.</b> <ins>That's an error.</ins></html>",
        "front end without a back end",
        html=True,
    ),
    "overloaded_503": Fault(
        503,
        "UNAVAILABLE",
        "The model is overloaded. Please try again later.",
        "model-wide overload",
    ),
    "capacity_exhausted_503": Fault(
        503,
        "UNAVAILABLE",
        "No capacity available for model {model} on the server",
        "model-wide overload with a reason",
        (_info("MODEL_CAPACITY_EXHAUSTED", domain=SERVICE, model="{model}"),),
    ),
    "deadline_504": Fault(
        504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.", "too slow"
    ),
    # Further reasons of google.api.ErrorReason
    "rate_limit_exceeded": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Generate Content API requests per minute'.",
        "rate limit without QuotaFailure",
        (_info("RATE_LIMIT_EXCEEDED", quota_limit_value="60", **_CONSUMER),),
    ),
    "resource_quota_exceeded": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for a resource.",
        "allocation quota spent",
        (_info("RESOURCE_QUOTA_EXCEEDED", **_CONSUMER),),
    ),
    "overloaded_credentials": Fault(
        429,
        "RESOURCE_EXHAUSTED",
        "Too many requests with these credentials.",
        "credential overloaded",
        (_info("OVERLOADED_CREDENTIALS"),),
    ),
    "credential_type_unsupported": Fault(
        401,
        "UNAUTHENTICATED",
        "The credential type is not supported by this API.",
        "wrong kind of credential",
        (_info("CREDENTIAL_TYPE_UNSUPPORTED"),),
    ),
    "account_type_unsupported": Fault(
        401,
        "UNAUTHENTICATED",
        "The account type is not supported by this API.",
        "wrong kind of account",
        (_info("ACCOUNT_TYPE_UNSUPPORTED"),),
    ),
    "user_blocked_by_admin": _denied(
        "The user is blocked from accessing this API by an administrator.",
        "blocked by an administrator",
        _info("USER_BLOCKED_BY_ADMIN"),
    ),
    "security_policy_violated": _denied(
        "Request is prohibited by organization's policy.",
        "service perimeter",
        _info("SECURITY_POLICY_VIOLATED"),
    ),
    "location_policy_violated": _denied(
        "Location violates a policy.", "location policy", _info("LOCATION_POLICY_VIOLATED")
    ),
    "location_org_policy_violated": _denied(
        "Location violates an organization policy.",
        "organization's location policy",
        _info("LOCATION_ORG_POLICY_VIOLATED"),
    ),
    "resource_usage_restriction_violated": _denied(
        "Request is disallowed by organization's resource usage restriction.",
        "resource usage restriction",
        _info("RESOURCE_USAGE_RESTRICTION_VIOLATED"),
    ),
    "gcp_suspended": _denied(
        "The Google Cloud project or account has been suspended.",
        "suspended for policy",
        _info("GCP_SUSPENDED", **_CONSUMER),
    ),
}
