import copy
from typing import Any

import pytest

from proxy_core.gemini.repairs import (
    schema_hash,
    with_dummy_signatures,
    with_lower_schemas,
    with_lower_thinking,
    without_penalties,
    without_signatures,
    without_thinking,
)
from proxy_core.gemini.signatures import DUMMY_SIGNATURE

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": ["integer", "null"], "minimum": 1, "description": "count"}},
    "additionalProperties": False,
}


def tools(**declaration: Any) -> dict[str, Any]:
    return {"tools": [{"functionDeclarations": [{"name": "f", **declaration}]}, {"urlContext": {}}]}


def declared(body: dict[str, Any]) -> dict[str, Any]:
    declaration: dict[str, Any] = body["tools"][0]["functionDeclarations"][0]
    return declaration


def test_the_first_call_of_every_step_gets_the_dummy_and_all_else_loses_its_signature() -> None:
    body = {
        "contents": [
            {"role": "user", "parts": [{"text": "go"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "so", "thoughtSignature": "a"},
                    {"functionCall": {"name": "f"}, "thought_signature": "b"},
                    {"functionCall": {"name": "g"}, "thoughtSignature": "c"},
                ],
            },
            {"role": "user", "parts": [{"functionResponse": {"name": "f"}}]},
            {"role": "model", "parts": [{"function_call": {"name": "h"}}]},
        ]
    }
    before = copy.deepcopy(body)
    repaired = with_dummy_signatures(body)
    assert body == before
    assert repaired["contents"] == [
        body["contents"][0],
        {
            "role": "model",
            "parts": [
                {"text": "so"},
                {"functionCall": {"name": "f"}, "thoughtSignature": DUMMY_SIGNATURE},
                {"functionCall": {"name": "g"}},
            ],
        },
        body["contents"][2],
        {
            "role": "model",
            "parts": [{"function_call": {"name": "h"}, "thoughtSignature": DUMMY_SIGNATURE}],
        },
    ]
    assert repaired["contents"][0] is body["contents"][0]


def test_a_part_that_was_only_a_signature_goes() -> None:
    lone = {"thoughtSignature": "a"}
    body = {"contents": [{"role": "model", "parts": [{"text": "x"}, lone]}]}
    assert with_dummy_signatures(body)["contents"][0]["parts"] == [{"text": "x"}]
    body = {"contents": [{"role": "model", "parts": [lone]}]}
    assert with_dummy_signatures(body)["contents"][0]["parts"] == [{"text": ""}]


def test_a_history_that_the_repair_does_not_change_is_the_very_same_body() -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "x"}]}, {"role": "model"}]}
    assert with_dummy_signatures(body) is body
    assert with_dummy_signatures({}) == {}
    assert with_dummy_signatures(repaired := with_dummy_signatures(body)) is repaired


@pytest.mark.parametrize("config", ["generationConfig", "generation_config"])
@pytest.mark.parametrize("field", ["thinkingConfig", "thinking_config"])
def test_thinking_is_left_out_in_any_spelling(config: str, field: str) -> None:
    body = {config: {field: {"thinkingLevel": "LOW"}, "seed": 1}, "contents": []}
    assert without_thinking(body) == {config: {"seed": 1}, "contents": []}
    assert field in body[config]


def test_penalties_are_left_out_in_any_spelling() -> None:
    body = {"generationConfig": {"presencePenalty": 1, "frequency_penalty": 1, "seed": 1}}
    assert without_penalties(body) == {"generationConfig": {"seed": 1}}


def test_a_body_without_what_is_to_go_is_the_very_same() -> None:
    body = {"generationConfig": {"seed": 1}}
    assert without_thinking(body) is body
    assert without_penalties(body) is body


def test_the_first_rung_keeps_the_entrance() -> None:
    body = tools(parametersJsonSchema=SCHEMA)
    lowered = with_lower_schemas(body, 1)
    assert lowered is not None
    assert declared(lowered) == {
        "name": "f",
        "parametersJsonSchema": {
            "type": "object",
            "properties": {"n": {"type": ["integer", "null"], "description": "count"}},
        },
    }
    assert lowered["tools"][1] is body["tools"][1]
    assert "additionalProperties" in declared(body)["parametersJsonSchema"]


def test_the_second_rung_moves_to_the_openapi_fields() -> None:
    body = tools(parameters_json_schema=SCHEMA)
    body["generationConfig"] = {"responseJsonSchema": SCHEMA, "seed": 1}
    lowered = with_lower_schemas(body, 2)
    expected = {
        "type": "OBJECT",
        "properties": {
            "n": {"type": "INTEGER", "description": "count", "minimum": 1, "nullable": True}
        },
    }
    assert lowered is not None
    assert declared(lowered) == {"name": "f", "parameters": expected}
    assert lowered["generationConfig"] == {"responseSchema": expected, "seed": 1}


def test_the_third_rung_asks_for_the_answers_form_in_words() -> None:
    body: dict[str, Any] = {
        "systemInstruction": {"role": "user", "parts": [{"text": "be short"}]},
        "generationConfig": {
            "responseMimeType": "application/json",
            "responseJsonSchema": {"type": "object"},
        },
    }
    lowered = with_lower_schemas(body, 3)
    assert lowered is not None
    assert lowered["generationConfig"] == {"responseMimeType": "application/json"}
    first, second = lowered["systemInstruction"]["parts"]
    assert first == {"text": "be short"}
    assert second["text"].endswith('{"type":"object"}')
    assert len(body["systemInstruction"]["parts"]) == 1


def test_the_third_rung_makes_a_system_instruction_where_there_is_none() -> None:
    body = {"generation_config": {"response_json_schema": {"type": "object"}}}
    lowered = with_lower_schemas(body, 3)
    assert lowered is not None
    assert lowered["generation_config"] == {}
    assert len(lowered["systemInstruction"]["parts"]) == 1


@pytest.mark.parametrize("rung", [0, 4])
def test_below_the_last_rung_there_is_nothing(rung: int) -> None:
    assert with_lower_schemas(tools(parametersJsonSchema=SCHEMA), rung) is None


def test_without_json_schemas_there_is_nothing_to_lower() -> None:
    assert with_lower_schemas(tools(parameters={"type": "OBJECT"}), 1) is None
    assert with_lower_schemas({"contents": []}, 1) is None


def test_the_same_schemas_have_the_same_hash() -> None:
    one = schema_hash({**tools(parametersJsonSchema=SCHEMA), "contents": [1]})
    assert one == schema_hash(tools(parameters_json_schema=copy.deepcopy(SCHEMA)))
    assert one != schema_hash(tools(parametersJsonSchema={"type": "object"}))
    assert one is not None
    assert len(one) == 16
    assert schema_hash({"contents": []}) is None


@pytest.mark.parametrize("strange", [None, "x", 1, [], {}, [None], [[]], {"parts": 1}])
def test_strange_bodies_are_left_alone(strange: Any) -> None:
    body = {"contents": strange, "tools": strange, "generationConfig": strange}
    assert with_lower_schemas(body, 1) is None
    assert without_thinking(body) is body
    with_dummy_signatures(body)


def test_only_turns_with_a_foreign_signature_get_the_dummy() -> None:
    ours = {"role": "model", "parts": [{"functionCall": {"name": "f"}, "thoughtSignature": "a"}]}
    theirs = {"role": "model", "parts": [{"functionCall": {"name": "g"}, "thought_signature": "b"}]}
    body = {"contents": [{"role": "user", "parts": [{"text": "go"}]}, ours, theirs]}
    mended = without_signatures(body, lambda signature: signature == "b")
    assert mended["contents"][1] is ours
    assert mended["contents"][2]["parts"] == [
        {"functionCall": {"name": "g"}, "thoughtSignature": DUMMY_SIGNATURE}
    ]
    assert without_signatures(body, lambda _: False) is body


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("thinkingConfig", "thinkingLevel"), ("thinking_config", "thinking_level")],
)
def test_the_highest_thinking_level_becomes_the_one_below(outer: str, inner: str) -> None:
    body = {"generationConfig": {"seed": 1, outer: {inner: "xhigh", "includeThoughts": True}}}
    assert with_lower_thinking(body) == {
        "generationConfig": {"seed": 1, outer: {inner: "HIGH", "includeThoughts": True}}
    }


@pytest.mark.parametrize(
    "config", [{}, {"thinkingConfig": {"thinkingLevel": "HIGH"}}, {"thinkingConfig": "XHIGH"}]
)
def test_any_other_level_stays(config: dict[str, Any]) -> None:
    body = {"generationConfig": config}
    assert with_lower_thinking(body) is body
