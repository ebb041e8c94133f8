from typing import Any

import orjson
import pytest

from proxy_core.dialects.arguments import arguments_of, read_output, whole_numbers
from proxy_core.dialects.tools import Tools
from proxy_core.gemini.wire import JsonObject

INTEGER = {"type": "integer"}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        (1.0, INTEGER, "1"),
        (1.5, INTEGER, "1.5"),
        (1.0, {"type": "number"}, "1.0"),
        (1.0, {"type": ["integer", "null"]}, "1"),
        (1.0, {"type": ["integer", "number"]}, "1.0"),
        (1.0, {}, "1.0"),
        ([1.0, 2], {"items": INTEGER}, "[1, 2]"),
        ({"a": {"b": 2.0}}, {"properties": {"a": {"$ref": "#/$defs/A"}}}, "{'a': {'b': 2}}"),
        ({"x": 1.0}, {"properties": {}}, "{'x': 1.0}"),
        (1.0, {"anyOf": [INTEGER, {"type": "null"}]}, "1"),
        (1.0, {"oneOf": [INTEGER, {"anyOf": [{"type": "number"}]}]}, "1.0"),
        ({"x": 1.0}, {"anyOf": [{"properties": {"x": INTEGER}}, {"type": "null"}]}, "{'x': 1}"),
        ({"x": 1.0}, {"additionalProperties": INTEGER}, "{'x': 1}"),
        ({"x": 1.0}, {"additionalProperties": False}, "{'x': 1.0}"),
        ([1.0, 1.0, 1.0], {"prefixItems": [INTEGER, {}], "items": INTEGER}, "[1, 1.0, 1]"),
        ({"me": [{"me": 1.0}]}, {"$ref": "#/$defs/Me"}, "{'me': [{'me': 1}]}"),
        ("1.0", INTEGER, "1.0"),
        (None, INTEGER, "None"),
    ],
)
def test_a_whole_float_is_an_integer_only_where_the_schema_says_so(
    value: Any, schema: JsonObject, expected: str
) -> None:
    me: JsonObject = {"properties": {"me": {"anyOf": [INTEGER, {"items": {"$ref": "#/$defs/Me"}}]}}}
    me["anyOf"] = [{"$ref": "#/$defs/Me"}]  # a choice of itself ends all the same
    root = {"$defs": {"A": {"properties": {"b": INTEGER}}, "Me": me}}
    assert str(whole_numbers(value, schema, root)) == expected


@pytest.mark.parametrize("name", ["a/b", "a_b"])
def test_arguments_have_the_clients_names_whichever_gemini_was_told(name: str) -> None:
    tools = Tools()
    tools.declare("f", None, {"properties": {"a/b": INTEGER}, "type": "object"}, "tools[0]")
    found = arguments_of({"name": "f", "args": {name: 1.0}}, tools.toolset())
    assert str(found) == "{'a/b': 1}"


@pytest.mark.parametrize(
    "text",
    [
        '{"$ref":"#/a"}',
        r'{"\u0024ref":"#/a"}',
        '{"id":9007199254740993}',
        "[-9007199254740993]",
        "1234567890123456789",
    ],
)
def test_a_result_that_google_would_take_for_another_goes_as_text(text: str) -> None:
    assert read_output(text, "at") == {"output": text}


@pytest.mark.parametrize("text", ['{"id":900719925474099}', '{"x":0.30000000000000004}'])
def test_a_result_with_numbers_that_doubles_can_hold_goes_as_it_is(text: str) -> None:
    assert read_output(text, "at") == orjson.loads(text)
