from typing import Any

import pytest

from proxy_core.dialects.arguments import whole_numbers
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
        ("1.0", INTEGER, "1.0"),
        (None, INTEGER, "None"),
    ],
)
def test_a_whole_float_is_an_integer_only_where_the_schema_says_so(
    value: Any, schema: JsonObject, expected: str
) -> None:
    root = {"$defs": {"A": {"properties": {"b": INTEGER}}}}
    assert str(whole_numbers(value, schema, root)) == expected
