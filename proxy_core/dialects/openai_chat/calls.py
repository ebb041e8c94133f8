"""Function calls of the model as tool calls of the client."""

from collections.abc import Callable

import orjson

from proxy_core.dialects.arguments import arguments_of, custom_input_of
from proxy_core.dialects.call_notes import CallNotes
from proxy_core.dialects.tools import Toolset
from proxy_core.gemini.wire import FunctionCall, JsonObject, Part


class ToolCalls:
    """Renders the calls of one exchange; what Google said of them is remembered. Per exchange."""

    __slots__ = ("_new_id", "_notes", "_tools")

    def __init__(self, tools: Toolset, notes: CallNotes, new_id: Callable[[], str]) -> None:
        self._tools = tools
        self._notes = notes
        self._new_id = new_id

    def render(self, part: Part) -> JsonObject:
        """One entry of `tool_calls`, or the deprecated `function_call`."""
        call = part["functionCall"]
        name = self._tools.names.to_client(call.get("name", ""))
        if self._tools.legacy:
            return {"name": name, "arguments": self._arguments(call)}
        entry = self._entry(name, call)
        self._notes.remember(entry["id"], part)
        if signature := part.get("thoughtSignature"):
            entry["extra_content"] = {"google": {"thought_signature": signature}}
        return entry

    def take_aside(self, part: Part) -> bool:
        """Whether it is a part that only goes back to Google."""
        return self._notes.take(part)

    def json_answer(self, part: Part) -> str | None:
        """The answer itself, where the call is only the way to structured output."""
        call = part["functionCall"]
        if self._tools.json_tool is None or call.get("name") != self._tools.json_tool:
            return None
        return self._arguments(call)

    def _entry(self, name: str, call: FunctionCall) -> JsonObject:
        id_ = "call_" + self._new_id()
        if name in self._tools.custom:
            text = custom_input_of(call)
            return {"id": id_, "type": "custom", "custom": {"name": name, "input": text}}
        function = {"name": name, "arguments": self._arguments(call)}
        return {"id": id_, "type": "function", "function": function}

    def _arguments(self, call: FunctionCall) -> str:
        return orjson.dumps(arguments_of(call, self._tools)).decode()
