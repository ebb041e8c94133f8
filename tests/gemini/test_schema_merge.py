from typing import Any

import pytest
from hypothesis import given

from proxy_core.gemini.schema_merge import merge
from tests.gemini.json_values import JSON


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ({"title": "a"}, {"type": "string"}, {"title": "a", "type": "string"}),
        ({"title": "a"}, {"title": "b"}, {"title": "a"}),
        ({"description": "a"}, {"description": "b"}, {"description": "a\nb"}),
        ({"description": "a"}, {"description": "a"}, {"description": "a"}),
        ({"required": ["a"]}, {"required": ["b"]}, {"required": ["a", "b"]}),
        ({"type": ["string", "null"]}, {"type": "string"}, {"type": ["string"]}),
        ({"type": "number"}, {"type": "integer"}, {"type": ["integer"]}),
        ({"type": "string"}, {"type": "integer"}, {"type": "string"}),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, {"enum": ["b"]}),
        ({"minimum": 1, "maximum": 9}, {"minimum": 2, "maximum": 10}, {"minimum": 2, "maximum": 9}),
        ({"exclusiveMaximum": 3}, {"exclusiveMaximum": 2}, {"exclusiveMaximum": 2}),
        ({"multipleOf": 3}, {"multipleOf": 2}, {"multipleOf": 3}),
        (
            {"additionalProperties": {}},
            {"additionalProperties": False},
            {"additionalProperties": False},
        ),
        (
            {"items": {"title": "a"}},
            {"items": {"title": "b"}},
            {"items": {"allOf": [{"title": "a"}, {"title": "b"}]}},
        ),
        ({"anyOf": [{}]}, {"anyOf": [{"title": "b"}]}, {"anyOf": [{}]}),
    ],
)
def test_two_nodes_become_one(
    first: dict[str, Any], second: dict[str, Any], merged: dict[str, Any]
) -> None:
    assert merge(first, second) == merged


def test_properties_of_both_are_united() -> None:
    first = {"properties": {"a": {"type": "string"}, "b": {"title": "b"}}}
    second = {"properties": {"a": {"type": "string"}, "b": {"minimum": 1}, "c": {}}}
    assert merge(first, second)["properties"] == {
        "a": {"type": "string"},
        "b": {"allOf": [{"title": "b"}, {"minimum": 1}]},
        "c": {},
    }
    assert set(first["properties"]) == {"a", "b"}


@given(JSON, JSON)
def test_no_values_break_the_merging(first: Any, second: Any) -> None:
    for keyword in ("type", "enum", "properties", "required", "items", "minimum", "description"):
        assert set(merge({keyword: first}, {keyword: second})) == {keyword}
