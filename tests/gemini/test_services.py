"""What of a call only one of Google's two services can do."""

from typing import Any

import pytest

from proxy_core.gemini.services import bound_to_gemini_api, bound_to_vertex
from proxy_core.gemini.wire import Call

MODEL = "gemini-3.8-flash"
FILES = "https://generativelanguage.googleapis.com/v1beta/files"


def call(body: dict[str, Any], model: str = MODEL, action: str = "generateContent") -> Call:
    return Call(model, action, body)


def with_file(uri: str) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": "what?"}, {"fileData": {"fileUri": uri}}]}]}


def with_result(uri: str) -> dict[str, Any]:
    """A function's result that comes with a file."""
    result = {"name": "look", "response": {}, "parts": [{"fileData": {"fileUri": uri}}]}
    return {"contents": [{"role": "user", "parts": [{"functionResponse": result}]}]}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (call(with_file(f"{FILES}/abc")), "a file uploaded to the Gemini API"),
        (call(with_file(f"{FILES}/abc:download?alt=media")), "a file uploaded to the Gemini API"),
        (call(with_file("files/abc")), "a file uploaded to the Gemini API"),
        (
            call({"contents": {"parts": {"file_data": {"file_uri": f"{FILES}/a-b"}}}}),
            "a file uploaded to the Gemini API",
        ),
        (
            call(with_file("https://generativelanguage.googleapis.com/download/v1/files/a")),
            "a file uploaded to the Gemini API",
        ),
        (
            call({"systemInstruction": with_file(f"{FILES}/abc")["contents"][0]}),
            "a file uploaded to the Gemini API",
        ),
        (call(with_result(f"{FILES}/abc")), "a file uploaded to the Gemini API"),
        (call({"cachedContent": "cachedContents/x"}), "a cache of the Gemini API"),
        (call({"cached_content": "cachedContents/x"}), "a cache of the Gemini API"),
        (call({"tools": [{"fileSearch": {}}]}), "file search"),
        (call({"tools": {"file_search": {}}}), "file search"),
        (call({"tools": [{"mcpServers": []}]}), "MCP servers"),
        (call({}, "gemma-4-31b-it"), "the model gemma-4-31b-it"),
        (call({}, "gemini-flash-latest"), "the model gemini-flash-latest"),
        (call({}, action="batchGenerateContent"), "the action batchGenerateContent"),
        (call({}, action="/v1beta/files"), "its files, caches and other resources"),
        (
            call({"generateContentRequest": {"tools": [{"fileSearch": {}}]}}, action="countTokens"),
            "file search",
        ),
        (
            call({"requests": [{"content": with_file("files/x")["contents"][0]}]}),
            "a file uploaded to the Gemini API",
        ),
    ],
)
def test_state_tools_and_models_of_the_gemini_api_are_known(asked: Call, words: str) -> None:
    assert bound_to_gemini_api(asked) == words
    assert bound_to_vertex(asked) is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (call(with_file("gs://bucket/film.mp4")), "a file in Cloud Storage"),
        (call(with_result("gs://bucket/film.mp4")), "a file in Cloud Storage"),
        (
            call({"cachedContent": "projects/p/locations/global/cachedContents/1"}),
            "a cache of Vertex AI",
        ),
        (call({"tools": [{"enterprise_web_search": {}}]}), "enterprise web search"),
        (call({"tools": [{"googleSearch": {}}, {"retrieval": {}}]}), "retrieval"),
        (call({"modelArmorConfig": {}}), "Model Armor"),
        (call({"generation_config": {"routing_config": {}}}), "model routing"),
        (call({}, action="computeTokens"), "the action computeTokens"),
    ],
)
def test_state_tools_and_fields_of_vertex_are_known(asked: Call, words: str) -> None:
    assert bound_to_vertex(asked) == words
    assert bound_to_gemini_api(asked) is None


@pytest.mark.parametrize(
    "asked",
    [
        call({}),
        call({"contents": "x", "tools": 3, "cachedContent": None, "generationConfig": []}),
        call(with_file("https://example.com/a.png")),
        call(with_file("https://example.com/profiles/me")),
        call(with_file("https://example.com/v1/files/a.png")),
        call({"tools": [{"googleSearch": {}}, {"functionDeclarations": [{"name": "fileSearch"}]}]}),
        call({"tools": [{"fileSearch": None, "retrieval": None}], "modelArmorConfig": None}),
        call({}, action="embedContent"),
    ],
)
def test_what_both_can_do_is_bound_to_neither(asked: Call) -> None:
    assert bound_to_gemini_api(asked) is None
    assert bound_to_vertex(asked) is None
