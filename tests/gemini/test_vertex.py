"""Golden cases of what Vertex AI is sent: `request.json` in, `call.json` out.

A case is a folder of `tests/golden/vertex`; `about.md` says what it pins. `--update-golden`
rewrites the expectations.
"""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.vertex import Place, gemini_answer, origin, vertex_request, with_arguments
from proxy_core.gemini.wire import Call, JsonObject
from proxy_core.simulator.parsing import VERTEX, parse_message
from tests.gemini.json_values import JSON

GOLDEN = Path(__file__).parent.parent / "golden" / "vertex"
CASES = sorted(path.name for path in GOLDEN.iterdir())
MESSAGES = {
    "generateContent": "GenerateContentRequest",
    "streamGenerateContent": "GenerateContentRequest",
    "countTokens": "VertexCountTokensRequest",
    "embedContent": "VertexEmbedContentRequest",
    "batchEmbedContents": "VertexBatchEmbedContentsRequest",
    "predict": "PredictRequest",
}
FIELDS = (
    *("contents", "content", "tools", "toolConfig", "requests", "generationConfig"),
    *("generation_config", "generateContentRequest"),
)


def read(name: str) -> tuple[Call, Place]:
    given = orjson.loads((GOLDEN / name / "request.json").read_bytes())
    call = Call(given["model"], given["action"], given["body"], query=given.get("query", ""))
    return call, Place(given["location"], given["project"])


def sent(name: str) -> JsonObject:
    call, place = read(name)
    request = vertex_request(call, call.body, place)
    headers = dict(request.headers)
    return {
        "origin": origin(place),
        "path": request.path,
        "headers": headers,
        "body": request.body,
    }


@pytest.mark.parametrize("name", CASES)
def test_vertex_is_sent_what_the_case_says(name: str, request: pytest.FixtureRequest) -> None:
    expected = GOLDEN / name / "call.json"
    told = orjson.dumps(sent(name), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if request.config.getoption("--update-golden"):
        expected.write_bytes(told)
    assert told == expected.read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_the_strict_parser_knows_every_field(name: str) -> None:
    call, place = read(name)
    request = vertex_request(call, call.body, place)
    action = request.path.partition("?")[0].rpartition(":")[2]
    if name != "predict_passes" and action in MESSAGES:
        parse_message(MESSAGES[action], request.body, VERTEX)


@pytest.mark.parametrize("name", CASES)
def test_the_calls_own_body_stays_as_it_was(name: str) -> None:
    call, place = read(name)
    before = copy.deepcopy(call.body)
    vertex_request(call, call.body, place)
    assert call.body == before


@given(body=st.dictionaries(st.sampled_from(FIELDS), JSON), action=st.sampled_from([*MESSAGES]))
def test_any_body_is_survived(body: dict[str, Any], action: str) -> None:
    for model in ("gemini-3.8-flash", "text-embedding-005"):
        vertex_request(Call(model, action, body), body, Place("us", "p"))


def test_only_embeddings_come_back_in_another_form() -> None:
    answer = {"candidates": [], "usageMetadata": {"trafficType": "ON_DEMAND"}}
    for action in ("generateContent", "countTokens"):
        assert gemini_answer(Call("m", action, {}), answer) is answer
    embedded = {"embedding": {"values": [1.0]}, "truncated": False}
    told = gemini_answer(Call("gemini-embedding-001", "embedContent", {}), embedded)
    assert told == {"embedding": {"values": [1.0]}}


def test_a_call_without_arguments_has_empty_ones() -> None:
    def chunk(*calls: JsonObject) -> JsonObject:
        parts = [{"text": "so"}, *({"functionCall": call} for call in calls)]
        return {"candidates": [{"content": {"role": "model", "parts": parts}}]}

    complete = chunk({"name": "f", "args": {"a": 1}})
    assert with_arguments(complete) is complete
    bare = chunk({"name": "f"}, {"name": "g", "args": {"a": 1}})
    assert with_arguments(bare) == chunk({"name": "f", "args": {}}, {"name": "g", "args": {"a": 1}})
    assert "args" not in bare["candidates"][0]["content"]["parts"][1]["functionCall"]
    for empty in ({}, {"candidates": [{"finishReason": "STOP"}]}):
        assert with_arguments(empty) is empty
