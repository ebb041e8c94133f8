"""What an answer of Google's token endpoint means: a table, and the reading of it.

Pure: it sends nothing and remembers nothing. Which credentials a failure concerns, and
whether to ask again, is for callers to decide.
Source: https://developers.google.com/identity/protocols/oauth2, "Errors", and answers seen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from pydantic import SecretStr

from proxy_core.credentials.model import Service
from proxy_core.gemini.faults import Cause, Fault

GEMINI_API_SCOPE = "https://www.googleapis.com/auth/generative-language.retriever"
"""Opens the Gemini API, `generateContent` included; `cloud-platform` alone does not."""

CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""Opens Vertex AI."""
SCOPES: Mapping[Service, str] = {
    Service.GEMINI: GEMINI_API_SCOPE,
    Service.VERTEX: CLOUD_SCOPE,
}

_USUAL_LIFETIME_S = 3600.0
_LONGEST_LIFETIME_S = 43_200.0
TESTING_LIFETIME_S = 7 * 86_400.0
"Of a refresh token, while the OAuth client's consent screen is in Testing."
_TESTING_TOLERANCE_S = 3600.0
_TOKEN = re.compile(r"[!-~]+")
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Google gave an access token."""

    access_token: SecretStr
    lifetime_s: float
    scopes: frozenset[str]
    "Granted ones; empty where the answer does not tell."
    refresh_token: SecretStr | None = None
    "A new one, to be kept in place of the old."


@dataclass(frozen=True, slots=True)
class TokenFailure:
    """Google gave none."""

    fault: Fault
    lasting: bool
    "Asking again does not help: the owner, or an administrator, must act."


class _Row(NamedTuple):
    cause: Cause
    sentence: str
    lasting: bool = True


_CLIENT_SETTINGS = _Row(
    Cause.CLIENT_INVALID, "Google refuses the settings of this OAuth client: check the client."
)
_SESSION_POLICY = _Row(
    Cause.NEEDS_SIGN_IN,
    "The organisation limits how long a sign-in lasts (session length policy): sign in again.",
)
_ADMIN = _Row(
    Cause.BLOCKED_BY_ADMIN,
    "An administrator of the organisation blocks this OAuth client for the account.",
)
_TROUBLE = _Row(Cause.SERVER_ERROR, "Google's sign-in server has trouble.", lasting=False)
_BUSY = _Row(Cause.OVERLOADED, "Google's sign-in server is overloaded.", lasting=False)
_TOO_OFTEN = _Row(Cause.CAPACITY, "Google's sign-in server asks for fewer requests.", lasting=False)
_UNUSABLE = _Row(
    Cause.BAD_ANSWER, "Google's sign-in server sent an answer that is not usable.", lasting=False
)

_ACCOUNT_ANSWERS: Mapping[str, _Row] = {
    "invalid_grant": _Row(
        Cause.NEEDS_SIGN_IN,
        "Google no longer accepts this sign-in (revoked, unused for six months, or replaced by "
        "newer ones): sign in again.",
    ),
    "invalid_rapt": _SESSION_POLICY,
    "rapt_required": _SESSION_POLICY,
    "admin_policy_enforced": _ADMIN,
    "org_internal": _Row(
        Cause.BLOCKED_BY_ADMIN,
        "The OAuth client admits only accounts of its own organisation.",
    ),
    "access_denied": _ADMIN,
    "invalid_client": _Row(
        Cause.CLIENT_INVALID, "Google refuses the OAuth client: its secret is wrong."
    ),
    "deleted_client": _Row(Cause.CLIENT_INVALID, "The OAuth client was deleted."),
    "disabled_client": _Row(Cause.CLIENT_INVALID, "The OAuth client was disabled."),
    "unauthorized_client": _CLIENT_SETTINGS,
    "unsupported_grant_type": _CLIENT_SETTINGS,
    "invalid_request": _CLIENT_SETTINGS,
    "invalid_scope": _Row(
        Cause.SCOPE_MISSING, "Google refuses the scopes that were asked for: sign in again."
    ),
    "rate_limit_exceeded": _TOO_OFTEN,
    "internal_failure": _TROUBLE,
    "server_error": _TROUBLE,
    "temporarily_unavailable": _BUSY,
}
"""By `error_subtype` or `error` of the answer."""

_SERVICE_ACCOUNT_ANSWERS: Mapping[str, _Row] = {
    **_ACCOUNT_ANSWERS,
    "invalid_grant": _Row(
        Cause.KEY_INVALID,
        "Google does not accept the key of this service account: it was deleted or disabled.",
    ),
}

_WRONG_CLOCK = _Row(
    Cause.BAD_ANSWER,
    "Google refuses the time in our request: set this computer's clock.",
    lasting=False,
)
"""Seen as "Token must be a short-lived token (60 minutes) and in a reasonable timeframe"."""

_UNKNOWN_GRANT = _Row(
    Cause.NEEDS_SIGN_IN,
    "Google does not know this sign-in (it is damaged, or was made with another OAuth client): "
    "sign in again.",
)
"""Seen as a bare "Bad Request"."""

_CLIENT_NOT_FOUND = _Row(Cause.CLIENT_INVALID, "The OAuth client does not exist (any more).")

_TESTING_SENTENCE = (
    "Google ended this sign-in after 7 days, as it does while the OAuth client's consent screen "
    'is in "Testing": publish the app ("In production"), then sign in again.'
)
_SCOPE_SENTENCE = (
    "The sign-in does not allow the Gemini API (scope generative-language.retriever is missing): "
    "sign in again and tick every box."
)


_VERTEX_SCOPE_SENTENCE = (
    "The sign-in does not allow Vertex AI (scope cloud-platform is missing): choose Vertex AI, "
    "tick every box and sign in again."
)


def missing_scope(scopes: frozenset[str], service: Service) -> Fault | None:
    """Why a token with these scopes does not open a service; no scopes: Google did not tell."""
    if not scopes or SCOPES[service] in scopes:
        return None
    sentence = _SCOPE_SENTENCE if service is Service.GEMINI else _VERTEX_SCOPE_SENTENCE
    return Fault(Cause.SCOPE_MISSING, 200, sentence)


def classify_token_answer(
    status: int,
    body: bytes,
    *,
    retry_after: str | None = None,
    service_account: bool = False,
    signed_in_s_ago: float | None = None,
) -> TokenGrant | TokenFailure:
    """Reads one HTTP answer to a request for an access token.

    retry_after: the header of that name; only seconds are understood, Google sends no dates.
    signed_in_s_ago: age of the refresh token, where it is known.
    """
    answer = json_object(body)
    if status == 200:
        return _grant(answer, service_account=service_account)
    error, subtype = text_in(answer, "error"), text_in(answer, "error_subtype")
    if status == 429:
        row = _TOO_OFTEN
    elif status >= 500:
        row = _BUSY if status == 503 else _TROUBLE
    else:
        row = _named_row(answer, service_account=service_account)
    sentence = row.sentence
    if row.cause is Cause.NEEDS_SIGN_IN and not subtype and _is_testing_age(signed_in_s_ago):
        sentence = _TESTING_SENTENCE
    if row is _UNUSABLE and _CODE.fullmatch(error):
        sentence = f"Google's sign-in server answers {status} {error}."
    return _failure(row, status, sentence, None if row.lasting else _seconds(retry_after))


def ended_in_testing(fault: Fault | None) -> bool:
    """Whether a sign-in ended for the testing state of its OAuth client."""
    return fault is not None and fault.message == _TESTING_SENTENCE


def _named_row(answer: dict[str, Any], *, service_account: bool) -> _Row:
    error, description = text_in(answer, "error"), text_in(answer, "error_description")
    if service_account and error == "invalid_grant" and "timeframe" in description:
        return _WRONG_CLOCK
    if error == "invalid_client" and "not found" in description:
        return _CLIENT_NOT_FOUND
    rows = _SERVICE_ACCOUNT_ANSWERS if service_account else _ACCOUNT_ANSWERS
    row = rows.get(text_in(answer, "error_subtype")) or rows.get(error) or _UNUSABLE
    if row is _ACCOUNT_ANSWERS["invalid_grant"] and description == "Bad Request":
        return _UNKNOWN_GRANT
    return row


def _grant(answer: dict[str, Any], *, service_account: bool) -> TokenGrant | TokenFailure:
    access_token = text_in(answer, "access_token")
    # Anything else could not be sent in a header.
    if not _TOKEN.fullmatch(access_token):
        return _failure(_UNUSABLE, 200, _UNUSABLE.sentence)
    scopes = frozenset(text_in(answer, "scope").split())
    if scopes and scopes.isdisjoint(SCOPES.values()) and not service_account:
        return TokenFailure(Fault(Cause.SCOPE_MISSING, 200, _SCOPE_SENTENCE), lasting=True)
    refresh_token = text_in(answer, "refresh_token")
    return TokenGrant(
        access_token=SecretStr(access_token),
        lifetime_s=_lifetime(answer.get("expires_in")),
        scopes=scopes,
        refresh_token=SecretStr(refresh_token) if refresh_token else None,
    )


def _failure(row: _Row, status: int, sentence: str, wait_s: float | None = None) -> TokenFailure:
    return TokenFailure(Fault(row.cause, status, sentence, retry_after_s=wait_s), row.lasting)


def _lifetime(expires_in: object) -> float:
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float) or expires_in <= 0:
        return _USUAL_LIFETIME_S
    return min(float(expires_in), _LONGEST_LIFETIME_S)


def _is_testing_age(age_s: float | None) -> bool:
    return age_s is not None and abs(age_s - TESTING_LIFETIME_S) <= _TESTING_TOLERANCE_S


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isascii() and header.isdigit() else None


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body holds; an empty one where it holds anything else."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def text_in(answer: dict[str, Any], name: str) -> str:
    """A field's text; empty where it is missing or of another type."""
    value = answer.get(name)
    return value if isinstance(value, str) else ""
