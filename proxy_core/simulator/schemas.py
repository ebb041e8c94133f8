"""Which schemas the pretend Google takes, at both entrances.

Documented limits always hold; with `field_strict` so do those that were only seen in the field.
Source: google-genai types (`parameters_json_schema`) and the structured-output guide. Not here:
making values of a schema (`instances.py`).
"""

from __future__ import annotations

from typing import Any

from proxy_core.simulator.refusals import JsonObject, Refusal, invalid_argument

_KNOWN = frozenset(
    {
        *("$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum"),
        *("items", "prefixItems", "minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf"),
        *("properties", "additionalProperties", "required", "propertyOrdering"),
    }
)
_TYPES = frozenset(("string", "number", "integer", "boolean", "array", "object", "null"))
_FORMATS = frozenset({"date-time", "date", "time"})


def check_json_schema(schema: Any, path: str, *, field_strict: bool) -> None:
    """Raises Refusal where the JSON Schema entrance refuses."""
    if not isinstance(schema, dict):
        raise _refused(path, "the schema must be an object")
    _JsonSchemaCheck(schema, field_strict=field_strict).visit(schema, path, ())


class _JsonSchemaCheck:
    def __init__(self, root: JsonObject, *, field_strict: bool) -> None:
        self.root = root
        self.field_strict = field_strict
        self.followed: set[str] = set()
        """References reached by an optional step: checked once, so recursion there ends."""

    def visit(self, schema: Any, path: str, required_refs: tuple[str, ...]) -> None:
        """required_refs: the references followed since the last optional step."""
        if isinstance(schema, bool) and not self.field_strict:
            return
        if not isinstance(schema, dict):
            raise _refused(path, "a schema must be an object")
        if "$ref" in schema:
            self._follow(schema, path, required_refs)
            return
        self._check_types(schema, path)
        if self.field_strict:
            _check_field_strict(schema, path)
        self._visit_properties(schema, path, required_refs)
        self._visit_items(schema, path)
        for keyword in ("anyOf", "oneOf"):
            for number, branch in enumerate(_list(schema, keyword, path)):
                # A nullable branch does not make recursion through a required property fit.
                self.visit(branch, f"{path}.{keyword}[{number}]", required_refs)

    def _follow(self, schema: JsonObject, path: str, required_refs: tuple[str, ...]) -> None:
        reference = schema["$ref"]
        siblings = [name for name in schema if not name.startswith("$")]
        if siblings:
            raise _refused(path, f"$ref must not have siblings, found '{siblings[0]}'")
        target = self._target(reference)
        if target is None:
            raise _refused(path, f"reference to undefined schema at '{reference}'")
        if reference in required_refs:
            raise _refused(path, f"recursion through a required property at '{reference}'")
        if not required_refs:
            if reference in self.followed:
                return
            self.followed.add(reference)
        self.visit(target, f"{path}.$ref", (*required_refs, reference))

    def _target(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        target: Any = self.root
        for step in reference.lstrip("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if name:
                target = target.get(name) if isinstance(target, dict) else None
        return target

    def _visit_properties(
        self, schema: JsonObject, path: str, required_refs: tuple[str, ...]
    ) -> None:
        properties = schema.get("properties", {})
        if not isinstance(properties, dict):
            raise _refused(path, "properties must be an object")
        required = _list(schema, "required", path)
        if not all(isinstance(name, str) for name in required):
            raise _refused(path, "required must name properties")
        for name, inner in properties.items():
            where = f"{path}.properties[{name}]"
            self.visit(inner, where, required_refs if name in required else ())
        missing = [name for name in required if name not in properties]
        if missing and self.field_strict:
            raise _refused(path, f"required property '{missing[0]}' is not defined")
        for name, inner in schema.get("$defs", {}).items():
            self.visit(inner, f"{path}.$defs[{name}]", ())

    def _visit_items(self, schema: JsonObject, path: str) -> None:
        if "items" in schema:
            if isinstance(schema["items"], list):
                raise _refused(path, "items must be a schema, not a list")
            self.visit(schema["items"], f"{path}.items", ())
        for number, inner in enumerate(_list(schema, "prefixItems", path)):
            self.visit(inner, f"{path}.prefixItems[{number}]", ())

    def _check_types(self, schema: JsonObject, path: str) -> None:
        types = schema.get("type", [])
        for name in types if isinstance(types, list) else [types]:
            if not isinstance(name, str) or name not in _TYPES:
                raise _refused(path, f"unknown type {name!r}")


def _check_field_strict(schema: JsonObject, path: str) -> None:
    unknown = [name for name in schema if name not in _KNOWN]
    if unknown:
        raise _refused(path, f"unsupported keyword '{unknown[0]}'")
    for value in _list(schema, "enum", path):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _refused(path, "enum values must be strings or numbers")
    if str(schema.get("format", "date")) not in _FORMATS and schema.get("type") == "string":
        raise _refused(path, f"unsupported format '{schema['format']}'")
    if schema.get("type") == "array" and "items" not in schema and "prefixItems" not in schema:
        raise _refused(path, "items: missing field.")


def check_openapi_schema(schema: JsonObject, path: str) -> None:
    """Raises Refusal where the OpenAPI entrance refuses; unknown keywords fell at the parser."""
    kind = schema.get("type")
    if kind is None and "anyOf" not in schema:
        raise invalid_argument(f"{path}.type: must be specified.", path)
    if kind == "ARRAY" and "items" not in schema:
        raise invalid_argument(f"{path}.items: missing field.", path)
    if "enum" in schema and kind not in (None, "STRING"):
        raise invalid_argument(f"{path}.enum: only allowed for STRING type", path)
    properties = schema.get("properties", {})
    if kind == "OBJECT":
        for name in schema.get("required", []):
            if name not in properties:
                raise invalid_argument(f"{path}.required: property '{name}' is not defined", path)
    for name, inner in properties.items():
        check_openapi_schema(inner, f"{path}.properties[{name}]")
    if "items" in schema:
        check_openapi_schema(schema["items"], f"{path}.items")
    for number, inner in enumerate(schema.get("anyOf", [])):
        check_openapi_schema(inner, f"{path}.any_of[{number}]")


def _list(schema: JsonObject, keyword: str, path: str) -> list[Any]:
    value = schema.get(keyword, [])
    if not isinstance(value, list):
        raise _refused(path, f"{keyword} must be a list")
    return value


def _refused(path: str, reason: str) -> Refusal:
    return invalid_argument(f"Invalid JSON schema at '{path}': {reason}.", path)
