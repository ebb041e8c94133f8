"""No secret survives, and no text takes long."""

from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.redaction import REDACTED, redact, redact_json

# In parts, so that no scanner takes the tests for a leak.
STANDARD_KEY = "AI" + "zaSy0123456789_abcdefghijklmnopqrst-u"
AUTH_KEY = "AQ" + ".Ab8RN6Jx0123456789_abcdefghij-klm"
ACCESS_TOKEN = "ya29" + ".a0AfB_byC0123456789-abcdefghij"
REFRESH_TOKEN = "1/" + "/0gAbCdEf0123456789-abcdefghijkl"
CLIENT_SECRET = "GOC" + "SPX-0123456789abcdefghij"
WEB_TOKEN = "ey" + "JhbGciOiJSUzI1NiJ9.ey" + "Jpc3MiOiJtZSJ9.c2lnbmF0dXJl_-"
PRIVATE_KEY = "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQ\nabc/+=\n-----END PRIVATE KEY-----"
SHAPED = [STANDARD_KEY, AUTH_KEY, ACCESS_TOKEN, REFRESH_TOKEN, CLIENT_SECRET, WEB_TOKEN]
OPAQUE = "s3cretValue0123456789"

FRAMES = [
    "https://generativelanguage.googleapis.com/v1beta/models?key={}&pageSize=1",
    "Authorization: Bearer {}",
    "authorization: bearer {}\r\n",
    '{{"Authorization": "Bearer {}"}}',
    "x-goog-api-key: {}",
    '{{"x-goog-api-key": "{}", "a": 1}}',
    "X-API-Key:{}",
    '{{"refresh_token": "{}"}}',
    '{{\\"client_secret\\":\\"{}\\"}}',
    "grant_type=refresh_token&refresh_token={}&client_id=x",
    "GET /?access_token={} HTTP/1.1",
    "code={}&state=x",
    "the bearer {} was refused",
    "POST /upload/session/{} was refused",
]


@pytest.mark.parametrize("secret", [*SHAPED, PRIVATE_KEY])
@pytest.mark.parametrize("frame", ["{}", "Consumer 'api_key:{}' has been suspended.", "({}),"])
def test_a_secret_is_known_by_its_shape(secret: str, frame: str) -> None:
    assert secret not in redact(frame.format(secret))
    assert redact(secret) == REDACTED


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("secret", [OPAQUE, STANDARD_KEY])
def test_a_secret_is_known_by_its_name(frame: str, secret: str) -> None:
    assert secret not in redact(frame.format(secret))


def test_what_stands_around_a_secret_stays() -> None:
    assert redact(f"GET /v1?key={OPAQUE}&alt=sse done") == f"GET /v1?key={REDACTED}&alt=sse done"
    assert redact(f"x-goog-api-key: {OPAQUE}, next") == f"x-goog-api-key: {REDACTED}, next"


@pytest.mark.parametrize(
    "text",
    [
        "API key not valid. Please pass a valid API key.",
        "The bearer token is missing.",
        "Bearer authentication is required.",
        "monkey=banana and primary_key: id",
        "The input token count (5) exceeds the maximum number of tokens allowed (4).",
        "Please retry in 11.05s. See https://ai.google.dev/gemini-api/docs/rate-limits",
        "models/gemini-3.8-flash is not found for API version v1beta",
        "",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_private_key_without_an_end_goes_to_the_last_letter() -> None:
    assert redact("a " + PRIVATE_KEY[:40]) == f"a {REDACTED}"


def test_a_private_key_inside_json_goes_as_a_whole() -> None:
    escaped = PRIVATE_KEY.replace("\n", "\\n")
    assert "MIIEvQ" not in redact(f'{{"private_key": "{escaped}", "x": 1}}')


@given(st.text(), st.sampled_from([*SHAPED, PRIVATE_KEY]), st.text())
def test_no_planted_secret_survives(before: str, secret: str, after: str) -> None:
    assert secret not in redact(f"{before} {secret} {after}")


@given(st.text() | st.lists(st.sampled_from([*SHAPED, *FRAMES, "key=", " "])).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "unit",
    [
        "key=",
        "bearer ",
        "ey" + "J",
        "ey" + "Jabcd-",
        "ey" + "Jabcd.",
        "1/" + "/",
        "1//-",
        "ya29" + ".",
        "AI" + "za",
        "AQ" + ".A.",
        "GOC" + "SPX-",
        "-----BEGIN ",
        "-----BEGIN " + "PRIVATE KEY-----",
        "-----END ",
        "authorization: ",
        "x-goog-api-key: ",
        "access_token" + '"' + ": ",
        "\\",
        " ",
        "A",
    ],
)
def test_a_megabyte_of_near_misses_takes_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = perf_counter()
    redact(text)
    redact(PRIVATE_KEY[:40] + text)
    assert perf_counter() - start < 3


def test_json_is_copied_with_every_string_redacted() -> None:
    value: dict[str, Any] = {"a": [f"key={OPAQUE}", 1, None, True, {"b": STANDARD_KEY}], "c": 1.5}
    copy = redact_json(value)
    assert copy == {"a": [f"key={REDACTED}", 1, None, True, {"b": REDACTED}], "c": 1.5}
    assert value["a"][4]["b"] == STANDARD_KEY


def test_json_nested_beyond_reason_is_cut() -> None:
    value: Any = "deep"
    for _ in range(5_000):
        value = [value]
    assert REDACTED in str(redact_json(value))
