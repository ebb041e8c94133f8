from typing import Any

import pytest

from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.asking import asking, refusal, sent

F: JsonObject = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
PARAMETERS: JsonObject = {"parametersJsonSchema": F["input_schema"]}
SEARCH: JsonObject = {"type": "web_search_20250305", "name": "web_search"}


def names(body: JsonObject) -> list[str]:
    tools = sent(body).get("tools", [])
    return [one["name"] for tool in tools for one in tool.get("functionDeclarations", [])]


@pytest.mark.parametrize("type_", [None, "custom"])
def test_a_tool_of_the_clients_own_needs_no_type(type_: str | None) -> None:
    assert names(asking(tools=[{**F, "type": type_}])) == ["f"]


def test_an_unknown_type_with_a_schema_is_a_function() -> None:
    assert names(asking(tools=[{**F, "type": "new_20270101"}])) == ["f"]


def test_an_unknown_type_without_one_is_left_out() -> None:
    assert "tools" not in sent(asking(tools=[{"type": "new_20270101", "name": "n"}]))


@pytest.mark.parametrize(
    ("type_", "google"),
    [
        ("web_search_20260318", "googleSearch"),
        ("web_fetch_20250910", "urlContext"),
        ("code_execution_20250522", "codeExecution"),
    ],
)
def test_google_runs_what_anthropic_runs(type_: str, google: str) -> None:
    assert sent(asking(tools=[{"type": type_, "name": "n"}]))["tools"] == [{google: {}}]


def test_a_tool_of_googles_cannot_be_demanded_but_is_offered() -> None:
    for choice in ({"type": "tool", "name": "web_search"}, {"type": "any"}):
        body = sent(asking(tools=[SEARCH], tool_choice=choice))
        assert body["tools"] == [{"googleSearch": {}}]
        assert "toolConfig" not in body


def test_no_tool_is_not_even_one_of_googles() -> None:
    body = sent(asking(tools=[SEARCH, F], tool_choice={"type": "none"}))
    assert body["tools"] == [{"functionDeclarations": [{"name": "f", **PARAMETERS}]}]


def test_a_strict_tool_leaves_the_models_choice_to_it() -> None:
    strict = [{**F, "strict": True}]
    calling = sent(asking(tools=strict))["toolConfig"]["functionCallingConfig"]
    assert calling == {"mode": "VALIDATED"}
    body = asking(tools=strict, tool_choice={"type": "any"})
    assert sent(body)["toolConfig"]["functionCallingConfig"] == {"mode": "ANY"}


def test_a_member_that_is_switched_off_is_not_offered() -> None:
    tool = {"type": "computer_toolset_20260801", "configs": {"zoom": {"enabled": False}}}
    assert "zoom" not in names(asking(tools=[tool]))
    assert len(names(asking(tools=[tool]))) == 16


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": "f"}, "tools"),
        ({"tools": ["f"]}, "tools[0]"),
        ({"tools": [{}]}, "tools[0].name"),
        ({"tools": [{**F, "type": 7}]}, "tools[0].type"),
        ({"tools": [{**F, "input_schema": []}]}, "tools[0].input_schema"),
        ({"tools": [{**F, "strict": 1}]}, "tools[0].strict"),
        ({"tools": [F, F]}, "tools[1].name"),
        ({"tools": [{"type": "computer_toolset_2", "configs": 1}]}, "tools[0].configs"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"tool_choice": {"type": "odd"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "any"}}, "tool_choice"),
        ({"tools": [F], "tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"tools": [F], "tool_choice": {"type": "tool", "name": "g"}}, "tool_choice.name"),
        (
            {"tools": [F], "tool_choice": {"type": "auto", "disable_parallel_tool_use": 1}},
            "tool_choice.disable_parallel_tool_use",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(fields: dict[str, Any], param: str) -> None:
    assert refusal(asking(**fields)).param == param
