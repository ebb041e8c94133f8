"""Vertex AI on the same world: other paths, other fields, and other signatures than the Gemini API.

It refuses what it does not know of the Gemini API's requests, asks for roles, takes no file of the
Files API, and gives embeddings and token counts in forms of its own. Not here: what both services
share (`gemini_api.py`), which this module calls with a request that it has accepted.
Source: discovery document of aiplatform v1beta1, November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from proxy_core.simulator.access import admit_to_vertex
from proxy_core.simulator.catalogue import CATALOGUE, Card
from proxy_core.simulator.delivery import send_stream
from proxy_core.simulator.gemini_api import checked_tokens, chunks_of, send_generated, vector
from proxy_core.simulator.parsing import VERTEX, parse_message, read_json
from proxy_core.simulator.quotas import Limits
from proxy_core.simulator.refusals import JsonObject, Refusal, invalid_argument
from proxy_core.simulator.rules import check_request
from proxy_core.simulator.scripts import fault_answer
from proxy_core.simulator.signatures import VERTEX_MARK
from proxy_core.simulator.tokens import tokens_of_content, tokens_of_request
from proxy_core.simulator.visits import Visit
from proxy_core.simulator.world import Project

MODELS: Mapping[str, Card] = {
    **{
        name: card
        for name, card in CATALOGUE.items()
        if card.alias_of is None and card.kind != "live" and not name.startswith("gemma-")
    },
    "text-embedding-005": Card(
        "text-embedding-005", (2, 0), "embedding", input_limit=2_048, dimensions=768
    ),
}
_EVERYWHERE = frozenset({"global", "us", "eu"})
_REGIONS = frozenset({"us-central1", "europe-west4", "asia-northeast1"})
_TIERS = {"": "ON_DEMAND", "priority": "ON_DEMAND_PRIORITY", "flex": "ON_DEMAND_FLEX"}
_NO_LIMITS = Limits()


async def act(visit: Visit) -> web.StreamResponse:
    """`publishers/google/models/{model}:{action}`, with or without project and location."""
    project = _admit(visit)
    card = _card(visit, project)
    match visit.received.action:
        case "generateContent" if card.kind != "embedding":
            return await send_generated(visit, _chunks(visit, project, card))
        case "streamGenerateContent" if card.kind != "embedding":
            chunks = _chunks(visit, project, card)
            sse = visit.received.query.get("alt") == "sse"
            return await send_stream(visit.request, chunks, visit.reply, sse=sse)
        case "countTokens":
            return await visit.answer(_count_tokens(visit))
        case "embedContent" | "batchEmbedContents" if card.id.startswith("gemini-embedding-"):
            return await visit.answer(_embed(visit, card))
        case "predict" if card.id.startswith("text-embedding-"):
            return await visit.answer(_predict(visit, card))
        case _:
            raise _not_found(visit, project)


async def list_models(visit: Visit) -> web.StreamResponse:
    """`publishers/google/models`; much in it is no text model."""
    named = visit.received.headers.get("x-goog-user-project")
    if visit.caller.bearer is not None and named is None:
        raise Refusal(fault_answer("user_project_denied", project=visit.caller.project))
    project = admit_to_vertex(visit.world, visit.caller, visit.now, named)
    visit.received.project = project.id
    names = [*MODELS, "imagetext", "chirp-2"]
    listed = [
        {"name": f"publishers/google/models/{name}", "versionId": "001", "launchStage": "GA"}
        for name in names
    ]
    return await visit.answer({"publisherModels": listed})


def _admit(visit: Visit) -> Project:
    named = visit.request.match_info.get("project")
    project = admit_to_vertex(visit.world, visit.caller, visit.now, named)
    visit.received.project = project.id
    return project


def _card(visit: Visit, project: Project) -> Card:
    """The model, if it is offered where the path says."""
    location = visit.request.match_info.get("location", "global")
    card = MODELS.get(visit.received.model)
    newest = card is not None and card.generation >= (3, 0)
    if card is None or location not in (_EVERYWHERE if newest else _EVERYWHERE | _REGIONS):
        raise _not_found(visit, project)
    return card


def _not_found(visit: Visit, project: Project) -> Refusal:
    location = visit.request.match_info.get("location", "global")
    values = {"project": project.id, "location": location, "model": visit.received.model}
    return Refusal(fault_answer("publisher_model_not_found", **values))


def _chunks(visit: Visit, project: Project, card: Card) -> list[JsonObject]:
    request = _accepted(visit, project, card)
    tokens = checked_tokens(request, card)
    limits = project.vertex_limits.get(card.id, project.vertex_limits.get("*", _NO_LIMITS))
    owner = project.id + VERTEX_MARK
    exceeded = visit.world.quotas.charge(owner, card.id, limits, tokens, visit.now)
    if exceeded is not None:
        values = {"model": card.id, "number": project.number, "limit": exceeded.limit}
        raise Refusal(fault_answer("vertex_quota_429", **values))
    chunks = chunks_of(visit, owner, card, request, tokens)
    if visit.reply.verbatim is not None:
        return chunks
    tier = visit.received.headers.get("X-Vertex-AI-LLM-Shared-Request-Type", "")
    bare = visit.world.vertex_bare_calls
    return [_in_its_words(chunk, _TIERS[tier], bare=bare) for chunk in chunks]


def _accepted(visit: Visit, project: Project, card: Card) -> JsonObject:
    request = parse_message("GenerateContentRequest", read_json(visit.received.raw_body), VERTEX)
    _check_contents(request)
    _check_cache(request)
    level = request.get("generationConfig", {}).get("thinkingConfig", {}).get("thinkingLevel")
    if level == "XHIGH" and not visit.world.vertex_knows_xhigh:
        raise invalid_argument(
            "Invalid value at 'generation_config.thinking_config.thinking_level' "
            '(type.googleapis.com/google.cloud.aiplatform.v1beta1.ThinkingLevel), "XHIGH"'
        )
    tools = [*request.get("tools", [])]
    checked = {**request, "toolConfig": {**request.get("toolConfig", {}), **_SERVER_SIDE}}
    check_request(
        checked if tools else request,
        card,
        project.id + VERTEX_MARK,
        signatures_bound_to=visit.world.signatures_bound_to,
        field_strict_schemas=visit.world.field_strict_schemas,
    )
    return request


_SERVER_SIDE = {"includeServerSideToolInvocations": True}
"Not a field here: functions and Google's own tools go together without it."


def _check_contents(request: JsonObject) -> None:
    for number, content in enumerate(request.get("contents", [])):
        if content.get("role") not in ("user", "model"):
            raise invalid_argument(
                "Please use a valid role: user, model.", f"contents[{number}].role"
            )
        for part in content.get("parts", []):
            uri = part.get("fileData", {}).get("fileUri", "")
            if (uri and not uri.startswith(("gs://", "https://"))) or "/v1beta/files/" in uri:
                raise invalid_argument(f"Unsupported file uri: {uri}")


def _check_cache(request: JsonObject) -> None:
    name = request.get("cachedContent")
    if name is not None and not name.startswith("projects/"):
        raise invalid_argument("Invalid resource name of cached_content.", "cached_content")


def _in_its_words(chunk: JsonObject, traffic: str, *, bare: bool) -> JsonObject:
    """bare: calls without ids, and without arguments where they have none."""
    usage = {**chunk.get("usageMetadata", {}), "trafficType": traffic}
    usage.pop("serviceTier", None)
    told = {**chunk, "usageMetadata": usage, "createTime": "2026-11-23T12:00:00.000000Z"}
    if bare:
        told["candidates"] = [_bare(candidate) for candidate in chunk.get("candidates", [])]
    return told


def _bare(candidate: JsonObject) -> JsonObject:
    content = candidate.get("content", {})
    parts = [_bare_call(part) for part in content.get("parts", [])]
    return {**candidate, "content": {**content, "parts": parts}} if parts else candidate


def _bare_call(part: JsonObject) -> JsonObject:
    call = part.get("functionCall")
    if call is None:
        return part
    told = {"name": call["name"]}
    if call.get("args"):
        told["args"] = call["args"]
    return {**part, "functionCall": told}


def _count_tokens(visit: Visit) -> JsonObject:
    body = parse_message("VertexCountTokensRequest", read_json(visit.received.raw_body), VERTEX)
    _check_contents(body)
    if not body.get("contents"):
        raise invalid_argument("* CountTokensRequest.contents: contents is not specified")
    total = tokens_of_request(body)
    return {
        "totalTokens": total,
        "totalBillableCharacters": 4 * total,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}],
    }


def _embed(visit: Visit, card: Card) -> JsonObject:
    body = read_json(visit.received.raw_body)
    if visit.received.action == "embedContent":
        request = parse_message("VertexEmbedContentRequest", body, VERTEX)
        tokens = _tokens(request)
        return {
            "embedding": {"values": _vector(request, card)},
            "truncated": False,
            "usageMetadata": {"promptTokenCount": tokens, "totalTokenCount": tokens},
        }
    batch = parse_message("VertexBatchEmbedContentsRequest", body, VERTEX)
    requests: list[JsonObject] = batch.get("requests", [])
    tokens = sum(map(_tokens, requests))
    return {
        "embeddings": [{"values": _vector(request, card)} for request in requests],
        "usageMetadata": {"promptTokenCount": tokens},
    }


def _predict(visit: Visit, card: Card) -> JsonObject:
    body = parse_message("PredictRequest", read_json(visit.received.raw_body), VERTEX)
    size = body.get("parameters", {}).get("outputDimensionality", card.dimensions)
    predictions: list[Any] = []
    for instance in body.get("instances", []):
        content = {"parts": [{"text": instance.get("content", "")}]}
        values = vector({"content": content, "outputDimensionality": size}, card)
        statistics = {"token_count": tokens_of_content(content), "truncated": False}
        predictions.append({"embeddings": {"values": values, "statistics": statistics}})
    return {"predictions": predictions}


def _tokens(request: JsonObject) -> int:
    _check_contents({"contents": [request.get("content", {})]})
    tokens = tokens_of_content(request["content"])
    if not tokens:
        raise invalid_argument("* content: content is empty")
    return tokens


def _vector(request: JsonObject, card: Card) -> list[float]:
    config = request.get("embedContentConfig", {})
    size = int(config.get("outputDimensionality", card.dimensions))
    return vector({"content": request["content"], "outputDimensionality": size}, card)
