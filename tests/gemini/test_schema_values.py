from typing import Any

import pytest

from proxy_core.gemini.schema_values import infer_types, write_values


def written(source: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    write_values(source, out)
    return out


@pytest.mark.parametrize(
    ("schema", "description"),
    [
        ({"pattern": "^a"}, "pattern: ^a"),
        (
            {"description": "A name.", "minLength": 1, "maxLength": 9},
            "A name. (minLength: 1; maxLength: 9)",
        ),
        ({"format": "email"}, "format: email"),
        ({"default": False}, "default: false"),
        ({"default": "red", "description": "Colour"}, "Colour (default: red)"),
        ({"not": {"type": "null"}}, 'not: {"type":"null"}'),
        ({"const": True}, "const: true"),
        ({"enum": [True, "x"]}, 'enum: [true,"x"]'),
    ],
)
def test_what_gemini_ignores_is_told_in_words(schema: dict[str, Any], description: str) -> None:
    assert written(schema)["description"] == description


@pytest.mark.parametrize(
    "schema",
    [{"default": None}, {"uniqueItems": False}, {"pattern": "a" * 500}, {"not": {}}],
)
def test_words_that_would_say_nothing_or_too_much_are_not_added(schema: dict[str, Any]) -> None:
    assert written(schema) == {}


@pytest.mark.parametrize(
    ("schema", "kept"),
    [
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"type": "STRING"}, {"type": "string"}),
        ({"type": ["string"]}, {"type": "string"}),
        ({"type": "any"}, {}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"const": 1}, {"type": "integer", "enum": [1]}),
        ({"const": None}, {"type": "null"}),
        ({"enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a"]}),
        (
            {"type": "string", "enum": ["a", None]},
            {"type": ["string", "null"], "enum": ["a"]},
        ),
        ({"type": "string", "enum": []}, {"type": "string"}),
        ({"enum": [1, 2.5]}, {"type": ["integer", "number"], "enum": [1, 2.5]}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
    ],
)
def test_types_and_values(schema: dict[str, Any], kept: dict[str, Any]) -> None:
    assert written(schema) == kept


def test_a_list_of_booleans_leaves_the_type() -> None:
    assert written({"enum": [True, False]})["type"] == "boolean"
    assert "enum" not in written({"enum": [True, False]})


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({"type": "integer", "exclusiveMinimum": 0}, {"minimum": 1}),
        ({"type": "integer", "exclusiveMaximum": 9.5}, {"maximum": 9}),
        ({"type": "number", "exclusiveMinimum": 0}, {"minimum": 0}),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": 1}, {"minimum": 5}),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, {"minimum": 5}),
        ({"type": "integer", "minimum": "5"}, {}),
        ({"type": "array", "maxItems": 3.0}, {"maxItems": 3}),
        ({"type": "array", "minItems": -1}, {}),
        ({"type": "number", "minimum": float("inf")}, {}),
    ],
)
def test_limits_are_made_inclusive(limits: dict[str, Any], kept: dict[str, Any]) -> None:
    assert written(limits) == {"type": limits["type"], **kept}


def test_types_are_inferred_once_each() -> None:
    values: list[object] = [None, True, 1, 1.5, "a", [], {}, "b"]
    kinds = ["null", "boolean", "integer", "number", "string", "array", "object"]
    assert infer_types(values) == kinds
