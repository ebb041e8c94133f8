"""Function calls of the model as tool calls of the client."""

from collections.abc import Callable
from typing import Any

import orjson

from proxy_core.dialects.openai_chat.shape import Toolset
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.wire import FunctionCall, JsonObject, Part

CUSTOM_INPUT = "input"
"The one property of the function that stands for a custom tool."


class ToolCalls:
    """Renders the calls of one exchange; what Google said of them is remembered. Per exchange."""

    __slots__ = ("_memory", "_new_id", "_tools")

    def __init__(self, tools: Toolset, memory: SignatureMemory, new_id: Callable[[], str]) -> None:
        self._tools = tools
        self._memory = memory
        self._new_id = new_id

    def render(self, part: Part) -> JsonObject:
        """One entry of `tool_calls`, or the deprecated `function_call`."""
        call = part["functionCall"]
        google_name = call.get("name", "")
        name = self._tools.names.to_client(google_name)
        if self._tools.legacy:
            return {"name": name, "arguments": self._arguments(call)}
        signature = part.get("thoughtSignature")
        entry = self._entry(name, call)
        self._memory.remember(entry["id"], RememberedCall(google_name, call.get("id"), signature))
        if signature:
            entry["extra_content"] = {"google": {"thought_signature": signature}}
        return entry

    def json_answer(self, part: Part) -> str | None:
        """The answer itself, where the call is only the way to structured output."""
        call = part["functionCall"]
        if self._tools.json_tool is None or call.get("name") != self._tools.json_tool:
            return None
        return self._arguments(call)

    def _entry(self, name: str, call: FunctionCall) -> JsonObject:
        id_ = "call_" + self._new_id()
        if name in self._tools.custom:
            text = _custom_input(call.get("args"))
            return {"id": id_, "type": "custom", "custom": {"name": name, "input": text}}
        function = {"name": name, "arguments": self._arguments(call)}
        return {"id": id_, "type": "function", "function": function}

    def _arguments(self, call: FunctionCall) -> str:
        args: Any = call.get("args") or {}
        schema = self._tools.schemas.get(call.get("name", ""))
        if schema is not None:
            args = schema.unwrap(whole_numbers(args, schema.schema, schema.schema))
        return orjson.dumps(args).decode()


def _custom_input(args: JsonObject | None) -> str:
    value = (args or {}).get(CUSTOM_INPUT, "")
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
