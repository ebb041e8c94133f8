import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_embeddings import OpenAIEmbeddings
from proxy_core.errors import BadRequest, Problem
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject
from tests.dialects.mutated import mutated, requests_of
from tests.fakes.families import SHIPPED_FAMILIES


def parse(body: Any) -> ParsedRequest:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES)
    return OpenAIEmbeddings().parse(orjson.dumps(body), context)


def refusal(body: Any) -> Problem:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    return caught.value.problem


def asking(**fields: Any) -> JsonObject:
    return {"model": "gemini-embedding-2", "input": "Hi", **fields}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "Hi"}, "model"),
        (asking(model="gemini-3.8-flash"), "model"),
        ({"model": "gemini-embedding-2"}, "input"),
        (asking(input=""), "input"),
        (asking(input=[]), "input"),
        (asking(input=["a", ""]), "input"),
        (asking(input=[1, 2]), "input"),
        (asking(input=[[1], [2]]), "input"),
        (asking(input=["a", 1]), "input"),
        (asking(input=["a"] * 2_049), "input"),
        (asking(dimensions=0), "dimensions"),
        (asking(dimensions="8"), "dimensions"),
        (asking(encoding_format="hex"), "encoding_format"),
        (asking(google={"task_type": "ODD"}), "google.task_type"),
    ],
)
def test_a_wrong_field_is_named(body: JsonObject, param: str) -> None:
    assert refusal(body).param == param


def test_tokens_are_refused_with_the_reason() -> None:
    assert "OpenAI's" in refusal(asking(input=[[1, 2]])).message


def test_many_texts_are_cut_into_calls_of_a_hundred() -> None:
    calls = parse(asking(input=["a"] * 2_048)).calls
    assert [len(call.body["requests"]) for call in calls] == [100] * 20 + [48]


def test_nothing_is_streamed() -> None:
    assert not parse(asking(stream=True)).stream


@settings(max_examples=300, deadline=None)
@given(mutated(requests_of("openai_embeddings")))
def test_whatever_a_body_holds_only_a_bad_request_is_raised(body: Any) -> None:
    with contextlib.suppress(BadRequest):
        for call in parse(body).calls:
            orjson.dumps(call.body)
