from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import ImageGenCompletedEvent, ImagesResponse

from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_images.render import ImagesRenderer, Shape
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.wire import Chunk, JsonObject


def make(images: int = 1, *, as_url: bool = False) -> ImagesRenderer:
    shape = Shape(images, "image_generation", as_url=as_url, size="auto", quality="auto")
    return ImagesRenderer(shape, Stamp("f" * 32, 1_700_000_000, lambda: ""))


def events(frames: bytes) -> list[JsonObject]:
    """A strict fold: the events of a stream, each with its name twice."""
    *blocks, rest = frames.split(b"\n\n")
    assert rest == b""
    found = []
    for block in blocks:
        name, data = block.split(b"\n")
        event = orjson.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + event["type"].encode()
        found.append(event)
    return found


PARTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "inlineData": st.fixed_dictionaries(
                {"mimeType": st.sampled_from(["image/png", "image/jpeg", "audio/wav"])},
                optional={"data": st.sampled_from(["AAAA", "BBBB"])},
            ).map(lambda blob: {"data": "CCCC", **blob}),
            "thought": st.booleans(),
            "text": st.text(max_size=3),
        },
    ),
    max_size=3,
)
CHUNKS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "candidates": st.lists(
            st.fixed_dictionaries({"content": st.fixed_dictionaries({"parts": PARTS})}), max_size=2
        )
    },
    optional={"usageMetadata": st.fixed_dictionaries({"promptTokenCount": st.integers(0, 9)})},
)


@given(st.lists(st.tuples(CHUNKS, st.integers(0, 1)), max_size=5))
def test_a_stream_shows_the_same_as_the_whole(received: list[tuple[Chunk, int]]) -> None:
    whole, stream = make(2), make(2)
    for chunk, call in received:
        assert whole.chunk(chunk, call) == stream.chunk(chunk, call) == b""
    try:
        answer = orjson.loads(whole.whole())
    except Failed:
        with pytest.raises(Failed):
            stream.end()
        return
    ImagesResponse.model_validate(answer)
    told = events(stream.end())
    for event in told:
        ImageGenCompletedEvent.model_validate(event)
    assert [each["b64_json"] for each in told] == [each["b64_json"] for each in answer["data"]]
    spent = sum(each["usage"]["total_tokens"] for each in told)
    assert spent <= answer["usage"]["total_tokens"]


def test_a_failure_inside_a_stream_is_an_error() -> None:
    assert b'"error"' in make().fail(Problem(ProblemKind.BAD_UPSTREAM, "cut short"))


def test_a_refused_picture_is_the_clients_400_with_the_reason() -> None:
    renderer = make()
    renderer.chunk({"candidates": [{"finishReason": "IMAGE_SAFETY"}]})
    with pytest.raises(Failed, match="IMAGE_SAFETY") as caught:
        renderer.whole()
    problem = caught.value.problem
    assert (problem.kind, problem.code) == ("bad_request", "content_policy_violation")
