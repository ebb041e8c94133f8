import pytest

from proxy_core.dialects.openai_chat.parts import text_parts, user_parts
from proxy_core.gemini.wire import JsonObject, Part
from tests.fakes.families import family

NEW = family("gemini-3.8-flash")


def image(url: str, **more: str) -> Part:
    entry: JsonObject = {"type": "image_url", "image_url": {"url": url, **more}}
    return user_parts([entry], "content", NEW)[0]


@pytest.mark.parametrize(
    ("url", "mime_type"),
    [
        ("https://x.example/a.PNG", "image/png"),
        ("https://x.example/a.b/c.jpeg?d=e.gif#f.gif", "image/jpeg"),
        ("http://x.example/clip.mp4", "video/mp4"),
        ("https://x.example/render", "image/jpeg"),
        ("https://x.example/v1beta/files/abc", None),
    ],
)
def test_the_type_of_a_url_is_guessed_from_its_path(url: str, mime_type: str | None) -> None:
    part = image(url)
    assert part["fileData"]["fileUri"] == url
    assert part["fileData"].get("mimeType") == mime_type


def test_a_data_url_goes_inline_as_it_stands() -> None:
    part = image("data:image/png;base64,iVBORw0K")
    assert part == {"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}


def test_a_data_url_without_base64_is_encoded() -> None:
    part = image("data:image/svg+xml;charset=utf-8,%3Csvg%2F%3E")
    assert part == {"inlineData": {"mimeType": "image/svg+xml", "data": "PHN2Zy8+"}}


def test_escaped_base64_is_unescaped() -> None:
    assert image("data:image/png;base64,AA%3D%3D")["inlineData"]["data"] == "AA=="


def test_a_picture_as_a_bare_string_is_taken_too() -> None:
    entry = {"type": "image_url", "image_url": "gs://bucket/a.webp"}
    (part,) = user_parts([entry], "content", NEW)
    assert part == {"fileData": {"fileUri": "gs://bucket/a.webp", "mimeType": "image/webp"}}


def test_an_unknown_detail_is_left_to_google() -> None:
    assert "mediaResolution" not in image("https://x.example/a.png", detail="medium")


def test_empty_texts_are_left_out() -> None:
    assert text_parts([{"type": "text", "text": ""}, {"type": "text", "text": "a"}], "c") == ["a"]
    assert user_parts([{"type": "text", "text": ""}], "c", NEW) == []
