"""Reading error bodies, well-formed and not."""

from typing import Any

import orjson
import pytest

from proxy_core.gemini.google_error import GoogleError, header_delay, parse_error, read_error

WEEK_S = 7 * 86_400


def with_details(*details: Any) -> GoogleError:
    return read_error({"code": 429, "message": "", "details": list(details)})


def retry_info(delay: Any) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: [body], lambda body: [1, body]])
def test_an_envelope_is_found_bare_or_in_an_array(wrap: Any) -> None:
    body = orjson.dumps(wrap({"error": {"code": 404, "message": "gone"}}))
    assert parse_error(body).message == "gone"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"3",
        b'{"error": 5}',
        b'"error"',
        b"\xff",
        b"{",
        b'{"error": "invalid_grant"}',
    ],
)
def test_a_body_that_is_no_envelope_gives_an_error_without_one(body: bytes) -> None:
    error = parse_error(body)
    assert error.envelope is None
    assert error.http_status == 500


def test_invalid_utf8_costs_only_the_broken_letters() -> None:
    assert parse_error(b'{"error":{"message":"a\xffb"}}').message == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        ("12.5s", 12.5),
        ("0s", 0.0),
        ("47s", 47.0),
        ("9999999s", WEEK_S),
        ("-3s", None),
        ("12", None),
        ("soon", None),
        ("nans", None),
        ("1e9s", None),
        (12, None),
        (None, None),
        ({"seconds": "3"}, None),
    ],
)
def test_a_retry_delay_is_read_or_ignored(delay: Any, seconds: float | None) -> None:
    assert with_details(retry_info(delay)).retry_delay_s == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please retry in 11.05s.", 11.05),
        ("Please retry in 1m3s.", 63.0),
        ("Please retry in 2h1m0.5s.", 7260.5),
        ("Please retry in 2m.", 120.0),
        ("Please retry in 500ms.", 0.5),
        ("Please retry in 0s.", 0.0),
        ("retry in 999999h", WEEK_S),
        ("Please retry in a while.", None),
        ("Please retry in 5 days.", None),
        ("You may retry.", None),
    ],
)
def test_a_delay_in_words_is_read_or_ignored(text: str, seconds: float | None) -> None:
    assert read_error({"message": text}).retry_delay_s == seconds


def test_retry_info_wins_over_the_words() -> None:
    error = read_error({"message": "retry in 9s", "details": [retry_info("x"), retry_info("3s")]})
    assert error.retry_delay_s == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "99999999"}, WEEK_S),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "٣"}, None),
        ({}, None),
    ],
)
def test_a_retry_after_header_counts_in_seconds(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert header_delay(headers) == seconds


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://console.cloud.google.com/apis?project=7", True),
        ("https://console.developers.google.com/apis/api/x/overview", True),
        ("https://aistudio.google.com/apikey", True),
        ("https://ai.google.dev/gemini-api/docs", False),
        ("http://console.cloud.google.com/apis", False),
        ("https://console.cloud.google.com.example.net/", False),
        ("https://console.cloud.google.com@example.net/", False),
        ("https://x@console.cloud.google.com/", False),
        ("https://console.cloud.google.com:8443/", False),
        ("https://console.cloud.google.com/a b", False),
        ("https://console.cloud.google.com\\@example.net/", False),
        ("https://[/", False),
        ("javascript:alert(1)", False),
        (7, False),
    ],
)
@pytest.mark.parametrize("place", ["activation", "help"])
def test_only_pages_of_the_owners_project_are_shown(url: Any, shown: bool, place: str) -> None:
    detail: dict[str, Any] = {"@type": "google.rpc.Help", "links": [{"url": url}]}
    if place == "activation":
        detail = {"@type": "google.rpc.ErrorInfo", "metadata": {"activationUrl": url}}
    assert with_details(detail).link == (url if shown else None)


def test_details_of_the_wrong_type_are_ignored() -> None:
    error = with_details(
        None,
        "x",
        {"@type": 5},
        {"@type": "google.rpc.ErrorInfo", "reason": 5, "metadata": []},
        {"@type": "google.rpc.QuotaFailure", "violations": {"quotaId": "x"}},
        {"@type": "google.rpc.QuotaFailure", "violations": ["x", {"quotaValue": True}]},
    )
    assert error.reasons == ()
    assert [violation.limit for violation in error.violations] == [None]


def test_the_first_of_two_error_infos_wins() -> None:
    infos = [
        {"@type": "google.rpc.ErrorInfo", "reason": reason, "metadata": {"service": reason}}
        for reason in ("ONE", "TWO")
    ]
    error = with_details(*infos)
    assert error.reasons == ("ONE", "TWO")
    assert error.metadata == {"service": "ONE"}


def test_field_violations_belong_to_the_explanation() -> None:
    violation = {"field": "tools[0]", "description": "unknown schema"}
    error = with_details({"@type": "google.rpc.BadRequest", "fieldViolations": [violation]})
    assert error.explanation == "tools[0]\nunknown schema"


def test_a_huge_message_is_searched_only_at_its_beginning() -> None:
    assert len(read_error({"message": "a" * 1_000_000}).explanation) < 10_000
