from typing import Any

import pytest

from proxy_core.dialects.openai_responses.content import read_content, read_texts
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import Part

NEW = SHIPPED_FAMILIES.of("gemini-3.8-flash")
OLD = SHIPPED_FAMILIES.of("gemini-2.5-flash")


def one(**entry: Any) -> Part:
    (part,) = read_content([entry], "content", NEW)
    return part


def test_every_kind_of_text_is_text() -> None:
    for kind in ("input_text", "output_text", "text"):
        assert one(type=kind, text="Hi") == {"text": "Hi"}
    assert one(type="refusal", refusal="No.") == {"text": "No."}
    assert read_content("Hi", "content", NEW) == [{"text": "Hi"}]


def test_empty_texts_are_left_out() -> None:
    assert read_content("", "content", NEW) == []
    assert read_content([{"type": "input_text", "text": ""}], "content", NEW) == []


def test_a_part_without_a_type_is_a_text_or_refused() -> None:
    assert read_content([{"text": "Hi"}], "content", NEW) == [{"text": "Hi"}]
    with pytest.raises(BadRequest, match=r"content\[0\]\.type"):
        read_content([{"rows": [1]}], "content", NEW)


def test_detail_is_a_resolution_where_the_family_knows_it() -> None:
    entry = {"type": "input_image", "image_url": "https://x.example/a.png", "detail": "high"}
    assert one(**entry)["mediaResolution"] == {"level": "MEDIA_RESOLUTION_HIGH"}
    assert "mediaResolution" not in read_content([entry], "content", OLD)[0]


@pytest.mark.parametrize(
    ("url", "name", "mime_type"),
    [
        ("https://x.example/a.csv?x=b.pdf", None, "text/csv"),
        ("https://x.example/report", None, "application/pdf"),
        ("https://x.example/report", "a.txt", "text/plain"),
        ("https://x.example/v1beta/files/abc", None, None),
        ("gs://bucket/a.mp3", None, "audio/mp3"),
        ("https://x.example/show.html?of=b", "b.txt", "text/plain"),
    ],
)
def test_the_type_of_a_file_by_address_is_guessed(
    url: str, name: str | None, mime_type: str | None
) -> None:
    found = one(type="input_file", file_url=url, filename=name)["fileData"]
    assert found["fileUri"] == url
    assert found.get("mimeType") == mime_type


def test_a_file_of_google_goes_by_its_address() -> None:
    uri = "https://generativelanguage.googleapis.com/v1beta/files/abc"
    assert one(type="input_file", file_id="files/abc")["fileData"]["fileUri"] == uri
    assert one(type="input_image", file_id="files/abc")["fileData"]["fileUri"] == uri


def test_system_texts_hold_nothing_else() -> None:
    assert read_texts("Hi", "content", NEW) == [{"text": "Hi"}]
    with pytest.raises(BadRequest):
        read_texts([{"type": "input_file", "file_id": "files/a"}], "content", NEW)
