"""Smallest values of schemas."""

from typing import Any

import pytest

from proxy_core.simulator.instances import smallest


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, {}),
        (True, {}),
        ({"type": "string"}, "text"),
        ({"type": "STRING", "enum": ["a", "b"]}, "a"),
        ({"const": 3}, 3),
        ({"type": ["null", "integer"], "minimum": 4}, 4),
        ({"type": "number", "maximum": 0.5}, 0.5),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": "string", "format": "date"}, "2026-11-23"),
        ({"type": "string", "minLength": 6}, "text.."),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"prefixItems": [{"type": "string"}, {"type": "integer"}]}, ["text", 1]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
        ({"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]}, {"a": "text"}),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["deep"]}}},
            "deep",
        ),
    ],
)
def test_the_smallest_value(schema: Any, value: Any) -> None:
    assert smallest(schema) == value


def test_required_recursion_ends() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    assert smallest(schema)
