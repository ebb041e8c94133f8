"""Names the cause of every failure of Google: a pure table, no verdicts.

What to do about a cause is `retry`'s business, and doing it is `relay`'s.
Source of the rows: the error table of the Gemini API as of November 2026.

Three rules stand above the table:

- Only Google's own error envelope speaks against a credential. A 401, 402 or 403 without one
  comes from a front end, a gateway or a captive portal: a bad answer.
- Words of a message count against a credential only where they open it. Google quotes the
  client's own fields further back, and no client may talk a key out of the pool.
- A 401 or 403 that names no known reason is REFUSED: it may be about this project or about
  something the client named (a private video). The next credential is tried, and the rest is
  short and ends by itself. Calling it the project's lost, for one bad request would empty the
  pool; calling it the client's own lost, for one refused project would fail its requests.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from proxy_core.gemini.google_error import (
    GoogleError,
    QuotaViolation,
    header_delay,
    parse_error,
    read_error,
    whole_number,
)
from proxy_core.gemini.wire import JsonObject
from proxy_core.redaction import redact, redact_json


class Cause(StrEnum):
    """Why an attempt failed."""

    # the client's own
    BAD_REQUEST = "bad_request"
    CONTEXT_TOO_LONG = "context_too_long"
    TOO_LARGE = "too_large"
    NOT_OWNED = "not_owned"
    "403/404 about a file, cache or other resource of another project."
    NOT_FOUND = "not_found"
    "404 about something that is not a model."
    # repairable bodies
    SIGNATURE = "signature"
    SCHEMA = "schema"
    "400 that names a schema, parameters, response_schema or `too many states`."
    THINKING = "thinking"
    PENALTY = "penalty"
    # the credential's
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a name, not a password
    KEY_INVALID = "key_invalid"
    KEY_RETIRED = "key_retired"
    "401 ACCESS_TOKEN_TYPE_UNSUPPORTED with an API key: a standard key past its end."
    KEY_RESTRICTED = "key_restricted"
    LEAKED = "leaked"
    SUSPENDED = "suspended"
    NEEDS_SIGN_IN = "needs_sign_in"
    SCOPE_MISSING = "scope_missing"
    CLIENT_INVALID = "client_invalid"
    BLOCKED_BY_ADMIN = "blocked_by_admin"
    # the project's
    API_OFF = "api_off"
    PROJECT_DENIED = "project_denied"
    BILLING = "billing"
    REGION = "region"
    SPEND_CAP = "spend_cap"
    # the (project, model) pair's
    MODEL_UNAVAILABLE = "model_unavailable"
    NOT_IN_TIER = "not_in_tier"
    MINUTE_QUOTA = "minute_quota"
    DAY_QUOTA = "day_quota"
    REFUSED = "refused"
    "401 or 403 for no known reason: of the project, or of something the client named."
    CAPACITY = "capacity"
    "429 without QuotaFailure: shared capacity."
    FILE_QUOTA = "file_quota"
    "429 of an upload: the project takes no more files now. Says nothing of any model."
    # nobody's
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    NETWORK = "network"
    "Connect, TLS, reset, silence: no usable HTTP answer."
    TRUNCATED = "truncated"
    "A stream that ended without finishReason."
    EMPTY = "empty"
    "200 with no chunk, or with no content and no reason."
    SIGNATURE_MISSED = "signature_missed"
    "finishReason MISSING_THOUGHT_SIGNATURE: a 200, where SIGNATURE is a refusal."
    MALFORMED_CALL = "malformed_call"
    "finishReason MALFORMED_FUNCTION_CALL and its kin: the model's own error."
    BAD_ANSWER = "bad_answer"
    "An answer that is not what the API documents: HTML with 200, broken JSON."
    OUR_BUG = "our_bug"
    "Google says we sent two credentials: never the client's fault."


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed attempt, named."""

    cause: Cause
    status: int
    "HTTP status of Google's answer, 0 where there was none; also `error.code` of a stream."
    message: str
    "Google's sentence (or ours), redacted."
    retry_after_s: float | None = None
    "Seconds Google asked for: Retry-After, else RetryInfo, else the text."
    limit: int | None = None
    "quotaValue of the violated quota, where it is told."
    unit: Literal["requests", "tokens"] = "requests"
    "What the violated quota counts."
    link: str | None = None
    "Where the owner can mend it (console activation URL, Help link)."
    project: str | None = None
    "Number of the project that was charged, where Google names it."
    envelope: dict[str, Any] | None = field(default=None, compare=False)
    "Google's `error` object, redacted, for native clients."


@dataclass(frozen=True, slots=True)
class _Text:
    """A row of the table that only the wording tells from its neighbours."""

    statuses: frozenset[int]
    pattern: re.Pattern[str]
    cause: Cause


def _text(statuses: set[int], pattern: str, cause: Cause) -> _Text:
    return _Text(frozenset(statuses), re.compile(pattern, re.IGNORECASE), cause)


_REASONS: Mapping[str, Cause] = {
    "API_KEY_INVALID": Cause.KEY_INVALID,
    "API_KEY_SERVICE_BLOCKED": Cause.KEY_RESTRICTED,
    "API_KEY_HTTP_REFERRER_BLOCKED": Cause.KEY_RESTRICTED,
    "API_KEY_IP_ADDRESS_BLOCKED": Cause.KEY_RESTRICTED,
    "API_KEY_ANDROID_APP_BLOCKED": Cause.KEY_RESTRICTED,
    "API_KEY_IOS_APP_BLOCKED": Cause.KEY_RESTRICTED,
    "ACCESS_TOKEN_EXPIRED": Cause.TOKEN_EXPIRED,
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": Cause.TOKEN_EXPIRED,
    "CREDENTIALS_MISSING": Cause.TOKEN_EXPIRED,
    "CREDENTIAL_TYPE_UNSUPPORTED": Cause.NEEDS_SIGN_IN,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Cause.SCOPE_MISSING,
    "ACCOUNT_STATE_INVALID": Cause.SUSPENDED,
    "CONSUMER_SUSPENDED": Cause.SUSPENDED,
    "GCP_SUSPENDED": Cause.SUSPENDED,
    "USER_BLOCKED_BY_ADMIN": Cause.BLOCKED_BY_ADMIN,
    "ACCOUNT_TYPE_UNSUPPORTED": Cause.BLOCKED_BY_ADMIN,
    "SERVICE_DISABLED": Cause.API_OFF,
    "BILLING_DISABLED": Cause.BILLING,
    "USER_PROJECT_DENIED": Cause.PROJECT_DENIED,
    "CONSUMER_INVALID": Cause.PROJECT_DENIED,
    "IAM_PERMISSION_DENIED": Cause.PROJECT_DENIED,
    "SECURITY_POLICY_VIOLATED": Cause.PROJECT_DENIED,
    "RESOURCE_USAGE_RESTRICTION_VIOLATED": Cause.PROJECT_DENIED,
    "LOCATION_POLICY_VIOLATED": Cause.REGION,
    "LOCATION_ORG_POLICY_VIOLATED": Cause.REGION,
    "MODEL_CAPACITY_EXHAUSTED": Cause.OVERLOADED,
    "OVERLOADED_CREDENTIALS": Cause.OUR_BUG,  # an API key beside another credential
}
"ErrorInfo.reason to cause. Source: google/api/error_reason.proto."

_KEY_REASONS: Mapping[str, Cause] = {
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": Cause.KEY_RETIRED,
    "CREDENTIAL_TYPE_UNSUPPORTED": Cause.KEY_RETIRED,
    # "API keys are not supported by this API": of the method called, not of the key.
    "CREDENTIALS_MISSING": Cause.REFUSED,
}
"What the same reasons say of an API key."

_TEXTS: tuple[_Text, ...] = (
    # Against a credential or project: only where the message begins so.
    _text({400, 401}, r"^multiple authentication credentials", Cause.OUR_BUG),
    _text({400, 401, 403}, r"^api key (?:not valid|not found|expired)", Cause.KEY_INVALID),
    _text({400, 403}, r"^user location is not supported", Cause.REGION),
    _text({400}, r"^[^\"']{0,200}\benable billing\b", Cause.BILLING),
    _text({402, 403, 429}, r"^your prepa(?:id|yment) credit", Cause.BILLING),
    _text({403}, r"^this api method requires billing", Cause.BILLING),
    _text({403}, r"^your api key was reported as leaked", Cause.LEAKED),
    _text({403}, r"^your project has been denied access", Cause.SUSPENDED),
    _text({403}, r"^permission denied: consumer '[^']{0,200}' has been suspended", Cause.SUSPENDED),
    _text({403}, r"^[\w ]{1,80} has not been used in project \S{1,80} before", Cause.API_OFF),
    _text({403}, r"^request had insufficient authentication scopes", Cause.SCOPE_MISSING),
    # About something the client named.
    _text({403}, r"permission to access the (?:file|cache|batch|operation|corpus|interaction)"
          r"|not found \(or permission denied\)", Cause.NOT_OWNED),
    _text({404}, r"\bmodels/[\w.@-]+(?![\w.@-]|/operations)|publisher model"
          r"|not found for api version|no longer available to new users", Cause.MODEL_UNAVAILABLE),
    _text({400, 403}, r"^organization policy constraint", Cause.MODEL_UNAVAILABLE),
    # Bodies that can be repaired. Signatures first: their text names functions, which may be
    # called anything. Schemas last: theirs is the widest pattern.
    _text({400}, r"thought[ _]?signature", Cause.SIGNATURE),
    _text({400}, r"token count.{0,80}exceeds|exceeds the maximum number of tokens"
          r"|token count is \d+ but", Cause.CONTEXT_TOO_LONG),
    _text({400}, r"request payload size exceeds", Cause.TOO_LARGE),
    _text({400}, r"\bthinking[ _]?(?:config|level|budget|mode)|\bthinking is not\b"
          r"|\bbudget -?\d+ is invalid", Cause.THINKING),
    _text({400}, r"\bpenalty is not|(?:presence|frequency)_?penalty", Cause.PENALTY),
    _text({400}, r"schema|\bparameters\b|too many states", Cause.SCHEMA),
    _text({429}, r"\bspend(?:ing)?[ -](?:based|cap|limit)", Cause.SPEND_CAP),
)  # fmt: skip
"The first row that fits the HTTP status and the wording."

_STATUSES: Mapping[int, Cause] = {
    401: Cause.REFUSED,
    402: Cause.BILLING,
    403: Cause.REFUSED,
    404: Cause.NOT_FOUND,
    407: Cause.NETWORK,  # the proxy between us and Google wants a password
    408: Cause.UPSTREAM_TIMEOUT,
    413: Cause.TOO_LARGE,
    429: Cause.CAPACITY,
    499: Cause.SERVER_ERROR,  # Google cancelled; when our client did, nobody asks any more
    503: Cause.OVERLOADED,
    504: Cause.UPSTREAM_TIMEOUT,
}

_FRONT_END: Mapping[int, Cause] = {
    401: Cause.BAD_ANSWER,
    402: Cause.BAD_ANSWER,
    403: Cause.BAD_ANSWER,
}
"Statuses that say something else where the body is not Google's envelope."

_FINISH_REASONS: Mapping[str, Cause] = {
    "MALFORMED_FUNCTION_CALL": Cause.MALFORMED_CALL,
    "MALFORMED_RESPONSE": Cause.MALFORMED_CALL,
    "UNEXPECTED_TOOL_CALL": Cause.MALFORMED_CALL,
    "TOO_MANY_TOOL_CALLS": Cause.MALFORMED_CALL,
    "MISSING_THOUGHT_SIGNATURE": Cause.SIGNATURE_MISSED,
    "PUP_LIMITED_DISABLED": Cause.SUSPENDED,
}
"The account was limited for policy: PUP_LIMITED_DISABLED. Every other reason ends an answer."

_QUOTA_CAUSES = frozenset({Cause.DAY_QUOTA, Cause.MINUTE_QUOTA, Cause.NOT_IN_TIER})
_PER_DAY = re.compile(r"per_?day", re.IGNORECASE)
_NO_LIMIT = re.compile(r"\blimit: 0(?![\d.]*[1-9])")
_TOLD_QUOTA = re.compile(r"exceeded (?:for|your current quota)[^\n]{0,200}", re.IGNORECASE)
_CONSUMER = re.compile(r"projects/([0-9]{1,20})")
_LONGEST_MESSAGE = 4_000


def classify(status: int, headers: Mapping[str, str], body: bytes, *, with_api_key: bool) -> Fault:
    """Names the cause of one HTTP answer that is not a success.

    status: of the HTTP answer; an envelope inside a 2xx speaks for itself.
    body: the whole of it, whatever it is; nothing raises.
    """
    error = parse_error(body)
    if 200 <= status < 300 and error.envelope is not None:
        status = error.http_status
    return _fault(error, status, header_delay(headers), with_api_key=with_api_key)


def classify_stream_error(error: JsonObject, *, with_api_key: bool) -> Fault:
    """Names the cause of an `error` object that came where a chunk was due.

    error: with an HTTP status as `code`, or a word of the Interactions API.
    """
    google = read_error(error)
    return _fault(google, google.http_status, None, with_api_key=with_api_key)


def finish_fault(finish_reason: str, message: str = "") -> Fault | None:
    """The failure that a finishReason means; None where it ends an answer.

    message: the candidate's finishMessage.
    """
    cause = _FINISH_REASONS.get(finish_reason)
    if cause is None:
        return None
    return Fault(cause, 200, redact(message) or f"The model stopped with {finish_reason}.")


def network_fault(message: str) -> Fault:
    """No usable HTTP answer: connect, TLS, reset, silence."""
    return Fault(Cause.NETWORK, 0, redact(message))


def truncated() -> Fault:
    return Fault(Cause.TRUNCATED, 200, "Google's answer ended before it was complete.")


def diverged() -> Fault:
    message = "Google's answer broke off, and what it sent to go on was another."
    return Fault(Cause.TRUNCATED, 200, message)


def empty() -> Fault:
    return Fault(Cause.EMPTY, 200, "Google's answer held no content and no reason for that.")


def bad_answer(message: str, status: int = 200) -> Fault:
    """An answer that is not what the API documents."""
    return Fault(Cause.BAD_ANSWER, status, redact(message))


def _fault(
    error: GoogleError, status: int, header_delay_s: float | None, *, with_api_key: bool
) -> Fault:
    cause = _cause(error, status, with_api_key=with_api_key)
    quota = _quota(error) if cause in _QUOTA_CAUSES else None
    message = redact(error.message)[:_LONGEST_MESSAGE]
    return Fault(
        cause,
        status,
        message or f"Google answered {status} without an explanation.",
        retry_after_s=error.retry_delay_s if header_delay_s is None else header_delay_s,
        limit=_limit(cause, quota),
        unit="tokens" if quota and "token" in quota.name.lower() else "requests",
        link=error.link,
        project=_project(error),
        envelope=None if error.envelope is None else redact_json(error.envelope),
    )


def _cause(error: GoogleError, status: int, *, with_api_key: bool) -> Cause:
    if error.envelope is None:
        return _FRONT_END.get(status) or _by_status(status, with_api_key=with_api_key)
    for reason in error.reasons:
        if with_api_key and reason in _KEY_REASONS:
            return _KEY_REASONS[reason]
        if reason in _REASONS:
            return _REASONS[reason]
    for row in _TEXTS:
        if status in row.statuses and row.pattern.search(error.explanation):
            return row.cause
    if status == 429:
        return _quota_cause(error)
    return _by_status(status, with_api_key=with_api_key)


def _by_status(status: int, *, with_api_key: bool) -> Cause:
    if status == 401 and not with_api_key:
        return Cause.TOKEN_EXPIRED
    if status in _STATUSES:
        return _STATUSES[status]
    if 400 <= status < 500:
        return Cause.BAD_REQUEST
    return Cause.SERVER_ERROR if status >= 500 else Cause.BAD_ANSWER


def _limit(cause: Cause, quota: QuotaViolation | None) -> int | None:
    if cause is Cause.NOT_IN_TIER:
        return 0
    return None if quota is None else quota.limit


def _project(error: GoogleError) -> str | None:
    consumer = _CONSUMER.fullmatch(error.metadata.get("consumer", ""))
    return None if consumer is None else consumer[1]


def _quota_cause(error: GoogleError) -> Cause:
    quota = _quota(error)
    if quota is None:
        return Cause.CAPACITY
    if quota.limit == 0 or _NO_LIMIT.search(error.explanation):
        return Cause.NOT_IN_TIER
    return Cause.DAY_QUOTA if _PER_DAY.search(quota.name) else Cause.MINUTE_QUOTA


def _quota(error: GoogleError) -> QuotaViolation | None:
    """The one quota to go by, of all that Google lists.

    A limit of zero outranks the rest, for waiting helps nothing; then the day's, for when it
    is spent the minute's does not matter. Where QuotaFailure is missing (Vertex AI), ErrorInfo
    may name the quota, else the message.
    """
    violations = error.violations or _told_quotas(error)
    by_weight = sorted(
        violations, key=lambda each: (each.limit != 0, not _PER_DAY.search(each.name))
    )
    return by_weight[0] if by_weight else None


def _told_quotas(error: GoogleError) -> tuple[QuotaViolation, ...]:
    metadata = error.metadata
    if "quota_limit" in metadata or "quota_limit_value" in metadata:
        name = f"{metadata.get('quota_limit', '')} {metadata.get('quota_metric', '')}"
        return (QuotaViolation(name, whole_number(metadata.get("quota_limit_value"))),)
    # The number in the message is of no use as a limit: the text does not name its window.
    return tuple(QuotaViolation(name, None) for name in _TOLD_QUOTA.findall(error.explanation))
