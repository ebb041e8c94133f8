"""Native requests: the client's bytes, and a query without credentials."""

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.gemini_native.parse import check_model, parse
from proxy_core.errors import BadRequest, ProblemKind

MODEL = "gemini-3.8-flash"
BODY = b'{ "contents" : [ ] , "odd":1}'


def test_the_bytes_stay_the_clients_own() -> None:
    call = parse("v1beta", MODEL, "generateContent", BODY, [])
    assert (call.raw, call.body) == (BODY, {"contents": [], "odd": 1})
    assert (call.model, call.action, call.version) == (MODEL, "generateContent", "v1beta")


def test_the_query_goes_on_still_encoded_but_for_credentials_and_form() -> None:
    dropped = (
        "key KEY $key access_token $access_token oauth_token userProject $userProject quotaUser "
        "alt $alt callback $callback prettyPrint $prettyPrint $.xgafv"
    )
    pairs = [(name, "secret") for name in dropped.split()]
    pairs += [("fields", "a%2Cb"), ("x", ""), ("keyword", "1")]
    call = parse("v1beta", MODEL, "countTokens", BODY, pairs)
    assert call.query == "fields=a%2Cb&x=&keyword=1"


def test_names_of_the_query_are_decoded_only_to_be_compared() -> None:
    pairs = [("%6bey", "secret"), ("a%0d%0aX-Goog-Api-Key:%20x", "1"), ("b%20c", "2")]
    call = parse("v1beta", MODEL, "countTokens", BODY, pairs)
    assert call.query == "a%0d%0aX-Goog-Api-Key:%20x=1&b%20c=2"


@pytest.mark.parametrize(
    ("version", "model", "body", "sent"),
    [
        ("v1", MODEL, b"{}", "v1"),
        ("v1", "gemini-flash-latest", b"{}", "v1beta"),
        ("v1", MODEL, b'{"cachedContent":"cachedContents/1"}', "v1beta"),
        ("v1", MODEL, b'{"cached_content":"cachedContents/1"}', "v1beta"),
        ("v1", MODEL, b'{"generateContentRequest":{"cachedContent":"x"}}', "v1beta"),
        ("v1", MODEL, b'{"service_tier":"flex"}', "v1beta"),
        ("v1", MODEL, b'{"generationConfig":{"speechConfig":{}}}', "v1beta"),
        ("v1", MODEL, b'{"generation_config":{"speech_config":{}}}', "v1beta"),
        ("v1", MODEL, b'{"tools":[{"googleSearch":{}},{"computer_use":{}}]}', "v1beta"),
        ("v1", MODEL, b'{"tools":{"mcpServers":[]}}', "v1beta"),
        ("v1", MODEL, b'{"tools":[{"googleSearch":{}}],"generationConfig":3}', "v1"),
        ("v1alpha", MODEL, b"{}", "v1alpha"),
    ],
)
def test_what_v1_does_not_know_goes_to_v1beta(
    version: str, model: str, body: bytes, sent: str
) -> None:
    assert parse(version, model, "generateContent", body, []).version == sent


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"NaN", b"[" * 9_999])
def test_what_is_no_object_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        parse("v1beta", MODEL, "generateContent", body, [])
    assert caught.value.problem.kind is ProblemKind.BAD_REQUEST


@pytest.mark.parametrize(
    "model", ["", "a/b", "..", ".a", "-a", "a b", "a\n", "a%2Fb", "é", "a:b", "a?b", "a#b"]
)
def test_an_odd_model_is_none(model: str) -> None:
    with pytest.raises(BadRequest) as caught:
        check_model(model)
    assert caught.value.problem.kind is ProblemKind.MODEL_NOT_FOUND


@given(st.text(), st.text(), st.binary())
def test_parse_raises_nothing_else(model: str, action: str, body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        parse("v1", model, action, body, [])


def test_an_alias_stands_for_its_model_and_the_bytes_stay() -> None:
    call = parse("v1beta", "house", "generateContent", BODY, [], "models/gemini-4-argon")
    assert (call.model, call.raw) == ("gemini-4-argon", BODY)


@pytest.mark.parametrize(
    "body",
    [
        {"model": "models/house", "contents": []},
        {"generateContentRequest": {"model": "models/house"}},
        {"generate_content_request": {"model": "house"}},
        {"requests": [{"model": "models/house"}, 7, {"model": "models/other"}]},
    ],
)
def test_a_body_that_names_itself_by_the_alias_names_the_model(body: dict[str, Any]) -> None:
    call = parse("v1beta", "house", "countTokens", orjson.dumps(body), [], MODEL)
    assert call.raw is not None
    assert orjson.loads(call.raw) == call.body
    assert b'"house"' not in call.raw
    assert b"models/house" not in call.raw
    assert f"models/{MODEL}".encode() in call.raw


def test_an_alias_of_no_model_is_refused() -> None:
    with pytest.raises(BadRequest):
        parse("v1beta", "house", "countTokens", BODY, [], "a/b")
