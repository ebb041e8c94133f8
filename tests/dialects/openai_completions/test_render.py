from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_completions.render import CompletionsRenderer
from proxy_core.dialects.openai_completions.shape import Shape
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import Chunk, JsonObject
from tests.dialects.openai_completions.reassemble import reassemble


def make(shape: Shape) -> CompletionsRenderer:
    return CompletionsRenderer(shape, Stamp("f" * 32, 1_700_000_000, lambda: "x" * 24))


def says(text: str, **fields: Any) -> Chunk:
    content = {"role": "model", "parts": [{"text": text}]}
    return {"candidates": [{"content": content, **fields}]}  # type: ignore[typeddict-item]


PARTS = st.lists(
    st.fixed_dictionaries({}, optional={"text": st.text(max_size=4), "thought": st.booleans()}),
    max_size=3,
)
MEASURED = st.lists(st.text("ab", min_size=1, max_size=2), max_size=2).map(
    lambda tokens: {"chosenCandidates": [{"token": t, "logProbability": -1.0} for t in tokens]}
)
CANDIDATES = st.fixed_dictionaries(
    {"index": st.integers(0, 2)},
    optional={
        "content": st.fixed_dictionaries({"parts": PARTS}),
        "finishReason": st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "NEW"]),
        "logprobsResult": MEASURED,
    },
)
CHUNKS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "candidates": st.lists(CANDIDATES, max_size=2),
        "usageMetadata": st.fixed_dictionaries({"promptTokenCount": st.integers(0, 9)}),
        "promptFeedback": st.just({"blockReason": "SAFETY"}),
    },
)


@given(
    st.lists(st.tuples(CHUNKS, st.integers(0, 1)), max_size=8),
    st.booleans(),
    st.sampled_from([(1, 2, 2), (2, 1, 1), (2, 2, 2), (1, 2, 1)]),
)
def test_a_stream_says_the_same_as_the_whole(
    received: list[tuple[Chunk, int]], echo: bool, counts: tuple[int, int, int]
) -> None:
    prompts, choices, per_call = counts
    calls = prompts * choices // per_call
    common: JsonObject = {
        "model": "m",
        "prompts": prompts,
        "choices": choices,
        "per_call": per_call,
        "echoes": tuple(f"<{index}>" for index in range(prompts)) if echo else (),
    }
    streamed = make(Shape(stream=True, usage_chunk=True, **common))
    whole = make(Shape(**common))
    frames = b""
    for chunk, index in received:
        frames += streamed.chunk(chunk, index % calls)
        assert whole.chunk(chunk, index % calls) == b""
    assert reassemble(frames + streamed.end()) == orjson.loads(whole.whole())


@given(st.lists(st.text(max_size=5), max_size=6), st.data())
def test_any_grouping_of_chunks_gives_the_same_answer(
    texts: list[str], data: st.DataObject
) -> None:
    single = make(Shape("m"))
    for text in texts:
        single.chunk(says(text))
    cut = data.draw(st.integers(0, len(texts)))
    grouped = make(Shape("m"))
    for group in (texts[:cut], texts[cut:]):
        grouped.chunk(says("".join(group)))
    for each in (single, grouped):
        each.chunk(says("", finishReason="STOP"))
    assert orjson.loads(single.whole())["choices"][0]["text"] == "".join(texts)
    said = orjson.loads(grouped.whole())["choices"][0]["text"]
    assert said == "".join(texts)


def test_no_choice_finishes_before_every_call_ended() -> None:
    renderer = make(Shape("m", stream=True, choices=2))
    frames = renderer.chunk(says("A", finishReason="STOP"), 0)
    assert b'"finish_reason":"' not in frames
    assert renderer.end().count(b'"finish_reason":"') == 2


def test_a_failure_inside_a_stream_is_an_error_without_done() -> None:
    frame = make(Shape("m", stream=True)).fail(Problem(ProblemKind.BAD_UPSTREAM, "cut short"))
    assert b'"cut short"' in frame
    assert b"[DONE]" not in frame


def test_candidates_that_nobody_asked_for_are_left_out() -> None:
    renderer = make(Shape("m"))
    renderer.chunk(says("A", index=0))
    renderer.chunk(says("B", index=1, finishReason="STOP"))
    (choice,) = orjson.loads(renderer.whole())["choices"]
    assert choice["text"] == "A"
