from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.conversation import continues, conversation_key
from proxy_core.gemini.wire import Call

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
TOOLS = [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {}}]}]


def turn(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"text": text}]}


def call(*contents: dict[str, Any], conversation: str | None = None, **body: Any) -> Call:
    whole = {"contents": list(contents), **body}
    return Call("gemini-3.8-flash", "generateContent", whole, conversation=conversation)


def key(*contents: dict[str, Any], **body: Any) -> bytes:
    return conversation_key(call(*contents, **body))


def test_the_next_turn_has_the_same_key() -> None:
    first = key(turn("user", "hello"), tools=TOOLS)
    second = key(turn("user", "hello"), turn("model", "hi"), turn("user", "so"), tools=TOOLS)
    assert first == second
    assert len(first) == 32


def test_another_beginning_system_text_tool_or_model_has_another_key() -> None:
    hello = turn("user", "hello")
    other_model = Call("gemini-3.7-flash", "generateContent", {"contents": [hello]})
    keys = {
        key(hello),
        key(turn("user", "hello!")),
        key(hello, systemInstruction={"parts": [{"text": "be short"}]}),
        key(hello, tools=TOOLS),
        key(hello, tools=[{"googleSearch": {}}]),
        conversation_key(other_model),
    }
    assert len(keys) == 6


def test_both_spellings_have_the_same_key() -> None:
    system = {"parts": [{"text": "be short"}]}
    hello = turn("user", "hello")
    assert key(hello, systemInstruction=system, tools=[*TOOLS, {"googleSearch": {}}]) == key(
        hello,
        system_instruction=system,
        tools=[{"function_declarations": [{"name": "f"}]}, {"google_search": {}}],
    )


def test_the_descriptions_of_tools_do_not_count() -> None:
    hello = turn("user", "hello")
    described = [{"functionDeclarations": [{"name": "f", "description": "now 12:01"}]}]
    assert key(hello, tools=TOOLS) == key(hello, tools=described)


def test_the_clients_own_name_is_the_key() -> None:
    one = call(turn("user", "a"), conversation="thread 1")
    same = call(turn("user", "b"), conversation="thread 1")
    other = call(turn("user", "a"), conversation="thread 2")
    assert conversation_key(one) == conversation_key(same) != conversation_key(other)


def test_the_same_letters_in_other_pieces_have_another_key() -> None:
    def in_pieces(*texts: str) -> bytes:
        return key({"role": "user", "parts": [{"text": text} for text in texts]})

    assert len({in_pieces("ab", "c"), in_pieces("a", "bc"), in_pieces('a","b', "c")}) == 3


def test_an_image_tells_conversations_apart() -> None:
    def with_image(data: str) -> bytes:
        return key({"role": "user", "parts": [{"inlineData": {"data": data}}]})

    assert with_image("A" * 200_000) == with_image("A" * 200_000)
    assert with_image("A" * 200_000) != with_image("A" * 200_000 + "B")
    assert with_image("A" * 200_000) != with_image("A" * 200_004)


def test_a_first_turn_does_not_continue() -> None:
    assert not continues(call(turn("user", "a"), turn("user", "b")))
    assert not continues(call())
    assert not continues(call({"role": []}))


def test_a_model_turn_or_a_tool_result_continues() -> None:
    assert continues(call(turn("user", "a"), turn("model", "b"), turn("user", "c")))
    for spelling in ("functionResponse", "function_response"):
        assert continues(call({"role": "user", "parts": [{spelling: {"name": "f"}}]}))
    assert continues(call({"role": "function", "parts": []}))


def test_deep_nesting_does_no_harm() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert len(key(turn("user", "a"), systemInstruction=deep)) == 32


@given(st.dictionaries(st.sampled_from(["contents", "tools", "systemInstruction"]), JSON))
def test_no_shape_of_a_body_breaks_the_key(body: dict[str, Any]) -> None:
    strange = Call("m", "generateContent", body)
    assert conversation_key(strange) == conversation_key(strange)
    continues(strange)


def test_a_long_answer_is_resumed_where_it_began() -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    whole = Call("gemini-4-argon", "generateContent", body)
    assert not continues(whole)
    for name in ("continuationToken", "continuation_token"):
        assert continues(whole._replace(body={**body, name: "abc"}))


def test_a_key_that_was_told_before_goes_before_the_body_and_after_a_name() -> None:
    first = call(turn("user", "hello"))
    later = call(turn("user", "hello"), systemInstruction={"parts": [{"text": "be short"}]})
    later = later._replace(conversation_key=conversation_key(first))
    assert conversation_key(later) == conversation_key(first)
    named = later._replace(conversation="talk")
    assert conversation_key(named) == conversation_key(first._replace(conversation="talk"))
