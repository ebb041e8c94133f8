import base64
import math
import struct

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.openai_embeddings.render import EmbeddingsRenderer, Shape, unit
from proxy_core.errors import Failed
from proxy_core.gemini.wire import JsonObject

FLOATS = st.floats(-1e6, 1e6, width=32, allow_subnormal=False)
VECTORS = st.lists(FLOATS, min_size=1, max_size=8)


def answer(shape: Shape, *answers: tuple[int, list[list[float]]]) -> JsonObject:
    renderer = EmbeddingsRenderer(shape)
    for call, vectors in answers:
        chunk: JsonObject = {"embeddings": [{"values": vector} for vector in vectors]}
        renderer.chunk(chunk, call)  # type: ignore[arg-type]
    found: JsonObject = orjson.loads(renderer.whole())
    return found


@given(st.lists(VECTORS, min_size=1, max_size=4))
def test_base64_says_the_same_as_plain_numbers(vectors: list[list[float]]) -> None:
    plain = answer(Shape("m", base64=False, normalise=False, counts=(len(vectors),)), (0, vectors))
    packed = answer(Shape("m", base64=True, normalise=False, counts=(len(vectors),)), (0, vectors))
    for one, other in zip(plain["data"], packed["data"], strict=True):
        data = base64.b64decode(other["embedding"])
        assert list(struct.unpack(f"<{len(data) // 4}f", data)) == one["embedding"]


def test_calls_may_answer_in_any_order() -> None:
    found = answer(
        Shape("m", base64=False, normalise=False, counts=(2, 1)), (1, [[3.0]]), (0, [[1.0], [2.0]])
    )
    assert [each["embedding"] for each in found["data"]] == [[1], [2], [3]]
    assert [each["index"] for each in found["data"]] == [0, 1, 2]


@given(VECTORS)
def test_a_vector_is_brought_to_length_1(vector: list[float]) -> None:
    length = math.hypot(*unit(vector))
    assert length == pytest.approx(1) or not math.hypot(*vector)


@pytest.mark.parametrize(
    "answers",
    [
        (),
        ((0, []),),
        ((0, [[1.0], []]), (1, [[1.0]])),
        ((0, [[1.0]]), (1, [[1.0]])),
        ((0, [[1.0]]), (1, [[1.0], [1.0]])),
        ((0, [[1.0], [1.0], [1.0]]), (1, [[1.0]])),
    ],
)
def test_an_answer_with_a_vector_missing_or_too_many_is_a_failure(
    answers: tuple[tuple[int, list[list[float]]], ...],
) -> None:
    with pytest.raises(Failed, match="one embedding for each text"):
        answer(Shape("m", base64=True, normalise=True, counts=(2, 1)), *answers)
