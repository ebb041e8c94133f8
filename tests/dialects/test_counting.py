from typing import Any

import orjson
import pytest

from proxy_core.dialects.contract import Renderer, Stamp
from proxy_core.dialects.counting import count_of
from proxy_core.errors import Problem, ProblemKind

REQUEST = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}


def renderer(**told: str) -> Renderer:
    return count_of("mine", "gemini-3.8-flash", REQUEST, **told).renderer(Stamp("f" * 32, 0, str))


def test_the_whole_request_is_counted_and_not_its_contents_alone() -> None:
    parsed = count_of("mine", "gemini-3.8-flash", REQUEST)
    (call,) = parsed.calls
    assert (call.model, call.action) == ("gemini-3.8-flash", "countTokens")
    asked = {"model": "models/gemini-3.8-flash", **REQUEST}
    assert call.body == {"generateContentRequest": asked}
    assert (parsed.model, parsed.stream) == ("mine", False)


@pytest.mark.parametrize(("answer", "tokens"), [({"totalTokens": 7}, 7), ({}, 0)])
def test_the_answer_is_googles_total(answer: Any, tokens: int) -> None:
    fold = renderer(object="count")
    assert fold.chunk(answer) == b""
    assert orjson.loads(fold.whole()) == {"object": "count", "input_tokens": tokens}


def test_a_count_has_no_frames() -> None:
    fold = renderer()
    assert fold.opening() == fold.end() == b""
    assert fold.fail(Problem(ProblemKind.INTERNAL, "x")) == b""
