"""Which media leaves a request, and that its bytes stay the same."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.inline_media import (
    INLINE_LIMIT_BYTES,
    PIECE_BYTES,
    NotBase64,
    heaviest,
    measure,
    with_files,
)
from proxy_core.gemini.wire import Blob, JsonObject


def blob(characters: int, mime_type: str = "image/png") -> Blob:
    return {"mimeType": mime_type, "data": "A" * characters}


def body_of(*blobs: Blob, **more: Any) -> JsonObject:
    parts = [{"inlineData": one} for one in blobs]
    return {"contents": [{"role": "user", "parts": [{"text": "look"}, *parts]}], **more}


def test_the_largest_go_until_the_rest_fits() -> None:
    small, middle, large = blob(2_000_000), blob(10_000_000), blob(11_000_000)
    body = body_of(small, large, middle)
    assert heaviest(body, INLINE_LIMIT_BYTES + 3_000_000) == (large,)
    assert heaviest(body, INLINE_LIMIT_BYTES + 15_000_000) == (large, middle)


def test_nothing_goes_where_all_of_it_would_not_do() -> None:
    assert heaviest(body_of(blob(1_000)), INLINE_LIMIT_BYTES + 30_000_000) == ()
    assert heaviest({"contents": []}, INLINE_LIMIT_BYTES + 1) == ()


def test_media_without_a_type_stays() -> None:
    untyped: Blob = {"data": "A" * 30_000_000}
    body: JsonObject = {"contents": [{"parts": [{"inlineData": untyped}]}]}
    assert heaviest(body, INLINE_LIMIT_BYTES + 1) == ()


def returned(name: str, *blobs: Blob) -> JsonObject:
    parts = [{"inlineData": one} for one in blobs]
    return {
        "functionResponse": {"name": name, "response": {}, **({"parts": parts} if parts else {})}
    }


def test_files_that_functions_returned_come_after_all_results() -> None:
    large, larger, small = blob(20_000_000), blob(30_000_000), blob(3)
    results = [returned("f", large, small), returned("g", larger), returned("h")]
    after = {"role": "model", "parts": [{"text": "I see."}]}
    body: JsonObject = {"contents": [{"role": "user", "parts": results}, after]}
    assert heaviest(body, INLINE_LIMIT_BYTES + 45_000_000) == (larger, large)
    changed = with_files(body, {id(large): {"fileUri": "a"}, id(larger): {"fileUri": "b"}})
    assert changed["contents"] == [
        {"role": "user", "parts": [returned("f", small), returned("g"), returned("h")]},
        {"role": "user", "parts": [{"fileData": {"fileUri": "a"}}, {"fileData": {"fileUri": "b"}}]},
        after,
    ]
    assert body["contents"][0]["parts"] is results


def test_a_file_stands_where_the_media_stood_and_the_call_is_left_alone() -> None:
    large = blob(30)
    body = body_of(large, blob(3), tools=[])
    body["contents"][0]["parts"][1]["videoMetadata"] = {"fps": 2}
    changed = with_files(body, {id(large): {"fileUri": "https://files/1", "mimeType": "x/y"}})
    assert changed["contents"][0]["parts"] == [
        {"text": "look"},
        {
            "fileData": {"fileUri": "https://files/1", "mimeType": "x/y"},
            "videoMetadata": {"fps": 2},
        },
        {"inlineData": blob(3)},
    ]
    assert changed["tools"] == []
    assert body["contents"][0]["parts"][1]["inlineData"] is large


def test_a_request_whose_tokens_are_counted_is_looked_into() -> None:
    large = blob(30_000_000)
    body = {"generateContentRequest": {"model": "models/m", **body_of(large)}}
    assert heaviest(body, INLINE_LIMIT_BYTES + 1) == (large,)
    inner = with_files(body, {id(large): {"fileUri": "u"}})["generateContentRequest"]
    assert inner["contents"][0]["parts"][1] == {"fileData": {"fileUri": "u"}}
    assert inner["model"] == "models/m"


def test_a_turn_without_parts_is_no_obstacle() -> None:
    body: JsonObject = {"contents": [{"role": "model"}, {"parts": [{"inlineData": blob(9)}]}]}
    assert with_files(body, {}) == body


@given(st.binary(min_size=1, max_size=200))
def test_every_form_of_base64_gives_the_same_bytes(data: bytes) -> None:
    strict = base64.b64encode(data).decode()
    forms = (
        strict,
        strict.rstrip("="),
        base64.urlsafe_b64encode(data).decode(),
        base64.encodebytes(data).decode(),
    )
    for form in forms:
        media = measure({"mimeType": "image/png", "data": form})
        assert (media.sha256, media.size_bytes) == (hashlib.sha256(data).digest(), len(data))
        assert media.read(0, len(data)) == data


@pytest.mark.parametrize("more", [0, 1, 2, 3, 4])
def test_the_pieces_of_an_upload_are_the_whole(more: int) -> None:
    data = bytes(range(251)) * (2 * PIECE_BYTES // 251 + 1)
    data = data[: 2 * PIECE_BYTES + more]
    media = measure({"mimeType": "video/mp4", "data": base64.b64encode(data).decode()})
    pieces = list(media.pieces())
    assert len(pieces) == 2 + (more > 0)
    assert b"".join(media.read(start, end) for start, end in pieces) == data


@pytest.mark.parametrize("data", ["*AAA", "AAAAA", "AA==AA**", "naïve"])
def test_what_is_no_base64_is_said_so(data: str) -> None:
    with pytest.raises(NotBase64):
        measure({"mimeType": "image/png", "data": data})
