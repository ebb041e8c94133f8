import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_completions import OpenAICompletions
from proxy_core.errors import BadRequest, Problem
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject
from tests.dialects.mutated import mutated, requests_of
from tests.fakes.families import SHIPPED_FAMILIES

REQUESTS = requests_of("openai_completions")


def parse(body: Any) -> ParsedRequest:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return OpenAICompletions().parse(raw, ParseContext(SignatureMemory(), SHIPPED_FAMILIES))


def refusal(body: Any) -> Problem:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    return caught.value.problem


def asking(**fields: Any) -> JsonObject:
    return {"model": "gemini-3.8-flash", "prompt": "Hi", **fields}


WRONG: list[tuple[JsonObject, str]] = [
    ({"prompt": "Hi"}, "model"),
    ({"model": "gemini-3.8-flash"}, "prompt"),
    (asking(prompt=""), "prompt"),
    (asking(prompt=[]), "prompt"),
    (asking(prompt=["a", ""]), "prompt"),
    (asking(prompt=[1, 2]), "prompt"),
    (asking(prompt=[[1], [2]]), "prompt"),
    (asking(prompt={"a": 1}), "prompt"),
    (asking(n=0), "n"),
    (asking(n=9), "n"),
    (asking(prompt=["a"] * 33, n=2), "n"),
    (asking(best_of=1, n=2), "best_of"),
    (asking(best_of=21), "best_of"),
    (asking(max_tokens=0), "max_tokens"),
    (asking(temperature=3), "temperature"),
    (asking(logprobs=6), "logprobs"),
    (asking(logprobs=True), "logprobs"),
    (asking(stop=[1]), "stop"),
    (asking(stop=list("abcdef")), "stop"),
    (asking(suffix=1), "suffix"),
    (asking(echo="yes"), "echo"),
    (asking(stream=1), "stream"),
    (asking(stream_options=[]), "stream_options"),
    (asking(stream_options={"include_usage": 1}), "stream_options.include_usage"),
    (asking(reasoning_effort="extreme"), "reasoning_effort"),
    (asking(extra_body={"google": {"cached_content": 1}}), "extra_body.google.cached_content"),
]


@pytest.mark.parametrize(("body", "param"), WRONG)
def test_a_wrong_field_is_named(body: JsonObject, param: str) -> None:
    assert refusal(body).param == param


def test_tokens_are_refused_with_the_reason() -> None:
    assert "OpenAI's" in refusal(asking(prompt=[1, 2])).message


def test_the_most_completions_that_are_taken() -> None:
    assert len(parse(asking(prompt=["a"] * 64)).calls) == 64


def test_an_empty_model_name_is_not_found() -> None:
    assert refusal(asking(model="a b")).kind == "model_not_found"


@settings(max_examples=400, deadline=None)
@given(mutated(REQUESTS))
def test_whatever_a_body_holds_only_a_bad_request_is_raised(body: Any) -> None:
    with contextlib.suppress(BadRequest):
        for call in parse(body).calls:
            orjson.dumps(call.body)


@settings(max_examples=200)
@given(st.binary(max_size=40), st.sampled_from(REQUESTS), st.integers(0, 80))
def test_whatever_bytes_come_only_a_bad_request_is_raised(
    junk: bytes, body: JsonObject, place: int
) -> None:
    raw = orjson.dumps(body)
    with contextlib.suppress(BadRequest):
        parse(raw[:place] + junk + raw[place:])
