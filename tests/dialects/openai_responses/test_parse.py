import contextlib
import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.dialects.contract import ParseContext, ParsedRequest, Stamp
from proxy_core.dialects.openai_responses import OpenAIResponses
from proxy_core.dialects.openai_responses.sealed import seal
from proxy_core.dialects.openai_responses.store import Kept, Origin, ResponseStore
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import BadRequest, Problem, ProblemKind
from proxy_core.gemini.conversation import conversation_key
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_responses"
REQUESTS = [orjson.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*/request.json"))]
MODEL = "gemini-3.8-flash"


def context(store: ResponseStore | None = None) -> ParseContext:
    return ParseContext(SignatureMemory(), SHIPPED_FAMILIES, responses=store)


def parse(body: Any, store: ResponseStore | None = None) -> ParsedRequest:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    raw = raw.replace(f'"{DEEP}"'.encode(), b"[" * 300 + b"]" * 300)
    return OpenAIResponses().parse(raw, context(store))


def refusal(body: Any) -> Problem:
    with pytest.raises(BadRequest) as caught:
        parse(body, ResponseStore(lambda: 0.0))
    return caught.value.problem


def asking(**fields: Any) -> JsonObject:
    return {"model": MODEL, "input": "Hi", **fields}


def saying(*items: Any) -> JsonObject:
    return asking(input=list(items))


def showing(part: Any) -> JsonObject:
    return saying({"role": "user", "content": [part]})


def offering(tool: Any) -> JsonObject:
    return asking(tools=[tool])


def choosing(choice: Any) -> JsonObject:
    return asking(tools=[{"type": "function", "name": "f"}], tool_choice=choice)


DEEP = "too deep to be written down here"
PICTURE = "input[0].content[0].image_url"
WRONG: list[tuple[JsonObject, str | None]] = [
    ({"input": "Hi"}, "model"),
    (asking(model=7), "model"),
    (asking(model="gemini-3.8-flash-tts"), "model"),
    (asking(input=None), "input"),
    (asking(input=[]), "input"),
    (asking(input=7), "input"),
    (asking(input=["Hi"]), "input[0]"),
    (asking(instructions=7), "instructions"),
    (asking(background=True), "background"),
    (asking(conversation="conv_1"), "conversation"),
    (asking(prompt={"id": "pmpt_1"}), "prompt"),
    (asking(previous_response_id="resp_gone"), "previous_response_id"),
    (asking(previous_response_id=7), "previous_response_id"),
    (asking(store=1), "store"),
    (asking(stream="yes"), "stream"),
    (asking(include=7), "include"),
    (asking(metadata=7), "metadata"),
    (asking(metadata={"a": DEEP}), None),
    (asking(temperature=3), "temperature"),
    (asking(top_p="x"), "top_p"),
    (asking(max_output_tokens=0), "max_output_tokens"),
    (asking(service_tier=1), "service_tier"),
    (asking(prompt_cache_key=1), "prompt_cache_key"),
    (asking(reasoning="high"), "reasoning"),
    (asking(reasoning={"effort": "huge"}), "reasoning.effort"),
    (asking(reasoning={"summary": "long"}), "reasoning.summary"),
    (asking(text="x"), "text"),
    (asking(text={"format": {"type": "xml"}}), "text.format.type"),
    (asking(text={"format": {"type": "json_schema"}}), "text.format.schema"),
    (asking(tools={}), "tools"),
    (offering({"name": "f"}), "tools[0].type"),
    (offering({"type": "function"}), "tools[0].name"),
    (offering({"type": "function", "name": "f", "parameters": 1}), "tools[0].parameters"),
    (offering({"type": "custom", "name": "f", "format": 1}), "tools[0].format"),
    (offering({"type": "namespace", "tools": []}), "tools[0].name"),
    (
        offering({"type": "namespace", "name": "n", "tools": [{"type": "function"}]}),
        "tools[0].tools[0].name",
    ),
    (asking(tools=[{"type": "function", "name": "f"}] * 2), "tools[1].name"),
    (asking(parallel_tool_calls="x"), "parallel_tool_calls"),
    (asking(tool_choice="required"), "tool_choice"),
    (choosing("maybe"), "tool_choice"),
    (choosing(7), "tool_choice"),
    (choosing({}), "tool_choice.type"),
    (choosing({"type": "function"}), "tool_choice.name"),
    (choosing({"type": "function", "name": "g"}), "tool_choice.name"),
    (choosing({"type": "allowed_tools", "mode": "x"}), "tool_choice.mode"),
    (
        choosing({"type": "allowed_tools", "tools": [{"type": "function", "name": "g"}]}),
        "tool_choice.tools[0].name",
    ),
    (saying({}), "input[0].type"),
    (saying({"type": 7}), "input[0].type"),
    (saying({"type": "message"}), "input[0].role"),
    (saying({"role": "robot", "content": "Hi"}), "input[0].role"),
    (saying({"role": "user"}), "input[0].content"),
    (saying({"role": "user", "content": ["Hi"]}), "input[0].content[0]"),
    (
        saying({"role": "system", "content": [{"type": "input_file", "file_id": "files/a"}]}),
        "input[0].content",
    ),
    (showing({"type": "video"}), "input[0].content[0].type"),
    (showing({"type": "input_text", "text": 1}), "input[0].content[0].text"),
    (showing({"type": "input_image"}), PICTURE),
    *(
        (showing({"type": "input_image", "image_url": url}), PICTURE)
        for url in ("file:///etc/passwd", "/etc/passwd", "data:image/png;base64", "http://[x/a")
    ),
    (showing({"type": "input_image", "file_id": "file-abc"}), "input[0].content[0].file_id"),
    (showing({"type": "input_file"}), "input[0].content[0].file_data"),
    (
        showing({"type": "input_file", "file_data": "AA=="}),
        "input[0].content[0].file_data",
    ),
    (showing({"type": "input_file", "file_url": "/etc/passwd"}), "input[0].content[0].file_url"),
    (showing({"type": "input_audio"}), "input[0].content[0].input_audio"),
    (saying({"type": "item_reference"}), "input[0].id"),
    (saying({"type": "item_reference", "id": "msg_x_0"}), "input[0].id"),
    (saying({"id": "nothing"}), "input[0].id"),
    (saying({"type": "function_call", "name": "f"}), "input[0].call_id"),
    (saying({"type": "function_call", "call_id": "c"}), "input[0].name"),
    (
        saying({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{"}),
        "input[0].arguments",
    ),
    (
        saying({"type": "custom_tool_call", "call_id": "c", "name": "f", "input": 1}),
        "input[0].input",
    ),
    (saying({"type": "local_shell_call"}), "input[0].id"),
    (saying({"type": "shell_call", "call_id": "c"}), "input[0].action"),
    (saying({"type": "apply_patch_call", "call_id": "c"}), "input[0].operation"),
    (saying({"type": "function_call_output", "output": "x"}), "input[0].call_id"),
    (saying({"type": "function_call_output", "call_id": "c", "output": "x"}), "input[0].call_id"),
    (saying({"type": "function_call_output", "call_id": "c", "output": 7}), "input[0].output"),
    (
        saying({"type": "shell_call_output", "call_id": "c", "output": [DEEP]}),
        "input[0].output",
    ),
    (saying({"type": "reasoning", "encrypted_content": 7}), "input[0].encrypted_content"),
]


@pytest.mark.parametrize(("body", "param"), WRONG)
def test_a_mistake_is_told_with_its_place(body: JsonObject, param: str | None) -> None:
    problem = refusal(body)
    assert problem.param == param
    assert problem.message


def test_what_is_no_object_is_refused() -> None:
    for raw in (b"", b"[]", b"7", b"{", b"\xff"):
        assert refusal(raw).kind is ProblemKind.BAD_REQUEST


def test_a_previous_response_that_is_gone_has_a_code_of_its_own() -> None:
    problem = refusal(asking(previous_response_id="resp_gone"))
    assert problem.code == "previous_response_not_found"
    assert "resp_gone" in problem.message


def test_an_unsupported_field_is_told_to_be_so() -> None:
    assert refusal(asking(background=True)).code == "unsupported_parameter"


def kept(number: int, previous: Kept | None = None) -> Kept:
    request = orjson.dumps({"input": f"question {number}"})
    said = {"role": "assistant", "content": f"answer {number}", "id": f"msg_{number}_0"}
    response = orjson.dumps({"output": [{"type": "message", **said}]})
    return Kept(f"resp_{number}", Origin(request, previous), response)


def test_a_kept_conversation_goes_on_with_all_of_it() -> None:
    store = ResponseStore(lambda: 0.0)
    first = kept(1)
    second = kept(2, first)
    for each in (first, second):
        store.put(each)
    call = parse(asking(previous_response_id="resp_2"), store).calls[0]
    texts = [content["parts"][0]["text"] for content in call.body["contents"]]
    assert texts == ["question 1", "answer 1", "question 2", "answer 2", "Hi"]


def asked_and_answered(body: JsonObject, store: ResponseStore) -> tuple[str, bytes]:
    """The id of the answer, and what its conversation is known by."""
    key = conversation_key(parse(body, store).calls[0])
    id_: str = answer_to(body, store)["id"]
    return id_, key


@pytest.mark.parametrize("named", [{}, {"prompt_cache_key": "k"}], ids=["unnamed", "named"])
def test_a_chain_of_responses_is_one_conversation_whatever_its_requests_say(
    named: JsonObject,
) -> None:
    store = ResponseStore(lambda: 0.0)
    tools = [{"type": "function", "name": "f"}]
    id_, first = asked_and_answered(asking(instructions="Be brief.", tools=tools, **named), store)
    for later in ({}, {"instructions": "Be wordy.", "store": False}, {"tools": [*tools]}):
        body = asking(previous_response_id=id_, **later)
        assert conversation_key(parse(body, store).calls[0]) == first
    id_, second = asked_and_answered(asking(previous_response_id=id_), store)
    assert second == first


def test_a_chain_of_responses_can_be_given_another_name() -> None:
    store = ResponseStore(lambda: 0.0)
    id_, first = asked_and_answered(asking(), store)
    other = asking(previous_response_id=id_, prompt_cache_key="other")
    id_, second = asked_and_answered(other, store)
    assert second != first
    assert asked_and_answered(asking(previous_response_id=id_), store)[1] == second


def test_the_beginning_of_a_chain_is_known_as_a_client_that_sends_all_of_it_is() -> None:
    kept_key, other_key = (
        conversation_key(parse(asking(store=store), ResponseStore(lambda: 0.0)).calls[0])
        for store in (True, False)
    )
    assert kept_key == other_key


def test_nothing_need_be_added_to_a_kept_conversation() -> None:
    store = ResponseStore(lambda: 0.0)
    store.put(kept(1))
    assert parse({"model": MODEL, "previous_response_id": "resp_1"}, store).calls


def answer_to(body: JsonObject, store: ResponseStore) -> JsonObject:
    renderer = parse(body, store).renderer(Stamp("f" * 32, 0, lambda: "0" * 24))
    renderer.chunk({"candidates": [{"finishReason": "STOP"}]})
    told: JsonObject = orjson.loads(renderer.whole())
    return told


@pytest.mark.parametrize(("wanted", "count"), [(None, 1), (True, 1), (False, 0)])
def test_an_answer_is_kept_unless_the_client_forbids_it(wanted: bool | None, count: int) -> None:
    store = ResponseStore(lambda: 0.0)
    told = answer_to(asking() if wanted is None else asking(store=wanted), store)
    assert len(store) == count
    assert told["store"] is bool(count)


def test_a_parse_keeps_nothing_by_itself() -> None:
    store = ResponseStore(lambda: 0.0)
    parse(asking(), store)
    assert len(store) == 0


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False), st.text()
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(REQUESTS), st.data())
def test_any_change_to_a_good_request_is_understood_or_refused(
    request_body: JsonObject, data: st.DataObject
) -> None:
    body = copy.deepcopy(request_body)
    where: Any = body
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(where[key], dict | list) or not where[key] or data.draw(st.booleans()):
            break
        where = where[key]
    where[key] = data.draw(anything)
    with contextlib.suppress(BadRequest):
        renderer = parse(body).renderer(Stamp("f" * 32, 0, lambda: "0" * 24))
        orjson.loads(renderer.whole())


@given(st.binary(max_size=64) | anything.map(lambda value: repr(value).encode()))
def test_any_bytes_raise_only_bad_request(raw: bytes) -> None:
    with contextlib.suppress(BadRequest):
        parse(raw)


@given(st.text() | st.binary().map(lambda raw: seal({"call_1": raw.hex()})[:-3]))
def test_any_encrypted_content_is_taken(content: str) -> None:
    parse(saying({"type": "reasoning", "summary": [], "encrypted_content": content}))
