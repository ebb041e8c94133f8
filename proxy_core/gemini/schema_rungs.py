"""What is tried after Google refused a cleaned schema: each rung asks for less than the one above.

1. the same without `additionalProperties`, limits and formats;
2. the OpenAPI subset, which older models know better (fields `parameters`, `responseSchema`);
3. that without limits and words, cut flat: "too many states" is about size; properties have
   plain names, and the arguments that come back are given their own (`schema_names`).

Not here: finding the schemas of a request and choosing its fields (`repairs`).
"""

from typing import Any

from proxy_core.gemini.schema_names import plain_names
from proxy_core.gemini.schema_values import infer_types
from proxy_core.gemini.wire import JsonObject

RUNGS = (1, 2, 3)
OPENAPI_RUNG = 2
"From this rung on schemas are in the OpenAPI form."

_MAX_DEPTH = 30
_FLAT_DEPTH = 3
_MAX_NODES = 5_000
"Nodes of one OpenAPI schema, whose references are all written out."

_LIMITS = frozenset(
    {"additionalProperties", "format", "minimum", "maximum", "minItems", "maxItems"}
)
_COPIED = ("title", "description", "minItems", "maxItems", "minimum", "maximum")
_OPENAPI_FORMATS = frozenset({"date-time", "enum", "int32", "int64", "float", "double"})
_WORDS = ("title", "description")


def lower(schema: JsonObject, rung: int) -> JsonObject:
    """`schema`, which `clean` made, as rung 1, 2 or 3 asks for it. Never changed in place."""
    if rung < OPENAPI_RUNG:
        return _without_limits(schema, 0)
    flat = rung > OPENAPI_RUNG
    return _OpenApi(schema, max_depth=_FLAT_DEPTH if flat else _MAX_DEPTH, details=not flat).run()


def to_openapi(schema: JsonObject) -> JsonObject:
    """A cleaned schema in the OpenAPI subset: references written out, a type on every node."""
    return lower(schema, OPENAPI_RUNG)


def _without_limits(schema: JsonObject, depth: int) -> JsonObject:
    if depth > _MAX_DEPTH * 2:
        return {}
    return {
        keyword: _lowered(keyword, value, depth + 1)
        for keyword, value in schema.items()
        if keyword not in _LIMITS
    }


def _lowered(keyword: str, value: Any, depth: int) -> Any:
    if keyword in {"properties", "$defs"} and isinstance(value, dict):
        return {name: _lowered("items", child, depth) for name, child in value.items()}
    if keyword in {"anyOf", "oneOf", "prefixItems"} and isinstance(value, list):
        return [_lowered("items", child, depth) for child in value]
    if keyword == "items" and isinstance(value, dict):
        return _without_limits(value, depth)
    return value


class _OpenApi:
    """One conversion: looks definitions up and cuts where they lead back to themselves."""

    def __init__(self, root: JsonObject, *, max_depth: int, details: bool) -> None:
        self._root = root
        self._definitions = root.get("$defs", {})
        self._max_depth = max_depth
        self._details = details
        "Whether titles, descriptions, limits and odd names are kept."
        self._plain = {} if details else plain_names(root)
        self._nodes = _MAX_NODES
        self._active = {"#"}

    def run(self) -> JsonObject:
        return self._node(self._root, 0)

    def _node(self, node: object, depth: int) -> JsonObject:
        self._nodes -= 1
        if not isinstance(node, dict) or depth > self._max_depth or self._nodes < 0:
            return {"type": "OBJECT"}
        pointer = node.get("$ref")
        if isinstance(pointer, str):
            return self._target(pointer, depth)
        branches = node.get("anyOf", node.get("oneOf"))
        if branches and "properties" not in node:
            return self._choice(branches, node, depth)
        types = node.get("type")
        if isinstance(types, list) and sum(name != "null" for name in types) > 1:
            return self._choice([{**node, "type": name} for name in types], node, depth)
        return self._single(node, depth)

    def _target(self, pointer: str, depth: int) -> JsonObject:
        """The definition in place of its reference; recursion ends in an open object."""
        target = self._definitions.get(pointer.removeprefix("#/$defs/"))
        if target is None or pointer in self._active:
            return {"type": "OBJECT"}
        self._active.add(pointer)
        out = self._node(target, depth)
        self._active.discard(pointer)
        return out

    def _choice(self, branches: list[JsonObject], node: JsonObject, depth: int) -> JsonObject:
        """anyOf without a null branch. Nothing but `nullable` may stand beside it [reported]."""
        real = [branch for branch in branches if branch.get("type") != "null"]
        if not real:
            return {"type": "STRING", "nullable": True}
        if len(real) == 1:
            out = {**self._worded(node), **self._node(real[0], depth)}
        else:
            out = {"anyOf": [self._node(branch, depth + 1) for branch in real]}
        if len(real) < len(branches):
            out["nullable"] = True
        return out

    def _worded(self, node: JsonObject) -> JsonObject:
        return {key: node[key] for key in _WORDS if key in node} if self._details else {}

    def _single(self, node: JsonObject, depth: int) -> JsonObject:
        kind, nullable = _type(node)
        out: JsonObject = {"type": kind.upper()}
        if self._details:
            out |= {keyword: node[keyword] for keyword in _COPIED if keyword in node}
        if node.get("format") in _OPENAPI_FORMATS:
            out["format"] = node["format"]
        if nullable:
            out["nullable"] = True
        if kind == "string":
            # The subset's enum holds strings only, and no empty one.
            if values := [v for v in node.get("enum", ()) if isinstance(v, str) and v]:
                out["enum"] = values
        elif kind == "array":
            out["items"] = self._items(node, depth)
        elif kind == "object":
            self._write_properties(node, depth, out)
        return out

    def _items(self, node: JsonObject, depth: int) -> JsonObject:
        """Of every element; the subset knows no tuples, so theirs are alternatives."""
        prefix = node.get("prefixItems")
        if not prefix:
            return self._node(node.get("items", {}), depth + 1)
        branches = [*prefix, node["items"]] if "items" in node else prefix
        return self._choice(branches, {}, depth + 1)

    def _write_properties(self, node: JsonObject, depth: int, out: JsonObject) -> None:
        given = node.get("properties")
        if not given or depth >= self._max_depth:
            return
        plain = self._plain
        out["properties"] = {
            plain.get(name, name): self._node(child, depth + 1) for name, child in given.items()
        }
        for keyword in ("required", "propertyOrdering"):
            if keyword in node:
                out[keyword] = [plain.get(name, name) for name in node[keyword]]


def _type(node: JsonObject) -> tuple[str, bool]:
    """The one type of a node and whether null is allowed; a missing type is inferred."""
    given = node.get("type")
    named = given if isinstance(given, list) else [given]
    kinds = [name for name in named if isinstance(name, str) and name != "null"]
    nullable = "null" in named
    if kinds:
        return kinds[0], nullable
    if "properties" in node:
        return "object", nullable
    if "items" in node or "prefixItems" in node:
        return "array", nullable
    if values := node.get("enum"):
        return infer_types(values)[0], nullable
    return "string", nullable
