from typing import Any

import pytest

from proxy_core.gemini.signatures import DUMMY_SIGNATURE, RememberedCall
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.asking import (
    asking,
    context,
    parse,
    recalling,
    refusal,
    saying,
    sent,
)

USER = {"role": "user", "content": "Hi"}
CALL: JsonObject = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}


def call(id_: str) -> JsonObject:
    return {**CALL, "id": id_}


def thinking(signature: str) -> JsonObject:
    return {"type": "thinking", "thinking": "hm", "signature": signature}


def results(*ids: str) -> JsonObject:
    content = [{"type": "tool_result", "tool_use_id": id_, "content": id_} for id_ in ids]
    return {"role": "user", "content": content}


def step(*blocks: Any) -> list[JsonObject]:
    """The parts of the model's turn."""
    contents = sent(saying(USER, {"role": "assistant", "content": list(blocks)}))["contents"]
    parts: list[JsonObject] = contents[1]["parts"]
    return parts


def test_thoughts_are_never_said_again() -> None:
    body = sent(saying(USER, {"role": "assistant", "content": [thinking("x")]}, USER))
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}, {"text": "Hi"}]}]


def test_the_nearest_signature_before_a_call_is_its_own() -> None:
    first, second = step(
        thinking("gemini:1:gemini:QQ=="),
        thinking("gemini:1:gemini:Qg=="),
        call("t1"),
        call("t2"),
    )
    assert first["thoughtSignature"] == "Qg=="
    assert "thoughtSignature" not in second


def test_a_signature_waits_for_its_call_behind_a_text() -> None:
    said, called = step(
        thinking("gemini:1:gemini:QQ=="), {"type": "text", "text": "I look."}, call("t1")
    )
    assert "thoughtSignature" not in said
    assert called["thoughtSignature"] == "QQ=="


def test_the_signature_of_a_text_is_no_calls() -> None:
    (called,) = step(thinking("gemini:1:gemini:t:QQ=="), call("t1"))
    assert called["thoughtSignature"] == DUMMY_SIGNATURE


def test_the_signature_of_a_text_waits_for_it_behind_a_search() -> None:
    found = {"type": "web_search_result", "title": "A", "url": "https://a.example"}
    result = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [found]}
    text = {"type": "text", "text": "a"}
    parts = step(thinking("gemini:1:gemini:t:QQ=="), result, text)
    assert [part.get("thoughtSignature") for part in parts] == [None, "QQ=="]


def test_the_clients_signature_goes_before_the_remembered_one() -> None:
    given = context()
    given.memory.remember("t1", RememberedCall("f", "g1", "TUVN"))
    for blocks, signature in (
        ([thinking("gemini:1:gemini:QQ=="), CALL], "QQ=="),
        ([thinking("from another model"), CALL], "TUVN"),
        ([CALL], "TUVN"),
    ):
        body = saying(USER, {"role": "assistant", "content": blocks}, results("t1"))
        part = parse(body, given).calls[0].body["contents"][1]["parts"][0]
        assert part["thoughtSignature"] == signature
        assert part["functionCall"]["id"] == "g1"


def test_words_beside_results_stay_in_their_turn_and_behind_them() -> None:
    answer = results("t1")
    answer["content"].insert(0, {"type": "text", "text": "Here."})
    contents = sent(saying(USER, {"role": "assistant", "content": [CALL]}, answer))["contents"]
    assert [sorted(part) for part in contents[-1]["parts"]] == [["functionResponse"], ["text"]]


def test_calls_in_neighbouring_messages_are_one_step() -> None:
    turns = [{"role": "assistant", "content": [call(id_)]} for id_ in ("t1", "t2")]
    contents = sent(saying(USER, *turns, results("t2"), results("t1")))["contents"]
    answers = [part["functionResponse"]["response"] for part in contents[-1]["parts"]]
    assert answers == [{"output": "t1"}, {"output": "t2"}]


@pytest.mark.parametrize(
    ("system", "parts"),
    [
        ("", None),
        ("x-anthropic-billing-header: cc_version=2; cch=36ee5;", None),
        ("x-anthropic-billing-header: cch=36ee5;\n\nBe brief.", ["Be brief."]),
        ("Say x-anthropic-billing-header: no.", ["Say x-anthropic-billing-header: no."]),
        ([{"type": "text", "text": "A"}, {"type": "text", "text": "B"}], ["A", "B"]),
    ],
)
def test_the_system_prompt_is_sent_without_what_changes_each_time(
    system: Any, parts: list[str] | None
) -> None:
    found = sent(asking(system=system)).get("systemInstruction")
    assert (found and [part["text"] for part in found["parts"]]) == parts


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (asking(messages=None), "messages"),
        (asking(messages=[]), "messages"),
        (asking(messages="Hi"), "messages"),
        (asking(messages=["Hi"]), "messages[0]"),
        (saying({"content": "Hi"}), "messages[0].role"),
        (saying({"role": "tool", "content": "Hi"}), "messages[0].role"),
        (asking(system=7), "system"),
        (asking(system=[{"type": "image"}]), "system[0].type"),
        (saying({"role": "system", "content": [{"type": "image"}]}), "messages[0].content[0].type"),
        (saying(results("t9")), "messages[0].content[0].tool_use_id"),
        (recalling({"type": "tool_use", "name": "f"}), "messages[0].content[0].id"),
        (recalling({"type": "tool_use", "id": "t"}), "messages[0].content[0].name"),
        (recalling({**CALL, "input": "x"}), "messages[0].content[0].input"),
        (recalling({**CALL, "input": []}), "messages[0].content[0].input"),
        (recalling({"type": "thinking", "signature": 7}), "messages[0].content[0].signature"),
        (recalling({"type": "redacted_thinking", "data": 7}), "messages[0].content[0].data"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(body: JsonObject, param: str) -> None:
    assert str(refusal(body).param).startswith(param)


def test_input_that_is_nested_too_deeply_is_refused() -> None:
    deep: JsonObject = {}
    for _ in range(150):
        deep = {"a": deep}
    assert refusal(recalling({**CALL, "input": deep})).param == "messages[0].content[0].input"
