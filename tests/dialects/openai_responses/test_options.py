from typing import Any

import orjson
import pytest

from proxy_core.dialects.openai_responses.options import echo, generation_config, wants_sealed
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.wire import JsonObject


def config(model: str, **body: Any) -> JsonObject:
    return generation_config(body, SHIPPED_FAMILIES.of(model))


def test_a_plain_request_leaves_everything_to_google() -> None:
    assert config("gemini-3.8-flash") == {}
    assert config("gemini-3.8-flash", reasoning={}) == {}


@pytest.mark.parametrize(
    ("reasoning", "expected"),
    [
        ({"effort": "low"}, {"thinkingLevel": "LOW"}),
        ({"summary": "auto"}, {"includeThoughts": True}),
        ({"generate_summary": "concise"}, {"includeThoughts": True}),
        ({"summary": "none", "effort": "high"}, {"thinkingLevel": "HIGH"}),
        ({"effort": "none", "summary": "auto"}, {"thinkingLevel": "LOW"}),
        ({"effort": None, "summary": None}, None),
    ],
)
def test_reasoning_is_thinking(reasoning: JsonObject, expected: JsonObject | None) -> None:
    assert config("gemini-3.8-flash", reasoning=reasoning).get("thinkingConfig") == expected


def test_models_that_do_not_think_are_not_asked_to() -> None:
    asked = {"effort": "high", "summary": "auto"}
    assert config("gemini-2.5-flash-image", reasoning=asked) == {}


def test_only_encrypted_reasoning_is_included() -> None:
    assert wants_sealed({"include": ["web_search_call.results", "reasoning.encrypted_content"]})
    assert not wants_sealed({"include": ["web_search_call.results"]})
    assert not wants_sealed({"include": None})


def test_the_request_is_repeated_with_the_defaults_of_the_api() -> None:
    told = orjson.loads(echo({"model": "m"}, keeps=True))
    assert told["tools"] == []
    assert told["tool_choice"] == "auto"
    assert told["text"] == {"format": {"type": "text"}}
    assert told["store"] is True
    assert told["truncation"] == "disabled"
    assert told["parallel_tool_calls"] is True


def test_a_function_is_repeated_with_all_its_fields() -> None:
    tool = {"type": "function", "name": "f"}
    told = orjson.loads(echo({"model": "m", "tools": [tool, {"type": "odd"}]}, keeps=False))
    assert told["tools"] == [{**tool, "parameters": None, "strict": False}, {"type": "odd"}]
