from typing import Any

import pytest

from proxy_core.dialects.openai_responses.history import Placed
from proxy_core.dialects.openai_responses.tools import (
    LOCAL_SHELL,
    SHELL,
    ResponsesTools,
    read_tools,
)
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.wire import JsonObject

NEW = SHIPPED_FAMILIES.of("gemini-3.8-flash")
F: JsonObject = {"type": "function", "name": "f"}


def config(*tools: JsonObject, **more: Any) -> Any:
    told = read_tools({"tools": list(tools), **more}).to_gemini(NEW)
    return told.get("toolConfig", {}).get("functionCallingConfig")


def names(*tools: JsonObject) -> list[str]:
    return [each["name"] for each in read_tools({"tools": list(tools)}).declarations]


def test_a_request_without_tools_says_nothing_of_them() -> None:
    assert read_tools({}).to_gemini(NEW) == {}


@pytest.mark.parametrize(
    "kind", ["web_search", "web_search_preview", "web_search_2025_08_26", "web_search_preview_x"]
)
def test_every_web_search_is_googles(kind: str) -> None:
    assert read_tools({"tools": [{"type": kind}]}).to_gemini(NEW)["tools"] == [{"googleSearch": {}}]


def test_a_code_interpreter_is_googles() -> None:
    told = read_tools({"tools": [{"type": "code_interpreter", "container": "c"}]}).to_gemini(NEW)
    assert told["tools"] == [{"codeExecution": {}}]


def test_shells_do_not_collide_with_functions_of_their_names() -> None:
    function = {"type": "function", "name": "local_shell"}
    first, second, third = names(function, {"type": "local_shell"}, {"type": "shell"})
    assert first == "local_shell"
    assert second.startswith("local_shell_")
    assert third == "shell_command"


def test_a_namespace_gives_its_functions_its_name() -> None:
    member = {"type": "custom", "name": "g"}
    odd = {"type": "odd", "name": "h"}
    tools = read_tools({"tools": [{"type": "namespace", "name": "n", "tools": [F, member, odd]}]})
    assert tools.namespaces == {"n  f": ("n", "f"), "n  g": ("n", "g")}
    assert tools.custom == {"n  g"}
    assert [each["name"] for each in tools.declarations] == ["n__f", "n__g"]


def test_names_that_are_alike_once_flattened_stay_apart() -> None:
    first = {"type": "namespace", "name": "a", "tools": [{"type": "function", "name": "b__f"}]}
    second = {"type": "namespace", "name": "a__b", "tools": [F]}
    told = names({"type": "function", "name": "a__b__f"}, first, second)
    assert told[0] == "a__b__f"
    assert len(set(told)) == 3


def loading(*tools: JsonObject, **more: Any) -> ResponsesTools:
    """What a request offers whose conversation brings these tools, beside its own function f."""
    item: JsonObject = {"type": "additional_tools", "role": "developer", "tools": list(tools)}
    return read_tools({"tools": [F], **more}, [Placed(item, "additional_tools", "input[0]")])


def test_an_item_brings_tools() -> None:
    namespace = {"type": "namespace", "name": "n", "tools": [F]}
    tools = loading({"type": "function", "name": "g"}, namespace, {"type": "web_search"})
    assert [each["name"] for each in tools.declarations] == ["f", "g", "n__f"]
    assert tools.searches


def test_a_tool_that_is_known_already_is_brought_in_vain() -> None:
    shell = {"type": "shell"}
    tools = loading({**F, "description": "another"}, shell, shell)
    assert [each["name"] for each in tools.declarations] == ["f", "shell_command"]
    assert "description" not in tools.declarations[0]


def test_a_tool_that_an_item_brings_can_be_demanded() -> None:
    choice = {"type": "function", "name": "g"}
    tools = loading({"type": "function", "name": "g"}, tool_choice=choice)
    assert (tools.mode, tools.allowed) == ("ANY", ["g"])


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("none", []),
        ({"type": "allowed_tools", "tools": [F]}, []),
        ({"type": "allowed_tools", "tools": [F, {"type": "web_search"}]}, ["googleSearch"]),
        ({"type": "allowed_tools", "tools": [{"type": "code_interpreter"}]}, ["codeExecution"]),
        ("auto", ["googleSearch", "codeExecution"]),
    ],
)
def test_a_choice_holds_for_googles_own_tools_too(choice: Any, expected: list[str]) -> None:
    hosted = [{"type": "web_search_preview"}, {"type": "code_interpreter"}]
    assert read_tools({"tools": [F, *hosted], "tool_choice": choice}).built_in == expected


def test_both_forms_of_a_grammar_are_told_in_words() -> None:
    grammar = {"syntax": "regex", "definition": "a+"}
    for form in ({"type": "grammar", **grammar}, {"type": "grammar", "grammar": grammar}):
        (told,) = read_tools(
            {"tools": [{"type": "custom", "name": "f", "format": form}]}
        ).declarations
        assert told["description"] == "The input must follow this regex grammar:\na+"


def test_a_strict_function_is_held_to_its_schema() -> None:
    assert config({**F, "strict": True}) == {"mode": "VALIDATED"}
    assert config({**F, "strict": True}, tool_choice="none") == {"mode": "NONE"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ("auto", None),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ({"type": "function", "name": "f"}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        (
            {"type": "function", "name": "f", "namespace": "n"},
            {"mode": "ANY", "allowedFunctionNames": ["n__f"]},
        ),
        ({"type": "shell"}, {"mode": "ANY", "allowedFunctionNames": ["shell_command"]}),
        ({"type": "local_shell"}, None),
        ({"type": "apply_patch"}, None),
        ({"type": "mcp", "server_label": "s"}, None),
        ({"type": "programmatic_tool_calling"}, None),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [F, {"type": "shell"}]},
            {"mode": "ANY", "allowedFunctionNames": ["f", "shell_command"]},
        ),
        (
            {"type": "allowed_tools", "tools": [F]},
            {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
        ),
        ({"type": "allowed_tools", "mode": "auto", "tools": []}, {"mode": "NONE"}),
    ],
)
def test_every_form_of_a_choice(choice: Any, expected: Any) -> None:
    namespace = {"type": "namespace", "name": "n", "tools": [F]}
    assert config(F, {"type": "shell"}, namespace, tool_choice=choice) == expected


def test_a_call_of_googles_own_tools_cannot_be_demanded() -> None:
    assert config({"type": "web_search"}, tool_choice="required") is None


def test_the_names_of_shells_are_no_clients_names() -> None:
    assert " " in LOCAL_SHELL
    assert " " in SHELL
