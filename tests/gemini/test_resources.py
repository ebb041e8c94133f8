"""Names of what projects keep, in paths, requests and answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.resources import (
    LONG_LIFE_S,
    continuation_name,
    expires_at,
    named_by,
    named_in,
    root_of,
    things_of,
)
from proxy_core.gemini.wire import Call, JsonObject
from tests.gemini.json_values import JSON

BASE = "https://generativelanguage.googleapis.com"
NOW = 1_763_928_000.0


def call(body: dict[str, Any], action: str = "generateContent") -> Call:
    return Call("gemini-3.8-flash", action, body)


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("files/x", "files/x"),
        (f"{BASE}/v1beta/files/x-1", "files/x-1"),
        (f"{BASE}/download/v1beta/files/x:download?alt=media", "files/x"),
        ("files/x:download", "files/x"),
        ("fileSearchStores/s/documents/d", "fileSearchStores/s"),
        ("fileSearchStores/s/upload/operations/o", "fileSearchStores/s"),
        ("models/gemini-3.8-flash/operations/o", "models/gemini-3.8-flash/operations/o"),
        ("tunedModels/t:generateContent", "tunedModels/t"),
        ("interactions/v1_aa==", "interactions/v1_aa=="),
        ("batches/b:cancel", "batches/b"),
        ("models/gemini-3.8-flash", None),
        ("files", None),
        ("files/", None),
        ("https://example.com/files/photo.jpg", None),
        ("https://youtu.be/x", None),
        ("projects/p/locations/l/cachedContents/c", None),
    ],
)
def test_a_name_tells_the_thing_that_it_belongs_to(name: str, root: str | None) -> None:
    assert root_of(name) == root


@pytest.mark.parametrize(
    "body",
    [
        {"contents": [{"parts": [{"fileData": {"fileUri": f"{BASE}/v1beta/files/x"}}]}]},
        {"contents": [{"parts": [{"file_data": {"file_uri": "files/x"}}]}]},
        {"contents": {"parts": {"fileData": {"fileUri": "files/x"}}}},
        {"contents": [{"parts": [{"functionResponse": {"parts": [{"file_uri": "files/x"}]}}]}]},
        {"systemInstruction": {"parts": [{"fileData": {"fileUri": "files/x"}}]}},
        {"generateContentRequest": {"contents": [{"parts": [{"fileData": {"uri": "files/x"}}]}]}},
    ],
)
def test_a_request_names_files_in_either_spelling(body: dict[str, Any]) -> None:
    assert named_by(call(body)) == ["files/x"]


def test_a_request_names_caches_and_stores() -> None:
    body = {
        "cached_content": "cachedContents/c",
        "tools": [{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/s"]}}],
    }
    assert named_by(call(body)) == ["cachedContents/c", "fileSearchStores/s"]
    snake = {"tools": [{"file_search": {"file_search_store_names": ["fileSearchStores/s"]}}]}
    assert named_by(call(snake)) == ["fileSearchStores/s"]


def test_a_batch_names_its_file_and_the_files_of_its_requests() -> None:
    inner = {"request": {"contents": [{"parts": [{"fileData": {"fileUri": "files/y"}}]}]}}
    by_file = {"batch": {"inputConfig": {"fileName": "files/x"}}}
    inline = {"batch": {"input_config": {"requests": {"requests": [inner]}}}}
    assert named_by(call(by_file, "batchGenerateContent")) == ["files/x"]
    assert named_by(call(inline, "batchGenerateContent")) == ["files/y"]


def test_an_interaction_names_the_one_before_it_and_files_by_uri() -> None:
    body = {
        "previous_interaction_id": "v1_a",
        "input": [{"type": "video", "uri": f"{BASE}/v1beta/files/x"}],
    }
    assert named_in(body) == ["interactions/v1_a", "files/x"]


def test_a_continuation_token_is_a_name_in_either_alphabet_and_spelling() -> None:
    name = continuation_name("a+b/cd==")
    assert name == continuation_name("a-b_cd")
    assert named_by(call({"continuationToken": "a+b/cd=="})) == [name]
    assert named_by(call({"continuation_token": "a-b_cd"})) == [name]
    assert named_in({"input": "x", "continuation_token": "a-b_cd"}) == [name]
    whole = {"id": "v1_a", "continuation_token": "a+b/cd=="}
    for answer in (whole, {"interaction": whole}):
        assert list(things_of(answer, "interactions")) == ["interactions/v1_a", name]
    assert list(things_of({"continuation_token": "a+b/cd=="}, "interactions")) == [name]


@pytest.mark.parametrize(
    "part",
    [
        {"text": "files/x"},
        {"functionCall": {"name": "f", "args": {"fileUri": "files/x"}}},
        {"functionResponse": {"name": "f", "response": {"fileUri": "files/x"}}},
        {"fileData": {"fileUri": "https://example.com/files/x"}},
    ],
)
def test_a_clients_own_data_names_nothing(part: dict[str, Any]) -> None:
    assert named_by(call({"contents": [{"parts": [part]}]})) == []


@given(JSON)
def test_any_body_can_be_looked_at(value: Any) -> None:
    body = {"contents": value, "tools": value, "cachedContent": value, "batch": value}
    for action in ("generateContent", "batchGenerateContent", "countTokens"):
        assert named_by(call(body, action)) == named_by(call(body, action))
    assert isinstance(things_of(body), dict)


def test_a_deep_body_is_walked_to_its_end() -> None:
    body: dict[str, Any] = {"file_uri": "files/x"}
    for _ in range(5_000):
        body = {"input": [body]}
    assert named_in(body) == ["files/x"]


def test_an_answer_shows_things_alone_held_and_listed() -> None:
    file = {"name": "files/x", "expirationTime": "2025-11-23T21:00:00Z"}
    assert things_of(file) == {"files/x": file}
    assert things_of({"file": file}) == {"files/x": file}
    assert things_of({"files": [file, {"name": "files/y"}]}).keys() == {"files/x", "files/y"}
    done = {
        "name": "batches/b",
        "metadata": {"name": "batches/b", "output": {"responsesFile": "files/out"}},
    }
    assert things_of(done).keys() == {"batches/b", "files/out"}
    assert things_of({"id": "v1_a"}, "interactions").keys() == {"interactions/v1_a"}
    assert things_of({"id": "v1_a"}) == {}
    echo = {"id": "v1_a", "metadata": {"name": "files/x"}, "output": {"name": "files/y"}}
    assert things_of(echo, "interactions").keys() == {"interactions/v1_a"}
    assert things_of({"interaction": echo}, "interactions").keys() == {"interactions/v1_a"}
    odd: list[JsonObject] = [{}, {"id": 3}, {"id": ""}, {"interaction": []}]
    assert all(things_of(one, "interactions") == {} for one in odd)
    assert things_of({"operations": [{"name": "batches/b"}]}).keys() == {"batches/b"}


@given(st.sampled_from(["expirationTime", "expireTime"]))
def test_a_thing_ends_when_it_says_so(field: str) -> None:
    thing = {field: "2025-11-23T21:00:00.123456789Z"}
    assert expires_at("files/x", thing, NOW) == pytest.approx(1_763_931_600.123, abs=1e-3)


def test_a_thing_that_does_not_say_so_ends_as_its_kind_does() -> None:
    assert expires_at("files/x", {}, NOW) == NOW + 48 * 3_600
    assert expires_at("files/x", {"expirationTime": "soon"}, NOW) == NOW + 48 * 3_600
    assert expires_at("interactions/i", {}, NOW) == NOW + 55 * 86_400
    assert expires_at("fileSearchStores/s", {}, NOW) == NOW + LONG_LIFE_S
