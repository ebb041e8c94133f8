import orjson
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.openai_chat.messages import read_messages
from proxy_core.dialects.tools import Tools
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject
from proxy_core.simulator.catalogue import CATALOGUE
from proxy_core.simulator.rules import check_request
from tests.fakes.families import SHIPPED_FAMILIES, family


def read(*messages: JsonObject, model: str = "gemini-3.8-flash") -> JsonObject:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, ("<think>", "</think>"))
    return read_messages({"messages": list(messages)}, family(model), Tools(), context)


def call(id_: str, arguments: str = "{}") -> JsonObject:
    return {"id": id_, "type": "function", "function": {"name": "f", "arguments": arguments}}


def result(id_: str, content: str) -> JsonObject:
    return {"role": "tool", "tool_call_id": id_, "content": content}


IDS = st.sampled_from(["a", "b", "c"])
MESSAGES = st.one_of(
    st.sampled_from(["system", "user", "assistant"]).map(
        lambda role: {"role": role, "content": role}
    ),
    st.builds(
        lambda ids, content: {
            "role": "assistant",
            "content": content,
            "tool_calls": [call(id_) for id_ in ids],
        },
        st.lists(IDS, min_size=1, max_size=3),
        st.sampled_from([None, "", "text"]),
    ),
)


@given(st.lists(MESSAGES, min_size=1, max_size=8), st.data())
def test_any_order_of_messages_becomes_turns_that_a_strict_google_takes(
    messages: list[JsonObject], data: st.DataObject
) -> None:
    calls = [each["id"] for message in messages for each in message.get("tool_calls", ())]
    answered = data.draw(st.lists(st.sampled_from(calls), unique=True)) if calls else []
    for id_ in answered:
        place = data.draw(st.integers(0, len(messages)))
        messages = [*messages[:place], result(id_, f"of {id_}"), *messages[place:]]
    for model in ("gemini-3.8-flash", "gemini-3.1-pro-preview", "gemini-2.5-flash"):
        check_request(read(*messages, model=model), CATALOGUE[model], project="p")


def test_an_id_used_again_belongs_to_each_step_in_turn() -> None:
    step = {"role": "assistant", "tool_calls": [call("a")]}
    contents = read(step, result("a", "one"), step, result("a", "two"))["contents"]
    responses = [
        part["functionResponse"]["response"]["output"]
        for content in contents
        for part in content["parts"]
        if "functionResponse" in part
    ]
    assert responses == ["one", "two"]


def test_arguments_that_some_clients_forget_to_encode_are_taken() -> None:
    entry = {"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}
    contents = read({"role": "assistant", "tool_calls": [entry]})["contents"]
    assert contents[1]["parts"][0]["functionCall"]["args"] == {"x": 1}


def test_the_callers_own_messages_are_not_changed() -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": "A"}]}] * 2
    before = orjson.dumps(messages)
    read(*messages)
    assert orjson.dumps(messages) == before


def test_results_that_hold_a_reference_go_as_text() -> None:
    payload = '{"a":{"$ref":"#/b"}}'
    contents = read({"role": "assistant", "tool_calls": [call("a")]}, result("a", payload))
    response = contents["contents"][-1]["parts"][0]["functionResponse"]["response"]
    assert response == {"output": payload}


def test_thoughts_between_tags_are_dropped_from_the_front_of_an_answer_only() -> None:
    contents = read(
        {"role": "user", "content": "<think>mine</think>"},
        {"role": "assistant", "content": "<think>a</think>b <think>c</think>"},
        {"role": "user", "content": "x"},
    )["contents"]
    texts = [part["text"] for content in contents for part in content["parts"]]
    assert texts == ["<think>mine</think>", "b <think>c</think>", "x"]
