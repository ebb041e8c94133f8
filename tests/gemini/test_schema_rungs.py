from typing import Any

import pytest
from hypothesis import given

from proxy_core.gemini.schema import clean
from proxy_core.gemini.schema_rungs import RUNGS, lower, to_openapi
from tests.gemini.json_values import JSON, SCHEMAS, nodes

OPENAPI = {
    *("type", "format", "title", "description", "nullable", "enum", "items", "minItems"),
    *("maxItems", "properties", "required", "minimum", "maximum", "anyOf", "propertyOrdering"),
}


def test_the_first_rung_drops_limits_and_formats_only() -> None:
    schema = {
        "type": "object",
        "description": "kept",
        "properties": {
            "format": {"type": "string", "format": "date", "enum": ["a"]},
            "l": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 3},
            "r": {"$ref": "#/$defs/A"},
        },
        "required": ["l"],
        "additionalProperties": False,
        "$defs": {"A": {"anyOf": [{"type": "integer", "maximum": 1}, {"type": "null"}]}},
    }
    assert lower(schema, 1) == {
        "type": "object",
        "description": "kept",
        "properties": {
            "format": {"type": "string", "enum": ["a"]},
            "l": {"type": "array", "items": {"type": "integer"}},
            "r": {"$ref": "#/$defs/A"},
        },
        "required": ["l"],
        "$defs": {"A": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
    }


@pytest.mark.parametrize(
    ("schema", "converted"),
    [
        ({"type": "string"}, {"type": "STRING"}),
        ({"type": ["string", "null"]}, {"type": "STRING", "nullable": True}),
        (
            {"type": ["string", "integer"], "description": "x"},
            {
                "anyOf": [
                    {"type": "STRING", "description": "x"},
                    {"type": "INTEGER", "description": "x"},
                ]
            },
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "x"},
            {"type": "INTEGER", "nullable": True, "description": "x"},
        ),
        (
            {"oneOf": [{"type": "integer"}, {"type": "string"}], "title": "x"},
            {"anyOf": [{"type": "INTEGER"}, {"type": "STRING"}]},
        ),
        ({"anyOf": [{"type": "null"}]}, {"type": "STRING", "nullable": True}),
        ({"type": "integer", "enum": [1, 2]}, {"type": "INTEGER"}),
        ({"type": "string", "enum": ["a", ""]}, {"type": "STRING", "enum": ["a"]}),
        ({"enum": ["a"]}, {"type": "STRING", "enum": ["a"]}),
        ({}, {"type": "STRING"}),
        ({"items": {"type": "string"}}, {"type": "ARRAY", "items": {"type": "STRING"}}),
        ({"type": "array", "items": {}}, {"type": "ARRAY", "items": {"type": "STRING"}}),
        (
            {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
            {"type": "ARRAY", "items": {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]}},
        ),
        (
            {"properties": {"a": {}}, "required": ["a"], "additionalProperties": False},
            {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["a"]},
        ),
        ({"type": "object", "properties": {}}, {"type": "OBJECT"}),
        ({"type": "string", "format": "date-time"}, {"type": "STRING", "format": "date-time"}),
        ({"type": "string", "format": "date"}, {"type": "STRING"}),
    ],
)
def test_the_openapi_subset(schema: dict[str, Any], converted: dict[str, Any]) -> None:
    assert to_openapi(schema) == converted


def test_references_are_written_out_and_recursion_ends_in_an_open_object() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/A"}, "me": {"$ref": "#"}},
        "$defs": {
            "A": {
                "type": "object",
                "properties": {"n": {"type": "integer"}, "next": {"$ref": "#/$defs/A"}},
            }
        },
    }
    written = {
        "type": "OBJECT",
        "properties": {"n": {"type": "INTEGER"}, "next": {"type": "OBJECT"}},
    }
    assert to_openapi(schema) == {
        "type": "OBJECT",
        "properties": {"a": written, "b": written, "me": {"type": "OBJECT"}},
    }


def test_the_last_rung_is_flat_and_has_no_words_and_no_limits() -> None:
    schema: dict[str, Any] = {"type": "string", "description": "deep"}
    limited = {"type": "array", "items": {"type": "integer", "maximum": 9}, "maxItems": 5}
    assert lower(limited, 3) == {"type": "ARRAY", "items": {"type": "INTEGER"}}
    for _ in range(5):
        schema = {"type": "object", "title": "T", "properties": {"a": schema}, "required": ["a"]}
    lowered = lower(schema, 3)
    depth = 0
    while "properties" in lowered:
        assert set(lowered) == {"type", "properties", "required"}
        lowered, depth = lowered["properties"]["a"], depth + 1
    assert lowered == {"type": "OBJECT"}
    assert depth == 3


def test_written_out_references_do_not_grow_without_bound() -> None:
    definitions: dict[str, Any] = {
        f"D{n}": {"properties": {side: {"$ref": f"#/$defs/D{n + 1}"} for side in "lr"}}
        for n in range(25)
    }
    schema = {"$ref": "#/$defs/D0", "$defs": {**definitions, "D25": {"type": "string"}}}
    assert sum(1 for _ in nodes(to_openapi(schema))) < 20_000


@given(JSON | SCHEMAS)
def test_every_rung_of_every_schema_is_sound(value: Any) -> None:
    schema = clean(value)
    for rung in RUNGS:
        lowered = lower(schema, rung)
        for node in nodes(lowered):
            if rung == 1:
                assert not {"additionalProperties", "minimum", "maxItems", "format"} & set(node)
            else:
                assert set(node) <= OPENAPI
                assert "anyOf" in node or node["type"].isupper()
                assert set(node.get("required", ())) <= set(node.get("properties", ()))
