"""The keywords of a JSON Schema that hold no further schema: types, enums, limits, words.

Not here: walking the tree (`schema`). Every function takes one node as the client wrote it,
trusts nothing in it and writes what Gemini understands into `out`.
"""

import math
from typing import Any

import orjson

from proxy_core.gemini.wire import JsonObject

TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")

_HONOURED_FORMATS = frozenset({"date-time", "date", "time"})
"Source: Gemini API documentation, structured output."

_NOTED = frozenset(
    {
        "const",
        "contains",
        "default",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "if",
        "maxLength",
        "maxProperties",
        "minLength",
        "minProperties",
        "multipleOf",
        "not",
        "pattern",
        "patternProperties",
        "propertyNames",
        "then",
        "uniqueItems",
    }
)
"Ignored upstream; told to the model in the description instead."

_COUNTS = ("minItems", "maxItems")
_LIMITS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", *_COUNTS})

_ENUM_TYPES = frozenset({"string", "integer", "number"})

_LONGEST_NOTE = 120
_MAX_EXACT = 2**53
"Beyond it a JSON number is not known exactly, and may not fit 64 bits."
_NOTES_OPEN, _NOTES_CLOSE = " (", ")"

VALUE_KEYWORDS = _NOTED | _LIMITS | {"type", "nullable", "enum", "format", "title", "description"}
"Every keyword that is read here."


def write_values(source: JsonObject, out: JsonObject) -> None:
    """Writes type, enum, limits, title and description of `source` into `out`."""
    types = _types(source)
    values, types = _enum(source, types)
    if types:
        out["type"] = types[0] if len(types) == 1 else types
    if isinstance(source.get("format"), str) and source["format"] in _HONOURED_FORMATS:
        out["format"] = source["format"]
    if isinstance(source.get("title"), str):
        out["title"] = source["title"]
    description = _description(source, enum_is_lost="enum" in source and not values)
    if description:
        out["description"] = description
    if values:
        out["enum"] = values
    if not _LIMITS.isdisjoint(source):
        _write_limits(source, types, out)


def infer_types(values: list[Any]) -> list[str]:
    """The types of JSON values, each once, in the order of first sight."""
    return list(dict.fromkeys(_type_of(value) for value in values))


def _type_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _types(source: JsonObject) -> list[str]:
    """The `type` of a node as a list; empty where it names none that Gemini knows."""
    given = source.get("type")
    named = given if isinstance(given, list) else [given]
    # Upper case: the OpenAPI form that Google's older SDKs taught.
    lowered = [name.lower() for name in named if isinstance(name, str)]
    types = [name for name in dict.fromkeys(lowered) if name in TYPES]
    if types and source.get("nullable") is True and "null" not in types:
        types.append("null")
    return types


def _enum(source: JsonObject, types: list[str]) -> tuple[list[Any], list[str]]:
    """Allowed values that Gemini can take, and the node's types in their light.

    Gemini knows strings and numbers here. Null moves into the type; a list with booleans,
    objects or arrays in it is not kept, since half of it would forbid the other half.
    """
    given = source.get("enum")
    if "const" in source:
        given = [source["const"]]
    if not isinstance(given, list) or not given:
        return [], types
    inferred = infer_types(given)
    if "null" in inferred and types and "null" not in types:
        types = [*types, "null"]
    if not types:
        types = inferred
    if not _ENUM_TYPES.union({"null"}).issuperset(inferred):
        return [], types
    return [value for value in given if value is not None], types


def _write_limits(source: JsonObject, types: list[str], out: JsonObject) -> None:
    whole = "integer" in types and "number" not in types
    lowest = _limits(source, "minimum", "exclusiveMinimum", 1 if whole else 0)
    highest = _limits(source, "maximum", "exclusiveMaximum", -1 if whole else 0)
    if lowest:
        out["minimum"] = max(lowest)
    if highest:
        out["maximum"] = min(highest)
    for keyword in _COUNTS:
        count = _number(source.get(keyword))
        if count is not None and 0 <= count <= _MAX_EXACT:
            out[keyword] = int(count)


def _limits(source: JsonObject, inclusive: str, exclusive: str, step: int) -> list[int | float]:
    """The bounds that a node sets on one side, exclusive ones made inclusive.

    step: 1 or -1 for integers, whose next value is known; 0 for numbers. The boolean
    `exclusive…` of draft 4 has no number and falls away.
    """
    limits = [_number(source.get(inclusive))]
    bound = _number(source.get(exclusive))
    if bound is not None and step and abs(bound) <= _MAX_EXACT:
        bound = (math.floor(bound) if step > 0 else math.ceil(bound)) + step
    limits.append(bound)
    return [limit for limit in limits if limit is not None]


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def _description(source: JsonObject, *, enum_is_lost: bool) -> str:
    """The node's description, with what Gemini would ignore told in words."""
    notes = [
        note
        for keyword in source
        if (keyword in _NOTED or (enum_is_lost and keyword == "enum"))
        and (note := _note(keyword, source[keyword]))
    ]
    given = source.get("format")
    if isinstance(given, str) and given not in _HONOURED_FORMATS and len(given) <= _LONGEST_NOTE:
        notes.append(f"format: {given}")
    text = source.get("description")
    words = text if isinstance(text, str) else ""
    if not notes:
        return words
    told = "; ".join(notes)
    return f"{words}{_NOTES_OPEN}{told}{_NOTES_CLOSE}" if words else told


def _note(keyword: str, value: Any) -> str | None:
    """`pattern: ^a+$`; None where the value says nothing or is long."""
    if value is None or value in ({}, []) or (value is False and keyword == "uniqueItems"):
        return None
    if keyword == "const" and _type_of(value) in _ENUM_TYPES:
        return None
    if isinstance(value, str):
        text = value
    else:
        try:
            text = orjson.dumps(value).decode()
        except orjson.JSONEncodeError:
            return None
    return f"{keyword}: {text}" if 0 < len(text) <= _LONGEST_NOTE else None
