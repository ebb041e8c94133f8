import itertools
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.anthropic.events import PING
from proxy_core.dialects.anthropic.render import MessageRenderer
from proxy_core.dialects.anthropic.shape import Shape
from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.tools import Toolset
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Chunk, JsonObject
from tests.dialects.anthropic.reassemble import events, reassemble
from tests.dialects.said import FORMS


def make(shape: Shape) -> MessageRenderer:
    counter = itertools.count()
    stamp = Stamp("f" * 32, 1_700_000_000, lambda: f"{next(counter):024d}")
    return MessageRenderer(shape, stamp, SignatureMemory())


def says(*parts: JsonObject, **fields: Any) -> Chunk:
    content: JsonObject = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, **fields}]}  # type: ignore[typeddict-item]


TEXTS = st.text(max_size=6)
SIGNED = st.sampled_from([{}, {"thoughtSignature": "QQ=="}, {"thoughtSignature": "Qg=="}])
PARTS: st.SearchStrategy[JsonObject] = st.one_of(
    st.fixed_dictionaries({"text": TEXTS}),
    st.fixed_dictionaries({"text": TEXTS, "thought": st.just(True)}),
    st.builds(lambda text, signed: {"text": text, **signed}, TEXTS, SIGNED),
    st.builds(
        lambda name, args, signed: {"functionCall": {"name": name, **args}, **signed},
        st.sampled_from(["f", "left_click", "json_response", "unknown"]),
        st.sampled_from([{}, {"args": None}, {"args": {"n": 1.0}}, {"id": "g1"}]),
        SIGNED,
    ),
    st.just({"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}),
    st.just({"executableCode": {"language": "PYTHON", "code": "1"}}),
    st.just({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}),
    st.just({"toolCall": {"id": "x"}}),
)
GROUNDING: JsonObject = {
    "webSearchQueries": ["q"],
    "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}, {"maps": {}}],
    "groundingSupports": [
        {"segment": {"startIndex": 1, "endIndex": 5}, "groundingChunkIndices": [0, 1, 7]},
        {"groundingChunkIndices": [0]},
    ],
}
CANDIDATES: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(0, 1),
        "content": st.fixed_dictionaries({}, optional={"parts": st.lists(PARTS, max_size=4)}),
        "finishReason": st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "NEW_REASON"]),
        "groundingMetadata": st.just(GROUNDING),
    },
)
COUNTS = (
    *("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount"),
    *("cachedContentTokenCount", "toolUsePromptTokenCount"),
)
USAGES = st.fixed_dictionaries({}, optional=dict.fromkeys(COUNTS, st.integers(0, 9)))
CHUNKS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "candidates": st.lists(CANDIDATES, max_size=2),
        "usageMetadata": USAGES,
        "promptFeedback": st.sampled_from([{}, {"blockReason": "SAFETY"}]),
    },
)
SHAPES: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {
        "thinks": st.booleans(),
        "searches": st.booleans(),
        "stops": st.sampled_from([(), ("ab",), ("a", "0")]),
        "toolsets": st.just({"left_click": "computer"}),
        "tools": st.builds(
            Toolset,
            json_tool=st.sampled_from([None, "json_response"]),
            parallel=st.booleans(),
        ),
    }
)


def whole(chunks: list[Chunk], **shape: Any) -> JsonObject:
    renderer = make(Shape("m", **shape))
    for chunk in chunks:
        assert renderer.chunk(chunk) == b""
    found: JsonObject = orjson.loads(renderer.whole())
    return found


def streamed(chunks: list[Chunk], **shape: Any) -> bytes:
    renderer = make(Shape("m", stream=True, **shape))
    return b"".join(map(renderer.chunk, chunks)) + renderer.end()


comparable = FORMS["anthropic"].settle


@given(st.lists(CHUNKS, max_size=8), SHAPES)
def test_a_stream_says_the_same_as_the_whole(chunks: list[Chunk], shape: JsonObject) -> None:
    told = reassemble(streamed(chunks, **shape))
    assert comparable(told) == comparable(whole(chunks, **shape))


@given(st.lists(PARTS, min_size=1, max_size=8), st.data(), SHAPES)
def test_it_is_all_the_same_how_parts_come_in_chunks(
    parts: list[JsonObject], data: st.DataObject, shape: JsonObject
) -> None:
    cut = data.draw(st.integers(0, len(parts)))
    apart = whole([says(*parts[:cut]), says(*parts[cut:])], **shape)
    assert apart == whole([says(*parts)], **shape)


def test_what_goes_out_before_the_first_chunk_is_not_repeated() -> None:
    renderer = make(Shape("m", stream=True))
    frames = renderer.opening() + renderer.keep_alive
    frames += renderer.chunk(says({"text": "a"}, finishReason="STOP")) + renderer.end()
    assert [event["type"] for event in events(frames)][:3] == [
        "message_start", "ping", "content_block_start"
    ]  # fmt: skip
    assert reassemble(frames)["content"] == [{"type": "text", "text": "a"}]


def test_a_start_knows_the_prompt_and_the_end_counts_all() -> None:
    chunk = says({"text": "a"}, finishReason="STOP")
    chunk["usageMetadata"] = {"promptTokenCount": 7, "candidatesTokenCount": 3}
    start, *_, delta, _stop = events(streamed([chunk]))
    assert start["message"]["usage"]["input_tokens"] == 7
    assert delta["usage"]["output_tokens"] == 3


def test_silence_is_filled_with_pings() -> None:
    assert make(Shape("m", stream=True)).keep_alive == PING


def test_no_stop_reason_goes_out_before_the_end() -> None:
    renderer = make(Shape("m", stream=True))
    frames = renderer.chunk(says({"text": "a"}, finishReason="STOP"))
    assert b'stop_reason":"' not in frames
    assert renderer.end().count(b'"stop_reason":"end_turn"') == 1


def test_a_late_failure_is_told_as_an_event() -> None:
    (event,) = (
        orjson.loads(frame.split(b"data: ")[1])
        for frame in make(Shape("m", stream=True))
        .fail(Problem(ProblemKind.OVERLOADED, "Google is busy."))
        .split(b"\n\n")
        if frame.startswith(b"event: error\n")
    )
    assert event["error"] == {"type": "overloaded_error", "message": "Google is busy."}


def test_an_answer_that_the_model_broke_off_does_not_look_complete() -> None:
    chunk = says({"text": "I look."}, finishReason="MALFORMED_FUNCTION_CALL")
    with pytest.raises(Failed):
        streamed([chunk])
    with pytest.raises(Failed):
        whole([chunk])


def test_an_answer_without_one_chunk_is_still_complete() -> None:
    assert reassemble(streamed([]))["content"] == []


def test_a_stop_sequence_that_we_found_is_named() -> None:
    chunks = [says({"text": "a b"}, finishReason="MAX_TOKENS")]
    message = reassemble(streamed(chunks, stops=("b",)))
    assert (message["stop_reason"], message["stop_sequence"]) == ("stop_sequence", "b")


def test_a_blocked_prompt_is_a_refusal_that_says_why() -> None:
    message = whole([{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}])
    assert message["stop_reason"] == "refusal"
    assert message["stop_details"]["explanation"].endswith("PROHIBITED_CONTENT")
