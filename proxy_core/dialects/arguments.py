"""Arguments and results of functions, between a client's text and Gemini's objects."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from proxy_core.dialects import fields
from proxy_core.dialects.tools import CUSTOM_INPUT, Tools, Toolset
from proxy_core.errors import BadRequest
from proxy_core.gemini.schema import WRAPPER
from proxy_core.gemini.wire import FunctionCall, JsonObject

_FEW_BRACKETS = 200
"JSON with fewer brackets cannot be nested too deeply to be encoded again."


def read_arguments(tools: Tools, google_name: str, raw: object, at: str) -> JsonObject:
    """`args` of a call in the client's history. Raises BadRequest.

    raw: JSON text as OpenAI has it, an object as Anthropic has it, or None; at: its path.
    """
    if raw is None or raw == "":
        return {}
    if isinstance(raw, str):
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError as exc:
            raise BadRequest(f"'{at}' is not valid JSON: {exc}", at) from exc
        _refuse_depth(value, raw, at)
    elif isinstance(raw, dict):
        fields.refuse_depth(raw, at)
        return raw
    else:
        raise fields.wrong(at, "a string")
    schema = tools.schemas.get(google_name)
    if not isinstance(value, dict) or (schema is not None and schema.wrapped):
        return {} if value is None else {WRAPPER: value}
    return value


def read_output(text: str, at: str) -> JsonObject:
    """`response` of a function: a JSON object as it is, other JSON and text under `output`.

    A payload that Google would take for another one goes as text.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"output": text}
    if isinstance(value, str | None):
        return {"output": text}
    _refuse_depth(value, text, at)
    if not _arrives(value):
        return {"output": text}
    return value if isinstance(value, dict) else {"output": value}


def _arrives(value: Any) -> bool:
    """Whether Google reads a result as it is meant.

    It takes a `$ref` for a reference to the response's own parts, and every number for a double,
    which rounds identifiers of 64 bits. Source: google/protobuf/struct.proto, Value.
    """
    try:
        told = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:  # an integer beyond 53 bits
        return False
    return b'"$ref"' not in told


def _refuse_depth(value: Any, text: str, at: str) -> None:
    if text.count("{") + text.count("[") > _FEW_BRACKETS:
        fields.refuse_depth(value, at)


def arguments_of(call: FunctionCall, toolset: Toolset) -> Any:
    """What a client is given as arguments: unwrapped, by its own names of properties, whole floats
    as the integers asked for.

    An object, but for tools whose schema is of another type.
    """
    args: Any = call.get("args") or {}
    schema = toolset.schemas.get(call.get("name", ""))
    if schema is not None:
        args = whole_numbers(schema.named_back(args), schema.schema, schema.schema)
        args = schema.unwrap(args)
    return args


def custom_input_of(call: FunctionCall) -> str:
    """The free text of a call of a custom tool."""
    value = (call.get("args") or {}).get(CUSTOM_INPUT, "")
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def whole_numbers(value: Any, schema: JsonObject, root: JsonObject) -> Any:
    """`value` with `1.0` as `1` where the schema says integer and not number.

    Google carries arguments as protobuf Struct, whose only number is the double.
    root: holds the `$defs` that `schema` may refer to.
    """
    return _whole(value, [schema], root) if isinstance(value, _WITH_FLOATS) else value


_WITH_FLOATS = (float, dict, list)


def _whole(value: Any, schemas: Iterable[JsonObject], root: JsonObject) -> Any:
    """schemas: all that `value` may follow."""
    known = list(_alternatives(schemas, root))
    if isinstance(value, float):
        types = [schema.get("type", ()) for schema in known]
        integer = any("integer" in each for each in types)
        exact = integer and not any("number" in each for each in types)
        return int(value) if exact and value.is_integer() else value
    if isinstance(value, dict):
        return {
            key: _whole(each, _of_property(known, key), root)
            if isinstance(each, _WITH_FLOATS)
            else each
            for key, each in value.items()
        }
    return [
        _whole(each, _of_item(known, index), root) if isinstance(each, _WITH_FLOATS) else each
        for index, each in enumerate(value)
    ]


def _alternatives(schemas: Iterable[JsonObject], root: JsonObject) -> Iterator[JsonObject]:
    """The schemas, and those that they refer to or leave the choice of."""
    waiting = list(schemas)
    followed = set()
    while waiting:
        schema = waiting.pop()
        pointer = schema.get("$ref")
        if pointer is None:
            yield schema
            waiting += (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
        elif pointer not in followed:
            followed.add(pointer)
            name = pointer.rpartition("/")[2]
            waiting.append(root if pointer == "#" else root.get("$defs", {}).get(name, {}))


def _of_property(schemas: Iterable[JsonObject], name: str) -> list[JsonObject]:
    found = (
        schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        for schema in schemas
    )
    return [schema for schema in found if isinstance(schema, dict)]


def _of_item(schemas: Iterable[JsonObject], index: int) -> list[JsonObject]:
    prefixes = ((schema.get("prefixItems", ()), schema) for schema in schemas)
    return [
        prefix[index] if index < len(prefix) else schema.get("items", {})
        for prefix, schema in prefixes
    ]
