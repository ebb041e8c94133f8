import itertools
from typing import Any

from proxy_core.dialects.anthropic.content import Content
from proxy_core.dialects.anthropic.events import KeptBlocks
from proxy_core.dialects.anthropic.shape import Shape
from proxy_core.dialects.tools import Tools, Toolset
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.wire import JsonObject

CALL = {"functionCall": {"name": "f", "args": {"a": 1}, "id": "g1"}, "thoughtSignature": "QQ=="}
THOUGHT = {"text": "hm", "thought": True}


def told(
    *parts: JsonObject, memory: SignatureMemory | None = None, **shape: Any
) -> list[JsonObject]:
    """The blocks that these parts come to, each in a chunk of its own."""
    kept = KeptBlocks()
    counter = itertools.count()
    content = Content(
        Shape("m", **shape),
        SignatureMemory() if memory is None else memory,
        lambda: f"{next(counter):024d}",
        kept,
    )
    for part in parts:
        candidate: Any = {"content": {"role": "model", "parts": [part]}}
        content.take(candidate)
    content.end()
    return kept.blocks


def kinds(*parts: JsonObject, **shape: Any) -> list[str]:
    return [block["type"] for block in told(*parts, **shape)]


def test_thoughts_are_shown_only_to_a_client_that_asked() -> None:
    assert kinds(THOUGHT, {"text": "a"}, thinks=True) == ["thinking", "text"]
    assert kinds(THOUGHT, {"text": "a"}) == ["text"]


def test_a_signature_goes_at_the_end_of_the_thoughts_right_before_its_call() -> None:
    thinking, call = told(THOUGHT, THOUGHT, CALL, thinks=True)
    assert thinking == {
        "type": "thinking", "thinking": "hmhm", "signature": "gemini:1:gemini:QQ=="
    }  # fmt: skip
    assert call["input"] == {"a": 1}


def test_without_such_thoughts_it_gets_an_empty_block() -> None:
    assert kinds(CALL, thinks=True) == ["thinking", "tool_use"]
    assert kinds(THOUGHT, {"text": "a"}, CALL, thinks=True) == [
        "thinking", "text", "thinking", "tool_use"
    ]  # fmt: skip


def test_a_client_that_asked_for_no_thinking_gets_no_block_but_it_is_remembered() -> None:
    memory = SignatureMemory()
    (call,) = told(CALL, memory=memory)
    assert memory.recall(call["id"]) == RememberedCall("f", "g1", "QQ==")


def test_only_the_first_of_parallel_calls_is_signed() -> None:
    later = {"functionCall": {"name": "f"}}
    assert kinds(CALL, later, thinks=True) == ["thinking", "tool_use", "tool_use"]


def test_a_signed_text_that_begins_is_signed_before_it() -> None:
    thinking, text = told({"text": "a", "thoughtSignature": "QQ=="}, thinks=True)
    assert thinking["signature"] == "gemini:1:gemini:t:QQ=="
    assert text["text"] == "a"


def test_a_signature_behind_calls_belongs_to_nothing() -> None:
    closing = {"text": "", "thoughtSignature": "QQ=="}
    assert kinds({"functionCall": {"name": "f"}}, closing, thinks=True) == ["tool_use"]
    assert kinds(closing, thinks=True) == []


def test_a_member_of_a_toolset_names_its_family() -> None:
    (call,) = told({"functionCall": {"name": "f"}}, toolsets={"f": "computer"})
    assert call["toolset_name"] == "computer"


def test_input_is_an_object_whatever_the_schema() -> None:
    tools = Tools()
    tools.declare("f", None, {"type": "array", "items": {"type": "integer"}}, "tools[0]")
    wrapped = {"functionCall": {"name": "f", "args": {"value": [1.0]}}}
    (call,) = told(wrapped, tools=tools.toolset())
    assert call["input"] == {"value": [1]}


def test_an_answer_made_by_a_call_is_a_text() -> None:
    answer = {"functionCall": {"name": "json_response", "args": {"a": 1}}}
    (text,) = told(answer, tools=Toolset(json_tool="json_response"))
    assert text == {"type": "text", "text": '{"a":1}'}


def test_parts_that_say_nothing_leave_nothing() -> None:
    assert told({"text": ""}, {"toolCall": {"id": "x"}}, {"text": "", "thought": True}) == []


def test_sources_are_those_of_the_text_that_is_open() -> None:
    kept = KeptBlocks()
    content = Content(Shape("m", searches=True), SignatureMemory(), str, kept)
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 0, "endIndex": 3}, "groundingChunkIndices": [0]}
        ],
    }
    content.take({"content": {"role": "model", "parts": [{"text": "né!"}]}})
    content.take({"groundingMetadata": grounding})
    content.end()
    call, result, text = kept.blocks
    assert (call["type"], result["type"]) == ("server_tool_use", "web_search_tool_result")
    assert [(each["cited_text"], each["url"]) for each in text["citations"]] == [
        ("né", "https://a.example")
    ]


def test_an_answer_ends_before_a_stop_sequence_that_google_does_not_know() -> None:
    (text,) = told({"text": "a E"}, {"text": "ND b"}, THOUGHT, CALL, stops=("END",), thinks=True)
    assert text == {"type": "text", "text": "a "}


def test_what_only_began_like_one_goes_out_before_anything_else() -> None:
    text, call = told({"text": "E"}, CALL, {"text": "N"}, stops=("END",))[:2]
    assert (text["text"], call["type"]) == ("E", "tool_use")
    assert kinds({"text": "EN"}, stops=("END",)) == ["text"]
