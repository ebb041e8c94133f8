from typing import Any

import pytest

from proxy_core.dialects.anthropic import blocks
from proxy_core.errors import BadRequest
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic.asking import refusal, saying, showing

DATA: JsonObject = {"type": "base64", "media_type": "image/png", "data": "iVBORw0K"}


def image(**source: Any) -> JsonObject:
    return {"type": "image", "source": source}


def document(**source: Any) -> JsonObject:
    return {"type": "document", "source": source}


def result(**fields: Any) -> JsonObject:
    return {"type": "tool_result", "tool_use_id": "t", **fields}


def test_a_string_is_one_text() -> None:
    assert blocks.entries("a", "x") == [("x", {"type": "text", "text": "a"})]
    assert blocks.entries(None, "x") == []


def test_a_block_without_a_type_is_a_text_or_refused() -> None:
    assert blocks.parts({"text": "a"}, "x") == [{"text": "a"}]
    assert blocks.parts({"type": None, "text": None}, "x") == []
    with pytest.raises(BadRequest, match=r"x\.type"):
        blocks.parts({"rows": [1]}, "x")


def test_a_picture_is_sent_as_it_stands_or_fetched_by_google() -> None:
    assert blocks.parts(image(**DATA), "x") == [
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}
    ]
    (named,) = blocks.parts(image(type="url", url="https://a.example/b"), "x")
    assert named["fileData"] == {"fileUri": "https://a.example/b", "mimeType": "image/jpeg"}


def test_a_type_is_called_as_gemini_calls_it() -> None:
    (part,) = blocks.parts(image(**{**DATA, "media_type": "image/jpg"}), "x")
    assert part["inlineData"]["mimeType"] == "image/jpeg"


def test_of_a_gif_the_model_is_told_since_gemini_takes_none() -> None:
    for source in (
        {**DATA, "media_type": "image/gif"},
        {"type": "url", "url": "https://a.example/b.gif"},
    ):
        (part,) = blocks.parts(image(**source), "x")
        assert part["text"].startswith("[A GIF was left out")


def test_a_documents_address_is_taken_for_a_pdf() -> None:
    (named,) = blocks.parts(document(type="url", url="https://a.example/b"), "x")
    assert named["fileData"]["mimeType"] == "application/pdf"


@pytest.mark.parametrize(
    ("fields", "response"),
    [
        ({}, {"output": ""}),
        ({"content": "a"}, {"output": "a"}),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
         {"output": "a\nb"}),
        ({"content": "a", "is_error": True}, {"error": "a"}),
        ({"content": '{"a": 1}', "is_error": False}, {"output": '{"a": 1}'}),
    ],
)  # fmt: skip
def test_a_result_is_an_output_or_an_error(fields: JsonObject, response: JsonObject) -> None:
    assert blocks.result(result(**fields), "x").response == response


def test_what_a_result_shows_goes_beside_its_texts() -> None:
    found = blocks.result(result(content=[image(**DATA), {"type": "text", "text": "a"}]), "x")
    assert (found.response, len(found.media)) == ({"output": "a"}, 1)


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}, ""),
        (
            {
                "type": "web_search_tool_result",
                "content": [{"title": "T", "url": "u", "encrypted_content": "x"}],
            },
            "T\nu",
        ),
        ({"type": "code_execution_tool_result", "content": {"stdout": "1", "stderr": ""}}, "1"),
        ({"type": "mcp_tool_result", "content": [{"type": "text", "text": "a"}]}, "a"),
        ({"type": "container_upload", "file_id": "f"}, ""),
        ({"type": "something_new", "text": "a"}, "a"),
    ],
)
def test_a_foreign_block_is_flattened_to_its_texts(block: JsonObject, text: str) -> None:
    assert blocks.parts(block, "x") == ([{"text": text}] if text else [])


def test_a_deep_foreign_block_is_read_without_recursion() -> None:
    deep: JsonObject = {"type": "odd"}
    for _ in range(5_000):
        deep = {"type": "odd", "content": [deep]}
    assert blocks.parts(deep, "x") == []


@pytest.mark.parametrize(
    ("block", "where"),
    [
        ("a", ""),
        ({"type": 7}, ".type"),
        ({"type": "text", "text": 7}, ".text"),
        ({"type": "image"}, ".source"),
        (image(type="odd"), ".source.type"),
        (image(type="base64", data="x"), ".source.media_type"),
        (image(type="base64", media_type="image/png"), ".source.data"),
        (image(type="url", url="file:///etc/passwd"), ".source.url"),
        (image(type="url", url="/etc/passwd"), ".source.url"),
        (image(type="file", file_id="file_011C"), ".source.file_id"),
        (document(type="content", content=7), ".source.content"),
        (document(type="content", content=[{"type": "odd"}]), ".source.content[0].type"),
        (document(type="text"), ".source.data"),
        ({"type": "search_result", "content": [{"type": "image"}]}, ".content[0].type"),
        ({"type": "tool_result"}, ".tool_use_id"),
        (result(is_error="yes"), ".is_error"),
        (result(content=7), ".content"),
        (result(content=[{"type": "image"}]), ".content[0].source"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(block: Any, where: str) -> None:
    assert refusal(showing(block)).param == f"messages[0].content[0]{where}"


def test_a_content_of_another_shape_is_refused() -> None:
    assert refusal(saying({"role": "user", "content": 7})).param == "messages[0].content"
    with pytest.raises(BadRequest):
        blocks.texts([{"type": "image"}], "system")
