from typing import Any

import pytest

from proxy_core.dialects.anthropic.tool_changes import tools_at_the_end
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.asking import asking, refusal, sent

F: JsonObject = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
G: JsonObject = {**F, "name": "g"}


def adds(definition: JsonObject) -> JsonObject:
    return {
        "type": "tool_addition",
        "tool": {"type": "tool_definition", "definition": definition},
    }


def changes(kind: str, name: str) -> JsonObject:
    return {"type": kind, "tool": {"type": "tool_reference", "name": name}}


def changed(*blocks: Any, tools: Any = (F,), role: str = "system") -> JsonObject:
    said = {"role": "user", "content": "Hi"}
    return asking(tools=list(tools), messages=[said, {"role": role, "content": list(blocks)}])


def names(body: JsonObject) -> list[str]:
    return [entry["name"] for entry, _ in tools_at_the_end(body)]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([adds(G)], ["f", "g"]),
        ([changes("tool_removal", "f")], []),
        ([changes("tool_removal", "unknown")], ["f"]),
        ([changes("tool_addition", "unknown")], ["f"]),
        ([changes("tool_removal", "f"), adds(G), changes("tool_addition", "f")], ["g", "f"]),
        ([adds(G), changes("tool_removal", "g")], ["f"]),
    ],
)
def test_the_tools_at_the_end_of_the_conversation_are_offered(
    blocks: list[Any], expected: list[str]
) -> None:
    assert names(changed(*blocks)) == expected


def test_a_tool_that_is_added_takes_the_place_of_its_namesake() -> None:
    newer = {**F, "description": "newer"}
    assert tools_at_the_end(changed(adds(newer))) == [
        (newer, "messages[1].content[0].tool.definition")
    ]


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_a_change_says_nothing_to_the_model(role: str) -> None:
    body = sent(changed(adds({**G, "input_schema": {"type": "object", "title": "G"}}), role=role))
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}]}]
    assert "systemInstruction" not in body


@pytest.mark.parametrize(
    ("block", "param"),
    [
        ({"type": "tool_addition"}, "messages[1].content[0].tool"),
        (
            {"type": "tool_addition", "tool": {"definition": 1}},
            "messages[1].content[0].tool.definition",
        ),
        (adds({"name": 1, "input_schema": {}}), "messages[1].content[0].tool.definition.name"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(block: Any, param: str) -> None:
    assert refusal(changed(block)).param == param


@pytest.mark.parametrize("messages", [None, "Hi", ["Hi"], [{"content": ["Hi"]}], [{}]])
def test_odd_messages_are_left_to_those_who_read_them(messages: Any) -> None:
    assert names({"tools": [F], "messages": messages}) == ["f"]
