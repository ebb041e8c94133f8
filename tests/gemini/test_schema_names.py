from typing import Any

import pytest
from hypothesis import given

from proxy_core.gemini.names import is_plain
from proxy_core.gemini.schema import tool_schema
from proxy_core.gemini.schema_names import plain_names, renamed
from proxy_core.gemini.schema_rungs import lower
from tests.gemini.json_values import SCHEMAS, nodes


def test_a_schema_of_plain_names_has_none_to_replace() -> None:
    assert plain_names({"properties": {"a": {}, "b.c-d": {"properties": {"_e": {}}}}}) == {}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a/b": {}}},
        {"items": {"properties": {"a/b": {}}}},
        {"prefixItems": [{}, {"properties": {"a/b": {}}}]},
        {"oneOf": [{"anyOf": [{"properties": {"a/b": {}}}]}]},
        {"additionalProperties": {"properties": {"a/b": {}}}},
        {"$defs": {"A": {"properties": {"a/b": {}}}}, "additionalProperties": False},
    ],
)
def test_an_odd_name_is_found_wherever_it_stands(schema: dict[str, Any]) -> None:
    assert plain_names(schema) == {"a/b": "a_b"}


def test_a_plain_name_is_never_one_that_a_property_has_already() -> None:
    names = plain_names({"properties": {"a b": {}, "a/b": {}, "a_b": {}}})
    assert len({*names.values(), "a_b"}) == 3


def test_keys_are_called_anew_at_every_depth() -> None:
    value = {"a_b": [{"a_b": 1, "c": "a_b"}]}
    assert renamed(value, {"a_b": "a/b"}) == {"a/b": [{"a/b": 1, "c": "a_b"}]}


@given(SCHEMAS)
def test_the_last_rung_has_plain_names_alone_and_each_leads_back(schema: dict[str, Any]) -> None:
    tool = tool_schema(schema)
    if tool is None:
        return
    own = {name for node in nodes(tool.schema) for name in node.get("properties", {})}
    for node in nodes(lower(tool.schema, 3)):
        for name in node.get("properties", {}):
            assert is_plain(name)
            assert tool.odd_names.get(name, name) in own
