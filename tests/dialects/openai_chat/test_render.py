import base64
import itertools
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_chat.render import ChatRenderer
from proxy_core.dialects.openai_chat.shape import Shape
from proxy_core.dialects.tools import Toolset
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from proxy_core.gemini.wire import Chunk, JsonObject
from tests.dialects.openai_chat.reassemble import events, reassemble

PCM = "audio/L16;codec=pcm;rate=24000"


def make(shape: Shape, memory: SignatureMemory | None = None) -> ChatRenderer:
    counter = itertools.count()
    stamp = Stamp("f" * 32, 1_700_000_000, lambda: f"{next(counter):024d}")
    return ChatRenderer(shape, stamp, SignatureMemory() if memory is None else memory)


def says(*parts: JsonObject, **fields: Any) -> Chunk:
    content: JsonObject = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, **fields}]}  # type: ignore[typeddict-item]


TEXTS = st.text(max_size=6)
PARTS: st.SearchStrategy[JsonObject] = st.one_of(
    st.fixed_dictionaries({"text": TEXTS}),
    st.fixed_dictionaries({"text": TEXTS, "thought": st.just(True)}),
    st.fixed_dictionaries({"text": TEXTS, "thoughtSignature": st.sampled_from(["QQ==", "Qg=="])}),
    st.builds(
        lambda name, args, signature: {"functionCall": {"name": name, **args}, **signature},
        st.sampled_from(["f", "patch", "json_response", "unknown"]),
        st.sampled_from([{}, {"args": None}, {"args": {"input": "x", "n": 1.0}}, {"id": "g1"}]),
        st.sampled_from([{}, {"thoughtSignature": "Qw=="}]),
    ),
    st.binary(max_size=5).map(
        lambda data: {"inlineData": {"mimeType": PCM, "data": base64.b64encode(data).decode()}}
    ),
    st.just({"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}),
    st.just({"executableCode": {"language": "PYTHON", "code": "1"}}),
    st.just({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}),
    st.just({"toolCall": {"id": "x"}}),
)
GROUNDING: JsonObject = {
    "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}, {"maps": {}}],
    "groundingSupports": [
        {"segment": {"startIndex": 1, "endIndex": 5}, "groundingChunkIndices": [0, 1, 7]},
        {"groundingChunkIndices": [0]},
    ],
}
LOGPROBS: JsonObject = {"chosenCandidates": [{"token": "é", "logProbability": -1.0}]}
FINISHES = st.sampled_from(
    ["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "NEW_REASON", "MALFORMED_FUNCTION_CALL"]
)
CANDIDATES: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        "index": st.integers(0, 3),
        "content": st.fixed_dictionaries({}, optional={"parts": st.lists(PARTS, max_size=4)}),
        "finishReason": FINISHES,
        "groundingMetadata": st.just(GROUNDING),
        "logprobsResult": st.just(LOGPROBS),
    },
)
USAGES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"),
        st.integers(0, 9),
    ),
)
CHUNKS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "candidates": st.lists(CANDIDATES, max_size=2),
        "usageMetadata": USAGES,
        "promptFeedback": st.sampled_from([{}, {"blockReason": "SAFETY"}]),
    },
)
TOOLSETS = st.builds(
    Toolset,
    custom=st.sampled_from([frozenset[str](), frozenset({"patch"})]),
    json_tool=st.sampled_from([None, "json_response"]),
    parallel=st.booleans(),
    legacy=st.booleans(),
)
TAGS = st.sampled_from([None, ("<think>", "</think>")])


def normal(answer: JsonObject) -> JsonObject:
    """Without what a stream cannot tell: that the content was null rather than empty."""
    for choice in answer["choices"]:
        message = choice["message"]
        message["content"] = message["content"] or None
        message.setdefault("refusal", None)
        if "audio" in message:
            message["audio"]["data"] = base64.b64decode(message["audio"]["data"], validate=True)
    return {key: answer[key] for key in ("id", "created", "model", "choices", "usage")}


@given(
    received=st.lists(st.tuples(CHUNKS, st.integers(0, 1)), max_size=8),
    tools=TOOLSETS,
    tags=TAGS,
    searches=st.booleans(),
    choices=st.integers(1, 3),
    one_call_each=st.booleans(),
)
def test_a_stream_says_the_same_as_the_whole(
    received: list[tuple[Chunk, int]], tools: Toolset, **shape: Any
) -> None:
    common = {"model": "m", "tools": tools, **shape}
    streamed = make(Shape(stream=True, usage_chunk=True, **common))
    frames = b"".join(streamed.chunk(chunk, index) for chunk, index in received)
    whole = make(Shape(**common))
    for chunk, index in received:
        assert whole.chunk(chunk, index) == b""
    told = reassemble(frames + streamed.end())
    assert normal(told) == normal(orjson.loads(whole.whole()))


def test_no_choice_finishes_before_every_call_ended() -> None:
    renderer = make(Shape("m", stream=True, choices=2))
    frames = renderer.chunk(says({"text": "A"}, finishReason="STOP"), 0)
    frames += renderer.chunk(says({"text": "B"}, finishReason="STOP"), 1)
    assert b'"finish_reason":"' not in frames
    assert renderer.end().count(b'"finish_reason":"stop"') == 2


def test_all_roles_go_out_in_order_with_the_first_chunk() -> None:
    renderer = make(Shape("m", stream=True, choices=3))
    frames = renderer.chunk(says({"text": "B"}), 1) + renderer.end()
    roles = [event["choices"][0]["index"] for event in events(frames)[:3]]
    assert roles == [0, 1, 2]


def test_a_stream_without_include_usage_has_no_chunk_without_choices() -> None:
    renderer = make(Shape("m", stream=True))
    frames = renderer.chunk({"usageMetadata": {"promptTokenCount": 1}}) + renderer.end()
    assert all(event["choices"] for event in events(frames))


def test_a_failure_inside_a_stream_is_told_without_done() -> None:
    renderer = make(Shape("m", stream=True))
    renderer.chunk(says({"text": "A"}))
    frame = renderer.fail(Problem(ProblemKind.BAD_UPSTREAM, "cut short"))
    assert frame.startswith(b'data: {"error":{"message":"cut short","type":"server_error"')
    assert frame.endswith(b"\n\n")
    assert b"[DONE]" not in frame


def test_calls_are_remembered_by_the_id_that_the_client_got() -> None:
    memory = SignatureMemory()
    renderer = make(Shape("m"), memory)
    call = {"functionCall": {"name": "f", "args": {}, "id": "g1"}, "thoughtSignature": "QQ=="}
    renderer.chunk(says(call, {"functionCall": {"name": "f"}}))
    first, second = orjson.loads(renderer.whole())["choices"][0]["message"]["tool_calls"]
    assert memory.recall(first["id"]) == RememberedCall("f", "g1", "QQ==")
    assert memory.recall(second["id"]) == RememberedCall("f", None, None)
    assert len(first["id"]) == len("call_") + 24


def test_a_call_that_is_dropped_is_not_remembered() -> None:
    memory = SignatureMemory()
    renderer = make(Shape("m", tools=Toolset(parallel=False)), memory)
    renderer.chunk(says(*[{"functionCall": {"name": "f"}}] * 3))
    assert len(memory) == 1


def test_a_candidate_that_was_not_asked_for_is_left_out() -> None:
    renderer = make(Shape("m"))
    renderer.chunk({"candidates": [{"index": 5, "content": {"parts": [{"text": "?"}]}}]})
    assert len(orjson.loads(renderer.whole())["choices"]) == 1


def test_thought_pictures_are_not_answers() -> None:
    renderer = make(Shape("m"))
    picture = {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thought": True}
    renderer.chunk(says(picture, finishReason="STOP"))
    assert "images" not in orjson.loads(renderer.whole())["choices"][0]["message"]


@pytest.mark.parametrize("searches", [True, False])
def test_a_stream_keeps_its_text_only_for_citations(searches: bool) -> None:
    renderer = make(Shape("m", stream=True, searches=searches))
    renderer.chunk(says({"text": "long text"}))
    assert bool(renderer._choices[0]._content) is searches
