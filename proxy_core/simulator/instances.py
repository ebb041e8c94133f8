"""The smallest value that satisfies a schema, for structured answers and call arguments.

Takes both forms (lower-case JSON Schema, upper-case OpenAPI). Not here: whether the schema is
acceptable (`schemas.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from proxy_core.simulator.refusals import JsonObject

_TIMES = {"date-time": "2026-11-23T12:00:00Z", "date": "2026-11-23", "time": "12:00:00Z"}
_DEEPEST = 12


def smallest(schema: Any, text: str = "text", root: Any = None, depth: int = 0) -> Any:
    """A minimal valid value; `text` fills free strings. Optional properties are left out."""
    if not isinstance(schema, dict):
        return {}
    root = schema if root is None else root
    if "$ref" in schema and depth < _DEEPEST:
        return smallest(_target(root, schema["$ref"]), text, root, depth + 1)
    if schema.get("enum"):
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    for keyword in ("anyOf", "oneOf", "allOf"):
        if schema.get(keyword):
            return smallest(schema[keyword][0], text, root, depth + 1)
    make = _MAKERS.get(_kind(schema))
    return None if make is None else make(schema, text, root, depth)


def _kind(schema: JsonObject) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind.lower()
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "object" if "properties" in schema or not schema else "string"


def _object(schema: JsonObject, text: str, root: Any, depth: int) -> JsonObject:
    properties = schema.get("properties", {})
    wanted = schema.get("required", [])
    names = [name for name in properties if name in wanted]
    names += [name for name in wanted if name not in properties]
    return {name: smallest(properties.get(name, {}), text, root, depth + 1) for name in names}


def _array(schema: JsonObject, text: str, root: Any, depth: int) -> list[Any]:
    values = [smallest(one, text, root, depth + 1) for one in schema.get("prefixItems", [])]
    items = schema.get("items", {})
    while len(values) < int(schema.get("minItems", 0)):
        values.append(smallest(items, text, root, depth + 1))
    return values


def _string(schema: JsonObject, text: str, _root: Any, _depth: int) -> str:
    value = _TIMES.get(schema.get("format", ""), text)
    if "maxLength" in schema:
        value = value[: int(schema["maxLength"])]
    return value.ljust(int(schema.get("minLength", 0)), ".")


def _number(schema: JsonObject, _text: str, _root: Any, _depth: int) -> float:
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if lowest is not None:
        return float(lowest)
    return float(highest) if highest is not None and highest < 1 else 1.0


def _target(root: Any, reference: str) -> Any:
    target = root
    for step in reference.lstrip("#").strip("/").split("/"):
        if step and isinstance(target, dict):
            target = target.get(step)
    return target


_MAKERS: Mapping[str, Callable[[JsonObject, str, Any, int], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": lambda *given: int(_number(*given)),
    "boolean": lambda *_given: True,
}
