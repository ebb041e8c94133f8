"""Vertex AI's paths, on a pool of the Gemini API alone and on one with Vertex AI beside it."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.pollux import TOKEN
from tests.fakes.site import Site, open_site
from tests.gemini.json_values import JSON
from tests.server.raw import AUTH

MODEL = "gemini-3.8-flash"
EXPRESS = "/v1beta1/publishers/google/models"
IN_PROJECT = "/v1/projects/not-ours/locations/us-central1/publishers/google/models"
HELLO = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
BOTH = pytest.mark.parametrize("models", [EXPRESS, IN_PROJECT, EXPRESS.replace("v1beta1", "v1")])


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


async def post(site: Site, path: str, body: Any, **more: Any) -> Any:
    return await site.send(path, orjson.dumps(body), **more)


def said(answer: Any) -> str:
    text: str = answer["candidates"][0]["content"]["parts"][0]["text"]
    return text


@BOTH
async def test_both_shapes_lead_to_the_same_model(site: Site, models: str) -> None:
    answer = await post(site, f"{models}/{MODEL}:generateContent", HELLO)
    assert (answer.status, said(answer.json)) == (200, "You said: hello")
    sent = site.world.requests[-1]
    assert sent.path == f"/v1beta/models/{MODEL}:generateContent"
    assert (sent.headers["x-goog-api-key"], sent.project) == (site.key, "home-project")


async def test_a_body_that_needs_no_change_goes_on_byte_for_byte(site: Site) -> None:
    body = b'{ "contents" :[{"role":"user","parts":[{"text":"hi"}]}] }'
    await site.send(f"{EXPRESS}/{MODEL}:generateContent", body)
    assert site.world.requests[-1].raw_body == body


async def test_an_exchange_is_told_of_as_any_other(site: Site) -> None:
    await post(site, f"{EXPRESS}/{MODEL}:generateContent", HELLO)
    (ended,) = site.ended
    assert (ended.dialect, ended.action, ended.model) == ("gemini", "generateContent", MODEL)
    assert ended.tokens is not None


@pytest.mark.parametrize("query", ["", "?alt=sse"])
async def test_a_stream_has_both_forms(site: Site, query: str) -> None:
    path = f"{EXPRESS}/{MODEL}:streamGenerateContent{query}"
    answer = await post(site, path, HELLO, head=b"Connection: close\r\n")
    assert answer.status == 200
    assert (b"data: {" in answer.body) is bool(query)


async def test_the_tier_in_a_header_becomes_the_bodys(site: Site) -> None:
    head = b"X-Vertex-AI-LLM-Shared-Request-Type: priority\r\n"
    await post(site, f"{EXPRESS}/{MODEL}:generateContent", HELLO, head=head)
    assert orjson.loads(site.world.requests[-1].raw_body)["serviceTier"] == "priority"


async def test_tokens_are_counted_with_the_system_instruction(site: Site) -> None:
    body = {**HELLO, "systemInstruction": {"parts": [{"text": "Be short, please."}]}}
    answer = await post(site, f"{EXPRESS}/{MODEL}:countTokens", body)
    plain = await post(site, f"{EXPRESS}/{MODEL}:countTokens", HELLO)
    assert answer.json["totalTokens"] > plain.json["totalTokens"]


async def test_texts_of_predict_are_answered_as_predictions(site: Site) -> None:
    body = {"instances": [{"content": "a"}, {"content": "b"}]}
    answer = await post(site, f"{EXPRESS}/gemini-embedding-001:predict", body)
    predictions = answer.json["predictions"]
    assert [len(each["embeddings"]["values"]) for each in predictions] == [3072, 3072]


async def test_pictures_of_predict_are_refused(site: Site) -> None:
    answer = await post(site, f"{EXPRESS}/imagen-4:predict", {"instances": [{"prompt": "x"}]})
    assert (answer.status, answer.json["error"]["status"]) == (404, "NOT_FOUND")


@BOTH
async def test_models_are_listed_in_pages(site: Site, models: str) -> None:
    names: list[str] = []
    token = ""
    while True:
        page = (await site.send(f"{models}?pageSize=7{token}")).json
        names += [model["name"] for model in page["publisherModels"]]
        if "nextPageToken" not in page:
            break
        token = f"&pageToken={page['nextPageToken']}"
    assert f"publishers/google/models/{MODEL}" in names
    assert len(names) == len(set(names)) > 7


async def test_one_model_is_shown_or_not_there(site: Site) -> None:
    shown = await site.send(f"{EXPRESS}/{MODEL}")
    assert shown.json["name"] == f"publishers/google/models/{MODEL}"
    assert (await site.send(f"{EXPRESS}/nobodys")).status == 404


async def test_errors_are_googles(site: Site) -> None:
    path = f"{IN_PROJECT}/{MODEL}:generateContent"
    wrong = await post(site, path, HELLO, auth=b"Authorization: Bearer ya29.somebodys\r\n")
    assert (wrong.status, wrong.json["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert (await site.send(path)).status == 405
    broken = await site.send(path, b"{")
    assert (broken.status, broken.json["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("auth", [AUTH, f"x-goog-api-key: {TOKEN}\r\n".encode()])
async def test_the_bearer_token_comes_as_either_mode_sends_it(site: Site, auth: bytes) -> None:
    answer = await post(site, f"{EXPRESS}/{MODEL}:generateContent", HELLO, auth=auth)
    assert answer.status == 200


ACTIONS = ("generateContent", "countTokens", "embedContent", "batchEmbedContents", "predict")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(action=st.sampled_from(ACTIONS), body=st.binary(max_size=64) | JSON.map(str).map(str.encode))
async def test_no_body_is_a_failure_of_ours(action: str, body: bytes) -> None:
    async with open_site() as site:
        answer = await site.send(f"{EXPRESS}/{MODEL}:{action}", body)
    assert answer.status == 200 or 400 <= answer.status < 500
    assert "error" in answer.json or answer.status == 200
