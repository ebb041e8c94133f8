import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_transcriptions import OpenAITranscriptions, OpenAITranslations
from proxy_core.errors import BadRequest, Problem
from proxy_core.gemini.signatures import SignatureMemory
from tests.fakes import forms
from tests.fakes.families import SHIPPED_FAMILIES

WAV = ("a.wav", "audio/wav", b"RIFF0000WAVE")


def parse_bytes(body: bytes, content_type: str = forms.CONTENT_TYPE) -> ParsedRequest:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, form=content_type)
    return OpenAITranscriptions().parse(body, context)


def parse(file: Any = WAV, **fields: Any) -> ParsedRequest:
    files = {} if file is None else {"file": file}
    return parse_bytes(forms.form({"model": "whisper-1", **fields}, files))


def refusal(file: Any = WAV, **fields: Any) -> Problem:
    with pytest.raises(BadRequest) as caught:
        parse(file, **fields)
    return caught.value.problem


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"file": None}, "file"),
        ({"file": ("a.wav", "audio/wav", b"")}, "file"),
        ({"file": ("a.txt", "text/plain", b"Hi")}, "file"),
        ({"file": [WAV, WAV]}, "file"),
        ({"response_format": "docx"}, "response_format"),
        ({"response_format": "srt"}, "response_format"),
        ({"response_format": "vtt"}, "response_format"),
        ({"response_format": "verbose_json"}, "response_format"),
        ({"response_format": "diarized_json"}, "response_format"),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": "2"}, "temperature"),
        ({"stream": "yes"}, "stream"),
        ({"prompt": ["a", "b"]}, "prompt"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    assert refusal(**fields).param == param


def test_formats_with_times_are_refused_with_the_reason() -> None:
    assert "guesses" in refusal(response_format="srt").message


def test_a_body_that_is_no_form_is_refused() -> None:
    with pytest.raises(BadRequest, match="multipart"):
        parse_bytes(b"{}", "")


def test_a_translation_asks_for_english() -> None:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES, form=forms.CONTENT_TYPE)
    parsed = OpenAITranslations().parse(forms.form({"model": "whisper-1"}, {"file": WAV}), context)
    assert "English" in str(parsed.calls[0].body)


FIELDS = st.dictionaries(
    st.sampled_from(
        ["model", "language", "prompt", "response_format", "stream", "temperature", "include[]"]
    ),
    st.text(max_size=6) | st.sampled_from(["json", "text", "true", "0", "whisper-1"]),
)


@settings(max_examples=300, deadline=None)
@given(FIELDS, st.binary(max_size=16), st.text("a./w", max_size=6))
def test_whatever_a_form_holds_only_a_bad_request_is_raised(
    fields: dict[str, str], data: bytes, name: str
) -> None:
    with contextlib.suppress(BadRequest):
        body = forms.form(fields, {"file": (name, "", data)})
        orjson.dumps(parse_bytes(body).calls[0].body)
