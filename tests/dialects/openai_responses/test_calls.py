from typing import Any

from proxy_core.dialects.call_notes import CallNotes
from proxy_core.dialects.openai_responses.calls import Announced, Calls
from proxy_core.dialects.openai_responses.shape import Shape
from proxy_core.dialects.openai_responses.tools import read_tools
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject


def announce(name: str, args: JsonObject, *tools: Any) -> Announced:
    read = read_tools({"tools": list(tools)})
    shape = Shape(b"{}", tools=read.toolset(), namespaces=read.namespaces)
    calls = Calls(shape, CallNotes(SignatureMemory()), lambda prefix: f"{prefix}_1")
    return calls.announce({"functionCall": {"name": name, "args": args}}, "call_1")


def test_whole_floats_are_the_integers_that_were_asked_for() -> None:
    parameters = {"type": "object", "properties": {"n": {"type": "integer"}}}
    tool = {"type": "function", "name": "f", "parameters": parameters}
    item = announce("f", {"n": 1.0}, tool).item
    assert item["arguments"] == '{"n":1}'
    assert (item["id"], item["call_id"]) == ("fc_1", "call_1")
    assert "namespace" not in item


def test_a_call_is_announced_empty() -> None:
    told = announce("f", {"n": 1}, {"type": "function", "name": "f"})
    assert told.blank == {"arguments": "", "status": "in_progress"}
    assert [kind for kind, _ in told.steps] == [
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
    ]


def test_commands_are_always_lists_of_strings() -> None:
    for given, expected in ((["ls", 1], ["ls", "1"]), ("ls -l", ["ls -l"]), (None, [])):
        local = announce("local_shell", {"command": given}, {"type": "local_shell"}).item
        assert local["action"]["command"] == expected
        shell = announce("shell_command", {"commands": given}, {"type": "shell"}).item
        assert shell["action"]["commands"] == expected


def test_a_function_that_the_model_invented_comes_back_as_it_is() -> None:
    assert announce("invented", {}).item["name"] == "invented"
