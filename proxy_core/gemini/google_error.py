"""Reads Google's error bodies into one plain value, whatever arrives.

Not here: what an error means (`faults`). Nothing raises: a field of the wrong type counts
as absent, and a body that is no error envelope gives an error without one.
Source: google/rpc/error_details.proto (ErrorInfo, QuotaFailure, RetryInfo, Help, BadRequest).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from proxy_core.gemini.wire import JsonObject

_LARGEST_BODY_BYTES = 1 << 18
_LONGEST_TEXT = 8_000
_LONGEST_DELAY_S = 7 * 86_400.0

_OWNERS_PAGES = frozenset(
    {"aistudio.google.com", "console.cloud.google.com", "console.developers.google.com"}
)
"Where a project can be mended. Other links (documentation, or worse) are not shown."

_CANONICAL: Mapping[str, int] = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "INVALID_REQUEST": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "RATE_LIMIT_EXCEEDED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"Names of google/rpc/code.proto and words of the Interactions API, as HTTP statuses."

_PROTO_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)s")
_HEADER_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")
_SPOKEN_DELAY = re.compile(
    r"retry in (?=[0-9])(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m(?!s))?"
    r"(?:([0-9]{1,9}(?:\.[0-9]{1,12})?)(m?s))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class QuotaViolation:
    """One quota that a request went over."""

    name: str
    "quotaId and metric, for a look at their words."
    limit: int | None


@dataclass(frozen=True, slots=True)
class GoogleError:
    """An error envelope, flattened to what is ever looked at."""

    code: int | str | None
    "As sent: an HTTP status, the same in digits, or a word of the Interactions API."
    status: str
    "Canonical name, `RESOURCE_EXHAUSTED`; empty where there is none."
    message: str
    explanation: str
    "Message and field violations: the text to search. Cut at some thousand characters."
    reasons: tuple[str, ...]
    metadata: Mapping[str, str]
    "Of all ErrorInfos; the first one to name a key wins."
    violations: tuple[QuotaViolation, ...]
    retry_delay_s: float | None
    "RetryInfo's, else the one in the text."
    link: str | None
    envelope: JsonObject | None = field(default=None, compare=False)
    "The `error` object as it came, or None where the body held none."

    @property
    def http_status(self) -> int:
        """The HTTP status that the envelope stands for, 500 where it names none."""
        code = self.code
        if isinstance(code, str):
            code = whole_number(code) or _CANONICAL.get(code.upper())
        if code is not None and 400 <= code < 600:
            return code
        return _CANONICAL.get(self.status.upper(), 500)


def parse_error(body: bytes) -> GoogleError:
    """Reads the body of an HTTP answer.

    Takes `{"error": {…}}`, and the same inside an array (streaming calls).
    """
    try:
        value = orjson.loads(body[:_LARGEST_BODY_BYTES].decode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), None)
    error = value.get("error") if isinstance(value, dict) else None
    return read_error(error if isinstance(error, dict) else None)


def read_error(error: JsonObject | None) -> GoogleError:
    """Reads one `error` object, as a stream may hold it."""
    source: JsonObject = error or {}
    details = [item for item in _items(source, "details") if isinstance(item, dict)]
    infos = list(_of_type(details, "ErrorInfo"))
    message = _text(source, "message")
    code = source.get("code")
    return GoogleError(
        code=code if isinstance(code, int | str) else None,
        status=_text(source, "status"),
        message=message,
        explanation=_explanation(message, details),
        reasons=tuple(reason for info in infos if (reason := _text(info, "reason"))),
        metadata=_metadata(infos),
        violations=tuple(_violations(details)),
        retry_delay_s=_retry_delay(details, message),
        link=_link(infos, details),
        envelope=error,
    )


def header_delay(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, or None; an HTTP date counts as none."""
    for name, value in headers.items():
        if name.lower() == "retry-after" and _HEADER_SECONDS.fullmatch(value.strip()):
            return min(float(value), _LONGEST_DELAY_S)
    return None


def _text(source: Mapping[str, Any], key: str) -> str:
    value = source.get(key)
    return value if isinstance(value, str) else ""


def _items(source: Mapping[str, Any], key: str) -> list[Any]:
    value = source.get(key)
    return value if isinstance(value, list) else []


def _of_type(details: list[JsonObject], name: str) -> Iterator[JsonObject]:
    """The details of one google.rpc type; the URL before its name does not matter."""
    return (item for item in details if _text(item, "@type").endswith(f"google.rpc.{name}"))


def _inner(details: list[JsonObject], name: str, key: str) -> Iterator[JsonObject]:
    for detail in _of_type(details, name):
        yield from (item for item in _items(detail, key) if isinstance(item, dict))


def _explanation(message: str, details: list[JsonObject]) -> str:
    texts = [message]
    for violation in _inner(details, "BadRequest", "fieldViolations"):
        texts += [_text(violation, "field"), _text(violation, "description")]
    return "\n".join(text[:_LONGEST_TEXT] for text in texts if text)[:_LONGEST_TEXT]


def _metadata(infos: list[JsonObject]) -> dict[str, str]:
    found: dict[str, str] = {}
    for info in infos:
        metadata = info.get("metadata")
        if isinstance(metadata, dict):
            for key in metadata:
                found.setdefault(key, _text(metadata, key))
    return found


def _violations(details: list[JsonObject]) -> Iterator[QuotaViolation]:
    for violation in _inner(details, "QuotaFailure", "violations"):
        name = f"{_text(violation, 'quotaId')} {_text(violation, 'quotaMetric')}"
        yield QuotaViolation(name, whole_number(violation.get("quotaValue")))


def whole_number(value: Any) -> int | None:
    """An int64 of proto-JSON, which comes as digits or as a number."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def _retry_delay(details: list[JsonObject], message: str) -> float | None:
    """RetryInfo.retryDelay ("12.5s"), else "Please retry in 1m3s" of the message."""
    for info in _of_type(details, "RetryInfo"):
        if told := _PROTO_DURATION.fullmatch(_text(info, "retryDelay")):
            return min(float(told[1]), _LONGEST_DELAY_S)
    spoken = _SPOKEN_DELAY.search(message)
    if spoken is None or not any(spoken.groups()):
        return None
    hours, minutes, rest, unit = spoken.groups()
    seconds = float(rest or 0) / (1000 if unit and unit.lower() == "ms" else 1)
    return min(float(hours or 0) * 3600 + float(minutes or 0) * 60 + seconds, _LONGEST_DELAY_S)


def _link(infos: list[JsonObject], details: list[JsonObject]) -> str | None:
    """The activation URL, else the first Help link that leads to a page of the owner."""
    metadata = (info["metadata"] for info in infos if isinstance(info.get("metadata"), dict))
    urls = [_text(item, "activationUrl") for item in metadata]
    urls += [_text(item, "url") for item in _inner(details, "Help", "links")]
    return next((url for url in urls if _is_owners_page(url)), None)


def _is_owners_page(url: str) -> bool:
    if not re.fullmatch(r"https://[!-~]{1,2000}", url):
        return False
    try:
        return urlsplit(url).netloc in _OWNERS_PAGES
    except ValueError:  # an unfinished IPv6 address
        return False
