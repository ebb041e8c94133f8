"""Which schemas are refused at which entrance."""

from typing import Any

import pytest

from proxy_core.simulator.refusals import Refusal
from proxy_core.simulator.schemas import check_json_schema, check_openapi_schema

NODE_OPTIONAL = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["value", "children"],
        }
    },
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]},
        {"type": "array", "prefixItems": [{"type": "integer"}], "minItems": 1},
        {"oneOf": [{"type": "string", "format": "date"}, {"enum": ["a", 1, 2.5]}]},
        {"type": "object", "additionalProperties": {"type": "string"}},
        NODE_OPTIONAL,
        {"type": "object", "properties": {"again": {"$ref": "#"}}},
    ],
)
def test_documented_schemas_pass_even_the_stricter_reading(schema: dict[str, Any]) -> None:
    check_json_schema(schema, "x", field_strict=True)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ([], "must be an object"),
        ({"type": "text"}, "unknown type"),
        ({"$ref": "#/$defs/a", "description": "d", "$defs": {"a": {}}}, "siblings"),
        ({"$ref": "#/$defs/missing"}, "undefined schema"),
        ({"$ref": "https://example.com/schema"}, "undefined schema"),
        ({"type": "array", "items": [{"type": "string"}]}, "not a list"),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "recursion"),
        (
            {
                "properties": {"a": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
                "required": ["a"],
            },
            "recursion",
        ),
        ({"properties": []}, "properties"),
        ({"anyOf": {}}, "list"),
    ],
)
def test_documented_limits_always_hold(schema: Any, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        check_json_schema(schema, "x", field_strict=False)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"$schema": "x", "type": "object"}, "unsupported keyword"),
        ({"type": "string", "pattern": "a"}, "unsupported keyword"),
        ({"allOf": [{"type": "string"}]}, "unsupported keyword"),
        ({"const": 1}, "unsupported keyword"),
        ({"type": "boolean", "enum": [True]}, "enum"),
        ({"enum": [None]}, "enum"),
        ({"type": "string", "format": "email"}, "format"),
        ({"type": "array"}, "missing field"),
        ({"properties": {"a": True}}, "must be an object"),
        ({"type": "object", "required": ["a"]}, "not defined"),
    ],
)
def test_what_was_refused_in_the_field_depends_on_the_knob(
    schema: dict[str, Any], reason: str
) -> None:
    check_json_schema(schema, "x", field_strict=False)
    with pytest.raises(Refusal, match=reason):
        check_json_schema(schema, "x", field_strict=True)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "ARRAY"},
        {"properties": {}},
        {"type": "INTEGER", "enum": ["1"]},
        {"type": "OBJECT", "properties": {"a": {"type": "ARRAY"}}},
        {"type": "OBJECT", "required": ["a"]},
        {"anyOf": [{"type": "ARRAY"}]},
    ],
)
def test_the_openapi_form_has_rules_of_its_own(schema: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        check_openapi_schema(schema, "x")


def test_a_plain_openapi_schema_passes() -> None:
    items = {"type": "STRING", "enum": ["a"]}
    check_openapi_schema(
        {"type": "OBJECT", "properties": {"a": {"type": "ARRAY", "items": items}}}, "x"
    )
