"""The Gemini API from the outside: models, generating, counting, embedding, quotas."""

from dataclasses import replace
from typing import Any

import pytest

from proxy_core.simulator import Limits
from tests.simulator.conftest import Client, said, text_of


async def test_a_plain_answer_repeats_the_words(client: Client) -> None:
    status, body = await client.call("generateContent", said("hello there"))
    assert status == 200
    assert text_of(body) == "You said: hello there"
    assert body["modelVersion"] == "gemini-3.8-flash"
    assert body["responseId"]
    usage = body["usageMetadata"]
    parts = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    assert usage["totalTokenCount"] == sum(usage[name] for name in parts)


@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
async def test_all_versions_are_served(client: Client, version: str) -> None:
    status, _body = await client.call("generateContent", said("hi"), version=version)
    assert status == 200


async def test_a_daily_quota_ends_with_googles_envelope(client: Client) -> None:
    client.world.projects["home-project"].limits["gemini-3.8-flash"] = Limits(rpd=1)
    assert (await client.call("generateContent", said("hi")))[0] == 200
    status, body = await client.call("generateContent", said("hi"))
    assert status == 429
    quota, help_links, retry = body["error"]["details"]
    assert quota["violations"] == [
        {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"},
            "quotaValue": "1",
        }
    ]
    assert help_links["@type"].endswith("Help")
    assert retry["retryDelay"] == "31.0s"
    assert (await client.call("generateContent", said("hi"), "gemini-3.7-flash"))[0] == 200


async def test_a_refused_body_is_not_charged(client: Client) -> None:
    client.world.projects["home-project"].limits["*"] = Limits(rpm=1)
    assert (await client.call("generateContent", {"bogus": 1}))[0] == 400
    assert (await client.call("generateContent", said("hi")))[0] == 200
    assert (await client.call("generateContent", said("hi")))[0] == 429


async def test_a_paid_model_has_limit_zero_in_the_free_tier(client: Client) -> None:
    status, body = await client.call("generateContent", said("hi"), "gemini-4-carbon")
    assert status == 429
    assert "limit: 0" in body["error"]["message"]
    client.world.projects["home-project"].free_tier = False
    assert (await client.call("generateContent", said("hi"), "gemini-4-carbon"))[0] == 200


async def test_an_alias_shares_the_quota_of_its_model(client: Client) -> None:
    client.world.projects["home-project"].limits["gemini-3.8-flash"] = Limits(rpm=1)
    assert (await client.call("generateContent", said("hi"), "gemini-flash-latest"))[0] == 200
    assert (await client.call("generateContent", said("hi")))[0] == 429


async def test_unknown_models_and_those_closed_to_new_users_are_404(client: Client) -> None:
    client.world.projects["home-project"].new_user = True
    for model, text in (
        ("gemini-1.5-pro", "is not found"),
        ("gemini-2.5-flash", "no longer available to new users"),
        ("gemini-embedding-2", "is not found"),
    ):
        status, body = await client.call("generateContent", said("hi"), model)
        assert (status, body["error"]["status"]) == (404, "NOT_FOUND")
        assert text in body["error"]["message"]


async def test_latest_aliases_exist_only_in_the_beta(client: Client) -> None:
    model = "gemini-flash-latest"
    assert (await client.call("generateContent", said("x"), model, version="v1"))[0] == 404
    assert (await client.call("generateContent", said("x"), model))[0] == 200


async def test_models_are_listed_in_pages(client: Client) -> None:
    names: list[str] = []
    token = ""
    while True:
        _status, body = await client.send("GET", f"/v1beta/models?pageSize=7&pageToken={token}")
        assert len(body["models"]) <= 7
        names += [one["name"] for one in body["models"]]
        token = body.get("nextPageToken", "")
        if not token:
            break
    assert names == [f"models/{model}" for model in client.world.models]
    _status, one = await client.send("GET", "/v1beta/models/gemini-3.8-flash")
    assert one["supportedGenerationMethods"][0] == "generateContent"
    assert (await client.send("GET", "/v1beta/models?pageToken=x"))[0] == 400


async def test_tokens_are_counted_in_both_forms(client: Client) -> None:
    _status, plain = await client.call("countTokens", said("12345678"))
    inner = {"model": "models/gemini-3.8-flash", **said("12345678")}
    inner["systemInstruction"] = {"parts": [{"text": "1234"}]}
    _status, full = await client.call("countTokens", {"generateContentRequest": inner})
    assert (plain["totalTokens"], full["totalTokens"]) == (2, 3)
    for wrong in ({}, {"generateContentRequest": {**inner, "model": "models/x"}}, {"x": 1}):
        assert (await client.call("countTokens", wrong))[0] == 400


async def test_embeddings_depend_on_the_words_alone(client: Client) -> None:
    model = "gemini-embedding-001"
    request: dict[str, Any] = {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 4}
    _status, single = await client.call("embedContent", request, model)
    batch = {"requests": [{"model": f"models/{model}", **request}]}
    _status, several = await client.call("batchEmbedContents", batch, model)
    assert single["embedding"] == several["embeddings"][0]
    assert len(single["embedding"]["values"]) == 4


@pytest.mark.parametrize(
    "body",
    [
        {"requests": []},
        {"requests": [{"model": "models/other", "content": {"parts": [{"text": "a"}]}}]},
        {"requests": [{"model": "models/gemini-embedding-001", "content": {}}]},
        {"requests": [{"model": "models/gemini-embedding-001"}] * 101},
    ],
)
async def test_embedding_batches_are_checked(client: Client, body: dict[str, Any]) -> None:
    assert (await client.call("batchEmbedContents", body, "gemini-embedding-001"))[0] == 400


async def test_a_long_prefix_is_cached_for_its_project_only(client: Client) -> None:
    long = "x" * 20_000
    other = {"x-goog-api-key": client.world.add_key("other")}

    async def cached(headers: dict[str, str] | None = None) -> int:
        _status, body = await client.call("generateContent", said(long), headers=headers)
        return int(body["usageMetadata"].get("cachedContentTokenCount", 0))

    assert [await cached(), await cached(), await cached(other)] == [0, 5_000, 0]


async def test_more_tokens_than_the_context_holds_are_refused(client: Client) -> None:
    card = client.world.models["gemini-3.8-flash"]
    client.world.models[card.id] = replace(card, input_limit=10)
    status, body = await client.call("generateContent", said("x" * 44))
    assert status == 400
    assert "exceeds the maximum number of tokens" in body["error"]["message"]


async def test_the_array_form_wraps_its_error(client: Client) -> None:
    _status, body = await client.call("streamGenerateContent", {"bogus": 1})
    assert body[0]["error"]["code"] == 400
    _status, body = await client.call("streamGenerateContent?alt=sse", {"bogus": 1})
    assert body["error"]["code"] == 400


async def test_a_tool_round_trip_over_two_calls(client: Client) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = [{"functionDeclarations": [{"name": "get_weather", "parametersJsonSchema": schema}]}]
    request = said("weather in Paris and London?", tools=tools)
    _status, body = await client.call("generateContent", request)
    content = body["candidates"][0]["content"]
    calls = [part["functionCall"] for part in content["parts"]]
    assert [call["args"] for call in calls] == [{"city": "Paris"}, {"city": "London"}]
    assert ["thoughtSignature" in part for part in content["parts"]] == [True, False]
    answers = [
        {"functionResponse": {"id": call["id"], "name": call["name"], "response": {"sun": True}}}
        for call in calls
    ]
    request["contents"] += [content, {"role": "user", "parts": answers}]
    status, body = await client.call("generateContent", request)
    assert (status, text_of(body)[:36]) == (200, 'get_weather returned {"sun":true}. g')
    del content["parts"][0]["thoughtSignature"]
    status, body = await client.call("generateContent", request)
    assert (status, "missing a thought_signature" in body["error"]["message"]) == (400, True)


async def test_signatures_may_be_bound_to_the_project(client: Client) -> None:
    client.world.signatures_bound_to = "project"
    _status, body = await client.call("generateContent", said("hi"))
    request = said("hi")
    request["contents"] += [body["candidates"][0]["content"], *request["contents"]]
    other = {"x-goog-api-key": client.world.add_key("other")}
    assert (await client.call("generateContent", request))[0] == 200
    assert (await client.call("generateContent", request, headers=other))[0] == 400
