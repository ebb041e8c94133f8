import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_speech import OpenAISpeech
from proxy_core.errors import BadRequest
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject
from tests.dialects.mutated import mutated, requests_of
from tests.fakes.families import SHIPPED_FAMILIES


def parse(body: Any) -> ParsedRequest:
    return OpenAISpeech().parse(
        orjson.dumps(body), ParseContext(SignatureMemory(), SHIPPED_FAMILIES)
    )


def asking(**fields: Any) -> JsonObject:
    return {"model": "tts-1", "input": "Hi", "voice": "alloy", **fields}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (asking(model=None), "model"),
        (asking(model="gemini-3.8-flash"), "model"),
        (asking(input=""), "input"),
        (asking(voice=None), "voice"),
        (asking(voice={"id": "voice_1"}), "voice"),
        (asking(instructions=1), "instructions"),
        (asking(response_format="midi"), "response_format"),
        (asking(response_format="opus"), "response_format"),
        (asking(response_format="aac"), "response_format"),
        (asking(response_format="flac"), "response_format"),
        (asking(response_format="wav", stream_format="sse"), "response_format"),
        (asking(stream_format="chunks"), "stream_format"),
        (asking(speed=5), "speed"),
        (asking(speed=0.1), "speed"),
    ],
)
def test_a_wrong_field_is_named(body: JsonObject, param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse(body)
    assert caught.value.problem.param == param


def test_a_format_that_cannot_be_made_is_refused_with_those_that_can() -> None:
    with pytest.raises(BadRequest, match="mp3, wav, pcm are"):
        parse(asking(response_format="opus"))


def test_only_a_wav_file_waits_for_its_end() -> None:
    assert not parse(asking(response_format="wav")).stream
    assert parse(asking(response_format="pcm")).stream
    assert parse(asking()).stream


@settings(max_examples=300, deadline=None)
@given(mutated(requests_of("openai_speech")))
def test_whatever_a_body_holds_only_a_bad_request_is_raised(body: Any) -> None:
    with contextlib.suppress(BadRequest):
        for call in parse(body).calls:
            orjson.dumps(call.body)
