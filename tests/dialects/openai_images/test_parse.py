import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.openai_images import OpenAIImageEdits, OpenAIImages
from proxy_core.errors import BadRequest
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import JsonObject
from tests.dialects.mutated import mutated, requests_of
from tests.fakes import forms
from tests.fakes.families import SHIPPED_FAMILIES

PNG = ("a.png", "image/png", b"\x89PNG\r\n\x1a\n")


def generate(body: Any) -> ParsedRequest:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES)
    return OpenAIImages().parse(orjson.dumps(body), context)


def edit(body: Any, files: Any = None) -> ParsedRequest:
    """files: the body is a form with them."""
    kind = "" if files is None else forms.CONTENT_TYPE
    raw = orjson.dumps(body) if files is None else forms.form(body, files)
    return OpenAIImageEdits().parse(
        raw, ParseContext(SignatureMemory(), SHIPPED_FAMILIES, form=kind)
    )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"model": "gemini-3.8-flash"}, "model"),
        ({"n": 11}, "n"),
        ({"n": 0}, "n"),
        ({"size": "huge"}, "size"),
        ({"quality": "best"}, "quality"),
        ({"response_format": "png"}, "response_format"),
        ({"stream": "yes"}, "stream"),
    ],
)
def test_a_wrong_field_is_named(fields: JsonObject, param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        generate({"prompt": "A fox", **fields})
    assert caught.value.problem.param == param


@pytest.mark.parametrize(
    ("fields", "files", "param"),
    [
        ({"prompt": "x"}, {}, "image"),
        ({"prompt": "x"}, {"image": ("a.txt", "text/plain", b"Hi")}, "image"),
        ({"prompt": "x"}, {"image": ("a.png", "image/png", b"")}, "image"),
        ({"prompt": "x"}, {"image": PNG, "mask": PNG}, "mask"),
        ({"prompt": "x"}, {"image": [PNG] * 17}, "image"),
        ({}, {"image": PNG}, "prompt"),
        ({"prompt": "x", "n": "many"}, {"image": PNG}, "n"),
        ({"prompt": "x"}, None, "image"),
        ({"prompt": "x", "image": "a.png"}, None, "image"),
        ({"prompt": "x", "images": [{"image_url": "/etc/passwd"}]}, None, "images[0].image_url"),
        ({"prompt": "x", "images": [{"file_id": "file-1"}]}, None, "images[0].file_id"),
        ({"prompt": "x", "images": [{}]}, None, "images[0].image_url"),
        ({"prompt": "x", "image": "https://e.example/a.png", "mask": {}}, None, "mask"),
    ],
)
def test_a_wrong_field_of_an_edit_is_named(fields: JsonObject, files: Any, param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        edit(fields, files)
    assert caught.value.problem.param == param


def test_a_stream_may_be_asked_for_in_a_form() -> None:
    assert edit({"prompt": "x", "stream": "true"}, {"image": PNG}).stream


@settings(max_examples=300, deadline=None)
@given(mutated(requests_of("openai_images") + requests_of("openai_image_edits")))
def test_whatever_a_body_holds_only_a_bad_request_is_raised(body: Any) -> None:
    for parse in (generate, edit):
        with contextlib.suppress(BadRequest):
            for call in parse(body).calls:
                orjson.dumps(call.body)
