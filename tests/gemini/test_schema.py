import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from proxy_core.gemini.schema import ToolSchema, clean, tool_schema
from tests.gemini.json_values import JSON, SCHEMAS, nodes

KEPT = {
    *("type", "format", "title", "description", "enum", "items", "prefixItems", "minItems"),
    *("maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties"),
    *("required", "propertyOrdering", "$ref", "$defs"),
}


def references(schema: Any) -> Iterator[str]:
    return (node["$ref"] for node in nodes(schema) if "$ref" in node)


@pytest.mark.parametrize(
    "keyword",
    ["$schema", "$comment", "$id", "examples", "readOnly", "deprecated", "xml", "x-go-type"],
)
def test_keywords_that_say_nothing_to_gemini_are_dropped(keyword: str) -> None:
    assert clean({"type": "string", keyword: "x"}) == {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "cleaned"),
    [
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "array", "items": True}, {"type": "array", "items": {}}),
        (
            {"type": "array", "items": [{"type": "string"}], "additionalItems": {"const": 1}},
            {
                "type": "array",
                "prefixItems": [{"type": "string"}],
                "items": {"type": "integer", "enum": [1]},
            },
        ),
        (
            {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
            {"type": "array", "prefixItems": [{"type": "string"}]},
        ),
    ],
)
def test_arrays(schema: dict[str, Any], cleaned: dict[str, Any]) -> None:
    assert clean(schema) == cleaned


def test_objects() -> None:
    schema = {
        "type": "object",
        "properties": {"a": True, "b": False, "c": {"type": "string"}, "odd name!": {}},
        "required": ["a", "b", "zz", 1, "a"],
        "propertyOrdering": ["c", "zz", "a"],
        "additionalProperties": {"type": "string", "pattern": "x"},
        "patternProperties": {},
    }
    assert clean(schema) == {
        "type": "object",
        "properties": {"a": {}, "c": {"type": "string"}, "odd name!": {}},
        "required": ["a"],
        "propertyOrdering": ["c", "a"],
        "additionalProperties": {"type": "string", "description": "pattern: x"},
    }


def test_a_property_may_have_the_name_of_a_keyword() -> None:
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("$ref", "allOf", "default", "x-y")},
    }
    assert clean(schema) == schema


def test_properties_keep_their_order() -> None:
    names = ["z", "a", "m"]
    schema = {"type": "object", "properties": {name: {} for name in names}}
    assert list(clean(schema)["properties"]) == names


def test_alternatives_stay_as_they_are() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert clean(schema) == schema
    assert clean({"oneOf": [{"const": "a"}, False]}) == {
        "oneOf": [{"type": "string", "enum": ["a"]}]
    }
    assert clean({"anyOf": [{"type": "string"}], "nullable": True}) == schema


def test_a_choice_with_a_branch_for_everything_is_no_choice() -> None:
    assert clean({"anyOf": [{}, {"type": "null"}], "title": "T"}) == {"title": "T"}


def test_definitions_in_use_are_kept_under_their_new_place() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/definitions/A"}},
        "definitions": {"A": {"const": 1}, "Unused": {"type": "string"}},
    }
    assert clean(schema) == {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "integer", "enum": [1]}},
    }


def test_a_pointer_to_anywhere_becomes_a_definition() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "object", "properties": {"b/c": {"type": "string"}}},
            "again": {"$ref": "#/properties/a/properties/b~1c"},
        },
    }
    cleaned = clean(schema)
    assert cleaned["properties"]["again"] == {"$ref": "#/$defs/b_1c"}
    assert cleaned["$defs"] == {"b_1c": {"type": "string"}}


def test_definitions_of_one_name_are_told_apart() -> None:
    schema = {
        "anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/definitions/A"}],
        "$defs": {"A": {"type": "string"}},
        "definitions": {"A": {"type": "integer"}},
    }
    assert clean(schema) == {
        "anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A_2"}],
        "$defs": {"A_2": {"type": "integer"}, "A": {"type": "string"}},
    }


@pytest.mark.parametrize(
    "pointer", ["#/$defs/Missing", "https://example.com/schema", "other.json#/A", 1, "#a", ""]
)
def test_a_reference_to_nothing_we_hold_allows_everything(pointer: Any) -> None:
    assert clean({"properties": {"a": {"$ref": pointer}}}) == {"properties": {"a": {}}}


def test_a_reference_with_more_beside_it_is_written_out() -> None:
    schema = {
        "properties": {
            "a": {"$ref": "#/$defs/A", "description": "mine", "default": "x"},
            "b": {"allOf": [{"$ref": "#/$defs/A"}], "title": "B"},
        },
        "$defs": {"A": {"type": "string", "description": "theirs"}},
    }
    assert clean(schema) == {
        "properties": {
            "a": {"type": "string", "description": "mine (default: x)"},
            "b": {"type": "string", "description": "theirs", "title": "B"},
        }
    }


def test_a_reference_in_an_all_of_of_one_is_the_reference() -> None:
    schema = {
        "properties": {"a": {"allOf": [{"$ref": "#/$defs/A"}]}},
        "$defs": {"A": {"type": "string"}},
    }
    assert clean(schema)["properties"] == {"a": {"$ref": "#/$defs/A"}}


def test_the_root_is_never_a_bare_reference() -> None:
    schema = {
        "$ref": "#/definitions/Node",
        "definitions": {
            "Node": {
                "type": "object",
                "properties": {"next": {"$ref": "#/definitions/Node"}, "n": {"type": "integer"}},
                "required": ["next", "n"],
            }
        },
    }
    cleaned = clean(schema)
    assert cleaned["properties"]["next"] == {"$ref": "#/$defs/Node"}
    assert cleaned["$defs"]["Node"]["required"] == ["n"]


def test_recursion_is_kept_but_not_through_a_required_property() -> None:
    schema = {
        "type": "object",
        "properties": {
            "children": {"type": "array", "items": {"$ref": "#"}},
            "name": {"type": "string"},
        },
        "required": ["children", "name"],
    }
    told = "(children is required, in a leaf too)"
    assert clean(schema) == {**schema, "required": ["name"], "description": told}


def test_recursion_over_several_definitions_is_found() -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "required": ["a"],
        "$defs": {
            "A": {
                "properties": {"b": {"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]}},
                "required": ["b"],
            },
            "B": {
                "properties": {
                    "x": {"properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}
                },
                "required": ["x"],
            },
        },
    }
    cleaned = clean(schema)
    assert cleaned["required"] == ["a"]
    assert "required" not in cleaned["$defs"]["A"]
    assert "required" not in cleaned["$defs"]["B"]
    assert "required" not in cleaned["$defs"]["B"]["properties"]["x"]


@pytest.mark.parametrize(
    "definitions",
    [
        {"A": {"$ref": "#/$defs/A"}},
        {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}},
        {"A": {"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#"}]}},
        {"A": {"$ref": "#", "title": "T"}},
    ],
)
def test_references_that_lead_only_to_themselves_end(definitions: dict[str, Any]) -> None:
    for schema in (
        {"$ref": "#/$defs/A", "$defs": definitions},
        {"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": definitions},
        {"properties": {"a": {"$ref": "#/$defs/A", "title": "x"}}, "$defs": definitions},
    ):
        cleaned = clean(schema)
        for definition in cleaned.get("$defs", {}).values():
            assert "$ref" not in definition


def test_branches_of_all_of_are_merged() -> None:
    schema = {
        "description": "own",
        "allOf": [
            {"$ref": "#/$defs/Base"},
            {"properties": {"b": {"type": "integer", "minimum": 1}}, "required": ["b"]},
            {"properties": {"b": {"minimum": 5, "maximum": 9}}},
        ],
        "$defs": {"Base": {"type": "object", "properties": {"a": {}}, "required": ["a"]}},
    }
    assert clean(schema) == {
        "type": "object",
        "description": "own",
        "properties": {"a": {}, "b": {"type": "integer", "minimum": 5, "maximum": 9}},
        "required": ["a", "b"],
    }


def test_nested_inlining_does_not_grow_without_bound() -> None:
    definitions: dict[str, Any] = {
        f"D{n}": {
            "type": "object",
            "properties": {
                side: {"$ref": f"#/$defs/D{n + 1}", "description": side} for side in "lr"
            },
        }
        for n in range(40)
    }
    schema = {"$ref": "#/$defs/D0", "$defs": {**definitions, "D40": {"type": "string"}}}
    assert sum(1 for _ in nodes(clean(schema))) < 40_000


def test_nested_merging_does_not_grow_without_bound() -> None:
    definitions: dict[str, Any] = {
        f"D{n}": {"allOf": [{"$ref": f"#/$defs/D{n + 1}"}] * 3, "title": "t"} for n in range(40)
    }
    clean({"properties": {"a": {"$ref": "#/$defs/D0"}}, "$defs": definitions})
    flat: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        flat = {"allOf": [flat, flat, flat]}
    clean(flat)


@pytest.mark.parametrize("keyword", ["items", "anyOf", "allOf", "properties", "not", "default"])
def test_deep_nesting_is_cut(keyword: str) -> None:
    deep: Any = {"type": "string"}
    for _ in range(3000):
        inner = {"properties": {"a": deep}, "anyOf": [deep], "allOf": [deep]}
        deep = {keyword: inner.get(keyword, deep)}
    assert isinstance(clean(deep), dict)
    assert isinstance(clean({"allOf": [deep, deep, {"properties": {"a": deep}}]}), dict)


@given(JSON | SCHEMAS)
def test_any_json_comes_out_as_a_schema_of_known_keywords(value: Any) -> None:
    before = copy.deepcopy(value)
    cleaned = clean(value)
    assert value == before
    for node in nodes(cleaned):
        assert set(node) <= KEPT
        if "$ref" in node:
            assert set(node) == {"$ref"}
    names = set(cleaned.get("$defs", ()))
    assert {pointer.removeprefix("#/$defs/") for pointer in references(cleaned)} - {"#"} <= names


@given(SCHEMAS)
def test_cleaning_twice_changes_nothing_more(schema: dict[str, Any]) -> None:
    once = clean(schema)
    twice = clean(once)
    # A choice that turned out void may leave a definition behind that nothing uses.
    definitions = once.pop("$defs", {})
    assert twice.pop("$defs", {}).items() <= definitions.items()
    assert twice == once


@pytest.mark.parametrize("parameters", [None, {}, [], "x", 1, True])
def test_no_parameters_are_left_out(parameters: object) -> None:
    assert tool_schema(parameters) is None


@pytest.mark.parametrize(
    ("parameters", "schema"),
    [
        ({"type": "object"}, {"type": "object", "properties": {}}),
        ({"$schema": "x"}, {"type": "object", "properties": {}}),
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        ({"type": ["object", "null"]}, {"type": "object", "properties": {}}),
    ],
)
def test_object_parameters_stay_objects(parameters: dict[str, Any], schema: dict[str, Any]) -> None:
    tool = tool_schema(parameters)
    assert tool == ToolSchema(schema, wrapped=False)
    assert tool is not None
    assert tool.unwrap({"a": 1}) == {"a": 1}


def test_other_parameters_are_wrapped_and_come_back_unwrapped() -> None:
    tool = tool_schema(
        {"type": "array", "items": {"$ref": "#/$defs/A"}, "$defs": {"A": {"type": "string"}}}
    )
    assert tool == ToolSchema(
        {
            "type": "object",
            "properties": {"value": {"type": "array", "items": {"$ref": "#/$defs/A"}}},
            "required": ["value"],
            "$defs": {"A": {"type": "string"}},
        },
        wrapped=True,
    )
    assert tool.unwrap({"value": ["x"]}) == ["x"]
    assert tool.unwrap({}) is None


@given(JSON | SCHEMAS)
def test_tool_parameters_are_always_an_object(value: Any) -> None:
    tool = tool_schema(value)
    assert tool is None or tool.schema["type"] == "object"


def test_parameters_too_deep_to_encode_are_cleaned_all_the_same() -> None:
    deep: Any = {"type": "string"}
    for _ in range(2000):
        deep = {"type": "object", "properties": {"a": deep}}
    assert tool_schema(deep) is not None


def test_the_same_parameters_are_cleaned_once() -> None:
    def parameters() -> dict[str, Any]:
        return {"type": "object", "properties": {"once": {"type": "string"}}}

    assert tool_schema(parameters()) is tool_schema(parameters())
    large = {**parameters(), "description": "x" * 20_000}
    assert tool_schema(large) is not tool_schema(large)
    assert tool_schema(large) == tool_schema(large)
