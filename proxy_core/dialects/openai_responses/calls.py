"""Function calls of the model as output items: each tool's calls have a form of their own."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import orjson

from proxy_core.dialects.arguments import arguments_of, custom_input_of
from proxy_core.dialects.call_notes import CallNotes
from proxy_core.dialects.openai_responses.shape import Shape
from proxy_core.dialects.openai_responses.tools import LOCAL_SHELL, SHELL
from proxy_core.gemini.wire import FunctionCall, JsonObject, Part

Steps: TypeAlias = tuple[tuple[str, JsonObject], ...]


class Announced(NamedTuple):
    """An item that is complete at once."""

    item: JsonObject
    blank: JsonObject
    "Its fields that are different when it is announced."
    steps: Steps = ()
    "Events between its announcement and its end, without their place."


class Calls:
    """Makes the call items of one exchange; what Google said of them is remembered."""

    __slots__ = ("_make_id", "_notes", "_shape")

    def __init__(self, shape: Shape, notes: CallNotes, make_id: Callable[[str], str]) -> None:
        """make_id: an item's id by its prefix."""
        self._shape = shape
        self._notes = notes
        self._make_id = make_id

    def take_aside(self, part: Part) -> bool:
        """Whether it is a part that only goes back to Google."""
        return self._notes.take(part)

    def json_answer(self, call: FunctionCall) -> str | None:
        """The answer itself, where the call is only the way to structured output."""
        tools = self._shape.tools
        if tools.json_tool is None or call.get("name") != tools.json_tool:
            return None
        return self._arguments(call)

    def announce(self, part: Part, call_id: str) -> Announced:
        call = part["functionCall"]
        self._notes.remember(call_id, part)
        name = self._shape.tools.names.to_client(call.get("name", ""))
        if name == LOCAL_SHELL:
            return self._local_shell(call, call_id)
        if name == SHELL:
            return self._shell(call, call_id)
        if name in self._shape.tools.custom:
            return self._custom(call, call_id, name)
        return self._function(call, call_id, name)

    def _function(self, call: FunctionCall, call_id: str, name: str) -> Announced:
        arguments = self._arguments(call)
        item = {
            "id": self._make_id("fc"),
            "type": "function_call",
            "status": "completed",
            "arguments": arguments,
            "call_id": call_id,
            **self._named(name),
        }
        return Announced(
            item,
            {"arguments": "", "status": "in_progress"},
            (
                ("response.function_call_arguments.delta", {"delta": arguments}),
                (
                    "response.function_call_arguments.done",
                    {"arguments": arguments, "name": item["name"]},
                ),
            ),
        )

    def _custom(self, call: FunctionCall, call_id: str, name: str) -> Announced:
        text = custom_input_of(call)
        item = {
            "id": self._make_id("ctc"),
            "type": "custom_tool_call",
            "status": "completed",
            "input": text,
            "call_id": call_id,
            **self._named(name),
        }
        return Announced(
            item,
            {"input": "", "status": "in_progress"},
            (
                ("response.custom_tool_call_input.delta", {"delta": text}),
                ("response.custom_tool_call_input.done", {"input": text}),
            ),
        )

    def _local_shell(self, call: FunctionCall, call_id: str) -> Announced:
        asked = self._object(call)
        action: JsonObject = {"type": "exec", "command": _words(asked.get("command")), "env": {}}
        action |= {key: asked.get(key) for key in ("timeout_ms", "working_directory")}
        return self._in_shell("local_shell_call", "lsh", call_id, action)

    def _shell(self, call: FunctionCall, call_id: str) -> Announced:
        asked = self._object(call)
        action: JsonObject = {"commands": _words(asked.get("commands"))}
        action |= {key: asked.get(key) for key in ("timeout_ms", "max_output_length")}
        return self._in_shell("shell_call", "sh", call_id, action)

    def _in_shell(self, kind: str, prefix: str, call_id: str, action: JsonObject) -> Announced:
        item = {
            "id": self._make_id(prefix),
            "type": kind,
            "status": "completed",
            "call_id": call_id,
            "action": action,
        }
        return Announced(item, {"status": "in_progress"})

    def _named(self, flat: str) -> JsonObject:
        member = self._shape.namespaces.get(flat)
        return {"name": flat} if member is None else {"name": member[1], "namespace": member[0]}

    def _object(self, call: FunctionCall) -> JsonObject:
        found: Any = arguments_of(call, self._shape.tools)
        return found if isinstance(found, dict) else {}

    def _arguments(self, call: FunctionCall) -> str:
        return orjson.dumps(arguments_of(call, self._shape.tools)).decode()


def _words(value: Any) -> list[str]:
    """A list of strings, as clients must be able to rely on; models at times give one string."""
    if isinstance(value, list):
        return [str(word) for word in value]
    return [] if value is None else [str(value)]
