"""The pretend Vertex AI: who may use it, what it takes, and what it says differently."""

from typing import Any

import pytest

from proxy_core.simulator import Limits
from proxy_core.simulator.world import CLOUD_PLATFORM, RETRIEVER
from tests.simulator.conftest import Client

MODEL = "gemini-3.8-flash"
HI = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
PROJECT = "paid"


def path(model: str = MODEL, action: str = "generateContent", location: str = "global") -> str:
    return (
        f"/v1beta1/projects/{PROJECT}/locations/{location}/publishers/google/models/"
        f"{model}:{action}"
    )


def bearer(client: Client, *scopes: str) -> dict[str, str]:
    """Of an account that may use the project."""
    client.world.open_vertex(PROJECT)
    client.world.add_account("ada@example.com", PROJECT)
    token = client.world.issue_access_token(
        "ada@example.com", "", scopes or (CLOUD_PLATFORM,), client.clock.now
    )
    return {"Authorization": f"Bearer {token.value}", "x-goog-user-project": PROJECT}


async def post(client: Client, path: str, headers: dict[str, str], body: Any = HI) -> Any:
    return await client.send("POST", path, headers, json=body)


async def test_an_account_is_answered_in_its_project(client: Client) -> None:
    status, answer = await post(client, path(), bearer(client))
    assert status == 200
    assert answer["candidates"][0]["finishReason"] == "STOP"
    assert answer["usageMetadata"]["trafficType"] == "ON_DEMAND"


async def test_the_tier_is_asked_for_in_a_header(client: Client) -> None:
    headers = bearer(client) | {"X-Vertex-AI-LLM-Shared-Request-Type": "flex"}
    _, answer = await post(client, path(), headers)
    assert answer["usageMetadata"]["trafficType"] == "ON_DEMAND_FLEX"


async def test_an_express_key_is_for_vertex_and_another_is_not(client: Client) -> None:
    client.world.open_vertex(PROJECT)
    express = {"x-goog-api-key": client.world.add_key(PROJECT, express=True)}
    short = f"/v1beta1/publishers/google/models/{MODEL}:generateContent"
    assert (await post(client, short, express))[0] == 200
    assert (await post(client, path(), express))[0] == 401
    studio = {"x-goog-api-key": client.key}
    status, answer = await post(client, short, studio)
    assert (status, answer["error"]["details"][0]["reason"]) == (401, "CREDENTIALS_MISSING")
    status, answer = await client.call("generateContent", HI, headers=express)
    assert (status, answer["error"]["details"][0]["reason"]) == (403, "API_KEY_SERVICE_BLOCKED")


async def test_the_scope_of_the_gemini_api_is_not_enough(client: Client) -> None:
    status, answer = await post(client, path(), bearer(client, RETRIEVER))
    assert status == 403
    assert answer["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda project: project.services.clear(), "SERVICE_DISABLED"),
        (lambda project: setattr(project, "billing", False), "BILLING_DISABLED"),
        (
            lambda project: project.without_vertex_role.add("ada@example.com"),
            "IAM_PERMISSION_DENIED",
        ),
    ],
)
async def test_a_project_must_be_ready_for_it(client: Client, change: Any, reason: str) -> None:
    headers = bearer(client)
    change(client.world.projects[PROJECT])
    status, answer = await post(client, path(), headers)
    assert (status, answer["error"]["details"][0]["reason"]) == (403, reason)


@pytest.mark.parametrize(
    "more",
    [
        {"store": True},
        {"serviceTier": "flex"},
        {"model": f"models/{MODEL}"},
        {"generationConfig": {"enableEnhancedCivicAnswers": True}},
        {"tools": [{"fileSearch": {}}]},
        {"toolConfig": {"includeServerSideToolInvocations": True}},
        {"contents": [{"role": "user", "parts": [{"text": "x", "partMetadata": {}}]}]},
        {"contents": [{"parts": [{"text": "no role"}]}]},
        {"contents": [{"role": "function", "parts": [{"text": "another role"}]}]},
        {"cachedContent": "cachedContents/x"},
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [{"fileData": {"fileUri": "https://g.example/v1beta/files/x"}}],
                }
            ]
        },
    ],
)
async def test_what_only_the_gemini_api_takes_is_refused(
    client: Client, more: dict[str, Any]
) -> None:
    headers = bearer(client)
    assert (await post(client, path(), headers, {**HI, **more}))[0] == 400


@pytest.mark.parametrize(
    "more", [{"tools": [{"enterpriseWebSearch": {}}]}, {"modelArmorConfig": {}}]
)
async def test_what_only_vertex_takes_is_refused_by_the_gemini_api(
    client: Client, more: dict[str, Any]
) -> None:
    assert (await post(client, path(), bearer(client), {**HI, **more}))[0] == 200
    assert (await client.call("generateContent", {**HI, **more}))[0] == 400


@pytest.mark.parametrize(
    ("model", "location", "status"),
    [
        ("gemini-4-argon", "eu", 200),
        ("gemini-4-argon", "us-central1", 404),
        ("gemini-2.5-flash", "us-central1", 200),
        ("gemini-flash-latest", "global", 404),
        ("gemma-4-31b-it", "global", 404),
    ],
)
async def test_not_every_location_has_every_model(
    client: Client, model: str, location: str, status: int
) -> None:
    got, answer = await post(client, path(model, location=location), bearer(client))
    assert got == status
    assert status == 200 or "Publisher Model" in answer["error"]["message"]


async def test_its_quota_is_not_the_gemini_apis(client: Client) -> None:
    headers = bearer(client)
    client.world.projects[PROJECT].limits["*"] = Limits(rpm=0)
    client.world.projects[PROJECT].vertex_limits[MODEL] = Limits(rpm=1)
    assert (await post(client, path(), headers))[0] == 200
    status, answer = await post(client, path(), headers)
    assert status == 429
    assert answer["error"]["details"][0]["metadata"]["quota_limit_value"] == "1"


async def test_an_error_of_a_stream_stands_in_an_array(client: Client) -> None:
    stream = path(action="streamGenerateContent") + "?alt=sse"
    status, answer = await post(client, stream, bearer(client), {"contents": []})
    assert status == 400
    assert isinstance(answer, list)


async def test_calls_may_come_without_ids_and_arguments(client: Client) -> None:
    client.world.vertex_bare_calls = True
    body = {
        **HI,
        "tools": [{"functionDeclarations": [{"name": "f"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    }
    _, answer = await post(client, path(), bearer(client), body)
    calls = [
        part["functionCall"]
        for part in answer["candidates"][0]["content"]["parts"]
        if "functionCall" in part
    ]
    assert calls == [{"name": "f"}]


@pytest.mark.parametrize("knows", [True, False])
async def test_the_highest_level_may_be_unknown(client: Client, knows: bool) -> None:
    client.world.vertex_knows_xhigh = knows
    body = {**HI, "generationConfig": {"thinkingConfig": {"thinkingLevel": "XHIGH"}}}
    status, _ = await post(client, path("gemini-4-hydrogen"), bearer(client), body)
    assert status == (200 if knows else 400)


async def test_signatures_of_the_other_service_are_refused_where_they_are_bound(
    client: Client,
) -> None:
    client.world.signatures_bound_to = "service"
    _, answer = await client.call("generateContent", HI)
    said = answer["candidates"][0]["content"]
    body = {"contents": [*HI["contents"], said, *HI["contents"]]}
    assert (await client.call("generateContent", body))[0] == 200
    status, answer = await post(client, path(), bearer(client), body)
    assert (status, answer["error"]["message"]) == (400, "Thought signature is not valid.")


async def test_tokens_are_counted_of_a_flat_request(client: Client) -> None:
    headers, where = bearer(client), path(action="countTokens")
    assert (await post(client, where, headers))[1]["totalBillableCharacters"] > 0
    assert (await post(client, where, headers, {"generateContentRequest": HI}))[0] == 400
    assert (await post(client, where, headers, {}))[0] == 400


async def test_embeddings_have_settings_of_their_own(client: Client) -> None:
    headers = bearer(client)
    content = {"role": "user", "parts": [{"text": "hello"}]}
    one = {"content": content, "embedContentConfig": {"outputDimensionality": 3}}
    where = path("gemini-embedding-001", "embedContent")
    status, answer = await post(client, where, headers, one)
    assert (status, len(answer["embedding"]["values"])) == (200, 3)
    assert (await post(client, where, headers, {"content": content, "taskType": "X"}))[0] == 400
    where = path("gemini-embedding-001", "batchEmbedContents")
    _, both = await post(client, where, headers, {"requests": [one, one]})
    assert both["embeddings"] == [answer["embedding"]] * 2


async def test_an_older_model_is_asked_by_predict(client: Client) -> None:
    headers = bearer(client)
    body = {"instances": [{"content": "hello"}], "parameters": {"outputDimensionality": 2}}
    status, answer = await post(client, path("text-embedding-005", "predict"), headers, body)
    (prediction,) = answer["predictions"]
    assert (status, len(prediction["embeddings"]["values"])) == (200, 2)
    assert (await post(client, path("text-embedding-005", "embedContent"), headers))[0] == 404


async def test_its_list_holds_more_than_models_of_text(client: Client) -> None:
    headers = bearer(client)
    status, answer = await client.send("GET", "/v1beta1/publishers/google/models", headers)
    names = {model["name"] for model in answer["publisherModels"]}
    assert status == 200
    assert {f"publishers/google/models/{MODEL}", "publishers/google/models/chirp-2"} <= names
    del headers["x-goog-user-project"]
    status, _ = await client.send("GET", "/v1beta1/publishers/google/models", headers)
    assert status == 403
