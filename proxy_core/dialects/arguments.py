"""Arguments and results of functions, between a client's text and Gemini's objects."""

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

    A `$ref` inside would be taken for a reference to the response's own parts; such a payload
    goes as text.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"output": text}
    if isinstance(value, str | None) or '"$ref"' in text:
        return {"output": text}
    _refuse_depth(value, text, at)
    return value if isinstance(value, dict) else {"output": value}


def _refuse_depth(value: Any, text: str, at: str) -> None:
    if text.count("{") + text.count("[") > _FEW_BRACKETS:
        fields.refuse_depth(value, at)


def arguments_of(call: FunctionCall, toolset: Toolset) -> Any:
    """What a client is given as arguments: unwrapped, whole floats as the integers asked for.

    An object, but for tools whose schema is of another type.
    """
    args: Any = call.get("args") or {}
    schema = toolset.schemas.get(call.get("name", ""))
    if schema is not None:
        args = schema.unwrap(whole_numbers(args, schema.schema, schema.schema))
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
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        schema = root if schema["$ref"] == "#" else root.get("$defs", {}).get(name, {})
    if isinstance(value, float):
        types = schema.get("type", ())
        integer = "integer" in types and "number" not in types
        return int(value) if integer and value.is_integer() else value
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {
            key: whole_numbers(each, properties.get(key, {}), root) for key, each in value.items()
        }
    if isinstance(value, list):
        items = schema.get("items", {})
        return [whole_numbers(each, items, root) for each in value]
    return value
