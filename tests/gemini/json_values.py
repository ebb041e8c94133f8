"""Hypothesis strategies for JSON and for what looks like a JSON Schema."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from proxy_core.gemini.schema_values import TYPES, VALUE_KEYWORDS

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
)
_NESTING = ["items", "prefixItems", "anyOf", "oneOf", "allOf", "properties", "required", "$ref"]
_OTHERS = ["additionalProperties", "propertyOrdering", "$defs", "definitions", "x-y"]
_KEYWORDS = st.sampled_from([*sorted(VALUE_KEYWORDS), *_NESTING, *_OTHERS])
_POINTERS = st.sampled_from(["#", "#/$defs/a", "#/definitions/b", "#/properties/a", "#/x", "y"])
_NAMES = st.sampled_from(["a", "b", "type", "$ref"])
_TYPES = st.sampled_from([*TYPES, "STRING", "any"])

JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(_KEYWORDS | st.text(max_size=3), inner),
    max_leaves=20,
)
"Any JSON value, its keys often words of JSON Schema."


def _schema(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.dictionaries(_NAMES, inner, max_size=3)
    several = st.lists(inner, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": _TYPES | st.lists(_TYPES, max_size=3),
            "enum": st.lists(SCALARS, max_size=3),
            "const": SCALARS,
            "nullable": st.booleans(),
            "description": st.text(max_size=4),
            "pattern": st.text(max_size=4),
            "minimum": st.integers() | st.floats(allow_nan=False),
            "exclusiveMinimum": st.integers() | st.floats(allow_nan=False) | st.booleans(),
            "minItems": st.integers(-1, 3),
            "$ref": _POINTERS,
            "$defs": named,
            "definitions": named,
            "properties": named,
            "required": st.lists(_NAMES, max_size=3),
            "additionalProperties": inner | st.booleans(),
            "items": inner | several,
            "prefixItems": several,
            "anyOf": several,
            "oneOf": several,
            "allOf": several,
        },
    )


SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.fixed_dictionaries({}, optional={"type": _TYPES, "$ref": _POINTERS}),
    _schema,
    max_leaves=8,
).filter(lambda schema: isinstance(schema, dict))
"What mostly looks like a JSON Schema, recursive references included."


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a cleaned schema: the root, its definitions and all below."""
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        yield node
        for keyword in ("properties", "$defs"):
            waiting.extend(node.get(keyword, {}).values())
        for keyword in ("anyOf", "oneOf", "prefixItems"):
            waiting.extend(node.get(keyword, []))
        single = (node.get(keyword) for keyword in ("items", "additionalProperties"))
        waiting.extend(child for child in single if isinstance(child, dict))
