"""Clients in Vertex mode, on a pool with Vertex AI in it: converted twice, and the same again."""

from typing import Any

import orjson

from proxy_core.simulator.world import Received
from tests.scenarios.stage import MODEL, Stage, stage

MODELS = "/v1beta1/publishers/google/models"
PAID = "paid-project"


def with_vertex(on: Stage) -> None:
    """An express key for Vertex AI, beside one of the Gemini API."""
    key = on.world.add_key(PAID, express=True)
    on.world.open_vertex(PAID)
    on.credentials.append({"type": "api_key", "key": key, "service": "vertex"})
    on.key("free-project")


async def post(on: Stage, model: str, action: str, body: Any) -> tuple[int, Any]:
    assert on.session is not None
    async with on.session.post(f"{MODELS}/{model}:{action}", json=body) as answer:
        return answer.status, orjson.loads(await answer.read())


def models(on: Stage) -> list[Received]:
    return [received for received in on.world.requests if ":" in received.path]


async def test_texts_for_an_older_model_go_to_vertex_ai_as_they_came() -> None:
    async with stage() as on:
        with_vertex(on)
        await on.open()
        body = {"instances": [{"content": "a", "task_type": "CLUSTERING"}, {"content": "b"}]}
        status, told = await post(on, "text-embedding-005", "predict", body)
        assert status == 200
        assert [len(one["embeddings"]["values"]) for one in told["predictions"]] == [768, 768]
        (sent,) = models(on)
        assert sent.path == f"{MODELS}/text-embedding-005:predict"
        assert orjson.loads(sent.raw_body) == body


async def test_a_file_in_cloud_storage_goes_to_vertex_ai() -> None:
    async with stage() as on:
        with_vertex(on)
        await on.open()
        file = {"fileData": {"fileUri": "gs://bucket/a.png", "mimeType": "image/png"}}
        body = {"contents": [{"role": "user", "parts": [file, {"text": "What is it?"}]}]}
        status, _ = await post(on, MODEL, "generateContent", {**body, "labels": {"a": "b"}})
        assert status == 200
        (sent,) = models(on)
        assert sent.path == f"{MODELS}/{MODEL}:generateContent"
        assert orjson.loads(sent.raw_body) == body


async def test_what_both_can_answer_goes_to_the_gemini_api_first() -> None:
    async with stage() as on:
        with_vertex(on)
        await on.open()
        body = {"content": {"parts": [{"text": "a"}]}, "embedContentConfig": {"title": "t"}}
        status, told = await post(on, "gemini-embedding-001", "embedContent", body)
        assert (status, len(told["embedding"]["values"])) == (200, 3072)
        assert [sent.project for sent in models(on)] == ["free-project"]
