"""Google's parser: both spellings, nothing unknown, right types."""

from typing import Any

import orjson
import pytest

from proxy_core.simulator.parsing import parse_message, read_json
from proxy_core.simulator.refusals import Refusal

TEXT = [{"parts": [{"text": "hi"}]}]


def refused(body: dict[str, Any], version: str = "v1beta") -> dict[str, Any]:
    with pytest.raises(Refusal) as caught:
        parse_message("GenerateContentRequest", body, version)
    error: dict[str, Any] = orjson.loads(caught.value.answer.body)["error"]
    assert (caught.value.answer.status, error["status"]) == (400, "INVALID_ARGUMENT")
    return error


def test_both_spellings_come_out_as_camel_case() -> None:
    body = {
        "contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": "AAAA"}}]}],
        "generation_config": {"maxOutputTokens": 5, "thinking_config": {"thinking_level": "low"}},
        "tools": [{"function_declarations": [{"name": "f", "parameters_json_schema": {"a_b": 1}}]}],
    }
    assert parse_message("GenerateContentRequest", body) == {
        "contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}],
        "generationConfig": {"maxOutputTokens": 5, "thinkingConfig": {"thinkingLevel": "LOW"}},
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"a_b": 1}}]}],
    }


def test_unknown_fields_are_refused_at_any_depth_and_all_named() -> None:
    error = refused({"contents": TEXT, "foo": 1, "generationConfig": {"bar": 2}})
    texts = [one["description"] for one in error["details"][0]["fieldViolations"]]
    unknown = "Invalid JSON payload received. Unknown name"
    assert texts == [
        f'{unknown} "foo": Cannot find field.',
        f"{unknown} \"bar\" at 'generation_config': Cannot find field.",
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"contents": [{"parts": [{"text": 5}]}]}, "contents[0].parts[0].text"),
        ({"contents": ["hi"]}, "contents[0]"),
        ({"contents": [{"parts": [{"inlineData": {"data": "no base64!"}}]}]}, "data"),
        ({"contents": TEXT, "generationConfig": {"temperature": "warm"}}, "temperature"),
        ({"contents": TEXT, "generationConfig": {"topK": True}}, "top_k"),
        ({"contents": TEXT, "toolConfig": {"functionCallingConfig": {"mode": "any"}}}, "mode"),
        (
            {"contents": [{"parts": [{"functionCall": {"name": "f", "args": "{}"}}]}]},
            "function_call.args",
        ),
        (
            {"contents": [{"parts": [{"functionResponse": {"name": "f", "response": "x"}}]}]},
            "function_response.response",
        ),
        ({"contents": [{"parts": [{"text": "a", "inlineData": {}}]}]}, "oneof"),
        ({"contents": TEXT, "system_instruction": {}, "systemInstruction": {}}, "twice"),
        (
            {"contents": TEXT, "generationConfig": {"responseSchema": {"additionalProperties": 1}}},
            "additionalProperties",
        ),
        (
            {"contents": TEXT, "generationConfig": {"responseSchema": {"enum": [1]}}},
            "response_schema.enum[0]",
        ),
    ],
)
def test_wrong_values_are_refused_with_their_place(body: dict[str, Any], place: str) -> None:
    assert place in refused(body)["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"cachedContent": "cachedContents/x"},
        {"serviceTier": "flex"},
        {"generationConfig": {"speechConfig": {}}},
    ],
)
def test_version_1_does_not_know_the_fields_of_the_beta(more: dict[str, Any]) -> None:
    assert parse_message("GenerateContentRequest", {"contents": TEXT, **more})
    assert "Cannot find field" in refused({"contents": TEXT, **more}, "v1")["message"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b"3", b"\xff"])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Refusal):
        read_json(raw)


def test_more_than_20_mib_are_refused() -> None:
    with pytest.raises(Refusal, match="20971520"):
        read_json(b" " * (20 * 1024 * 1024 + 1))


def test_null_counts_as_absent() -> None:
    assert parse_message("GenerateContentRequest", {"contents": TEXT, "tools": None}) == {
        "contents": TEXT
    }
