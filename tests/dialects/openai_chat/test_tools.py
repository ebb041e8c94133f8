from typing import Any

import pytest

from proxy_core.dialects.openai_chat.tools import read_tools
from proxy_core.gemini.wire import JsonObject
from tests.fakes.families import family


def sent(model: str = "gemini-3.8-flash", **body: Any) -> JsonObject:
    return read_tools(body).to_gemini(family(model))


def function(name: str, **more: Any) -> JsonObject:
    return {"type": "function", "function": {"name": name, **more}}


def test_nothing_is_said_without_tools() -> None:
    assert sent(tool_choice="none") == {}
    assert sent(tools=[], tool_choice="auto", parallel_tool_calls=True) == {}


def test_a_calling_mode_is_never_sent_without_functions() -> None:
    assert sent(tool_choice="none", web_search_options={}) == {"tools": [{"googleSearch": {}}]}


def test_the_same_map_of_names_serves_declarations_and_choice() -> None:
    name = "a/b"
    found = sent(
        tools=[function(name)], tool_choice={"type": "function", "function": {"name": name}}
    )
    declared = found["tools"][0]["functionDeclarations"][0]["name"]
    assert declared == "a_b"
    assert found["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"] == [declared]


@pytest.mark.parametrize(("choice", "mode"), [("none", "NONE"), ("required", "ANY")])
def test_a_choice_beats_strictness(choice: str, mode: str) -> None:
    found = sent(tools=[function("f", strict=True)], tool_choice=choice)
    assert found["toolConfig"]["functionCallingConfig"]["mode"] == mode


def test_the_added_json_function_gets_a_name_of_its_own() -> None:
    tools = read_tools({"tools": [function("json_response")]})
    tools.answer_with_json({"type": "object", "properties": {"a": {"type": "string"}}})
    names = [each["name"] for each in tools.declarations]
    assert len(set(names)) == 2
    assert tools.json_tool == names[1]


def test_the_added_json_function_is_allowed_where_names_are_listed() -> None:
    choice = {"mode": "auto", "tools": [function("f")]}
    tools = read_tools(
        {
            "tools": [function("f"), function("g")],
            "tool_choice": {"type": "allowed_tools", "allowed_tools": choice},
        }
    )
    tools.answer_with_json({"type": "object", "properties": {"a": {"type": "string"}}})
    assert tools.mode == "ANY"
    assert tools.allowed == ["f", "json_response"]
