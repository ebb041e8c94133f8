"""The Gemini API: models, generating (whole and streamed), counting tokens, embeddings.

Each call passes, in Google's order: credential and project, the model, the parser, the rules, the
quota. Not here: files and caches (`storage_api.py`).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from proxy_core.simulator.access import admit_to_gemini
from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.chunks import Occasion, fold, make_chunks
from proxy_core.simulator.delivery import send_stream, send_whole
from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.hops import hop_of
from proxy_core.simulator.mind import think
from proxy_core.simulator.parsing import parse_message, read_json
from proxy_core.simulator.quotas import Limits
from proxy_core.simulator.refusals import (
    Answer,
    JsonObject,
    Refusal,
    invalid_argument,
    json_answer,
)
from proxy_core.simulator.rules import check_request
from proxy_core.simulator.scripts import fault_answer
from proxy_core.simulator.stored_files import check_files
from proxy_core.simulator.tokens import (
    cached_tokens,
    tokens_by_modality,
    tokens_of_content,
    tokens_of_request,
)
from proxy_core.simulator.visits import Visit
from proxy_core.simulator.world import Project

_MOST_EMBEDDINGS = 100
_NO_LIMITS = Limits()
_NOT_OFFERED = Limits(rpm=0, rpd=0)


async def act(visit: Visit) -> web.StreamResponse:
    """`models/{model}:{action}`."""
    project = admit(visit)
    card = _card(visit, project)
    match visit.received.action:
        case "generateContent":
            return await _generate(visit, project, card)
        case "streamGenerateContent":
            return await _stream(visit, project, card)
        case "countTokens":
            return await visit.answer(_count_tokens(visit))
        case "embedContent" | "batchEmbedContents" if card.kind == "embedding":
            return await visit.answer(_embed(visit, project, card))
        case _:
            raise FAULTS["model_not_found"].refusal(model=card.id)


async def list_models(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    names = [name for name in visit.world.models if _offered(visit, name, project)]
    start, size = page_of(visit.received.query)
    body: JsonObject = {
        "models": [visit.world.models[name].resource() for name in names[start : start + size]]
    }
    if start + size < len(names):
        body["nextPageToken"] = f"page-{start + size}"
    return await visit.answer(body)


async def show_model(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    return await visit.answer(_card(visit, project).resource())


def admit(visit: Visit) -> Project:
    """The project that pays, noted in the log."""
    project = admit_to_gemini(visit.world, visit.caller, visit.now)
    visit.received.project = project.id
    return project


def page_of(query: Mapping[str, str]) -> tuple[int, int]:
    """First index and size of the page asked for."""
    token = query.get("pageToken", "") or "page-0"
    size = query.get("pageSize", "50")
    if not token.removeprefix("page-").isdigit() or not token.startswith("page-"):
        raise invalid_argument("Invalid page token.", "page_token")
    if not size.isdigit():
        raise invalid_argument(f"Invalid value at 'page_size' (TYPE_INT32), \"{size}\"")
    return int(token.removeprefix("page-")), min(int(size) or 50, 1000)


def _card(visit: Visit, project: Project) -> Card:
    """The model named in the path, if this project and API version have it."""
    name = visit.received.model
    if name not in visit.world.models or not _on_this_version(visit, name):
        raise FAULTS["model_not_found"].refusal(model=name)
    if not _offered(visit, name, project):
        raise FAULTS["model_closed_to_new_users"].refusal(model=name)
    return visit.world.models[name]


def _on_this_version(visit: Visit, name: str) -> bool:
    """The `-latest` aliases do not exist on v1."""
    return visit.world.models[name].alias_of is None or visit.request.match_info["version"] != "v1"


def _offered(visit: Visit, name: str, project: Project) -> bool:
    card = visit.world.models[name]
    return not (card.closed_to_new and project.new_user) and _on_this_version(visit, name)


async def _generate(visit: Visit, project: Project, card: Card) -> web.StreamResponse:
    return await send_generated(visit, _chunks(visit, project, card))


async def send_generated(visit: Visit, chunks: list[JsonObject]) -> web.StreamResponse:
    """The chunks as one whole answer, spoiled as the reply orders."""
    reply = visit.reply
    if reply.error_after is not None:
        raise Refusal(fault_answer(reply.error_fault))
    answer = Answer(200, b"") if reply.verbatim == () else json_answer(200, fold(chunks))
    return await send_whole(visit.request, answer, reply)


async def _stream(visit: Visit, project: Project, card: Card) -> web.StreamResponse:
    chunks = _chunks(visit, project, card)
    sse = visit.received.query.get("alt") == "sse"
    return await send_stream(visit.request, chunks, visit.reply, sse=sse)


def _chunks(visit: Visit, project: Project, card: Card) -> list[JsonObject]:
    """Check and charge the request, then answer it: scripted chunks, or the model's own."""
    request = _accepted(visit, project, card)
    tokens = checked_tokens(request, card)
    charge(visit, project, card, tokens)
    return chunks_of(visit, project.id, card, request, tokens)


def checked_tokens(request: JsonObject, card: Card) -> int:
    """Input tokens; refuses more than the model can read."""
    tokens = tokens_of_request(request)
    if tokens > card.input_limit:
        raise invalid_argument(
            f"The input token count ({tokens}) exceeds the maximum number of tokens allowed "
            f"({card.input_limit})."
        )
    return tokens


def chunks_of(
    visit: Visit, owner: str, card: Card, request: JsonObject, tokens: int
) -> list[JsonObject]:
    """The answer to a request that was accepted and paid for.

    owner: the project, or what stands for it in signatures and the implicit cache.
    """
    if visit.reply.verbatim is not None:
        return list(visit.reply.verbatim)
    hop = hop_of(request, card, owner, visit.reply.checkpoint_every)
    cached = 0
    if tokens >= card.cache_minimum:
        seen = visit.world.cached_prefixes.setdefault((owner, card.id), set())
        cached = cached_tokens(seen, request, card.cache_minimum)
    config = request.get("generationConfig", {})
    response_id = f"pretend{visit.world.next_serial():06d}"
    details = tuple(tokens_by_modality(request, tokens))
    occasion = Occasion(card, owner, response_id, tokens, cached, config, details, hop)
    return make_chunks(think(request, card), occasion)


def _accepted(visit: Visit, project: Project, card: Card) -> JsonObject:
    """The parsed request that passed every rule, an explicit cache's contents before its own."""
    if card.kind in ("embedding", "live"):
        raise FAULTS["model_not_found"].refusal(model=card.id)
    version = visit.request.match_info["version"]
    request = parse_message("GenerateContentRequest", read_json(visit.received.raw_body), version)
    check_request(
        request,
        card,
        project.id,
        signatures_bound_to=visit.world.signatures_bound_to,
        field_strict_schemas=visit.world.field_strict_schemas,
    )
    check_files(request, visit.world.stored, project.id)
    return _with_cached(visit, request, project)


def _with_cached(visit: Visit, request: JsonObject, project: Project) -> JsonObject:
    """The request with the contents of its explicit cache before its own."""
    name = request.get("cachedContent")
    if name is None:
        return request
    stored = visit.world.stored.get(name)
    if stored is None or stored["project"] != project.id:
        raise FAULTS["cache_not_owned"].refusal()
    cache = stored["request"]
    return {**request, **cache, "contents": [*cache.get("contents", []), *request["contents"]]}


def charge(visit: Visit, project: Project, card: Card, tokens: int) -> None:
    model = card.alias_of or card.id
    offered = card.free or not project.free_tier
    otherwise = project.limits.get("*", _NO_LIMITS) if offered else _NOT_OFFERED
    limits = project.limits.get(model, otherwise)
    exceeded = visit.world.quotas.charge(project.id, model, limits, tokens, visit.now)
    if exceeded is None:
        return
    free = project.free_tier
    metric = "generate_content_free_tier_requests" if free else "generate_requests_per_model"
    if "token" in exceeded.fault:
        metric = f"generate_content_{'free' if free else 'paid'}_tier_input_token_count"
    raise FAULTS[exceeded.fault].refusal(
        model=model,
        metric=metric,
        tier="-FreeTier" if free else "",
        limit=exceeded.limit,
        retry_s=exceeded.retry_s,
    )


def _count_tokens(visit: Visit) -> JsonObject:
    body = parse_message("CountTokensRequest", read_json(visit.received.raw_body))
    if "contents" in body and "generateContentRequest" in body:
        raise invalid_argument("Only one of contents and generate_content_request may be set.")
    inner = body.get("generateContentRequest", body)
    named = inner.get("model", f"models/{visit.received.model}")
    if named != f"models/{visit.received.model}":
        raise invalid_argument("The model in the request does not match the model in the URL.")
    if not inner.get("contents"):
        raise invalid_argument("* CountTokensRequest.contents: contents is not specified")
    total = tokens_of_request(inner)
    return {
        "totalTokens": total,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}],
    }


def _embed(visit: Visit, project: Project, card: Card) -> JsonObject:
    body = read_json(visit.received.raw_body)
    if visit.received.action == "embedContent":
        request = parse_message("EmbedContentRequest", body)
        charge(visit, project, card, _check_embedding(request, card, 0))
        return {"embedding": {"values": vector(request, card)}}
    requests = parse_message("BatchEmbedContentsRequest", body).get("requests", [])
    if not 1 <= len(requests) <= _MOST_EMBEDDINGS:
        raise invalid_argument(
            "* BatchEmbedContentsRequest.requests: between 1 and 100 requests can be in one batch"
        )
    tokens = 0
    for number, request in enumerate(requests):
        if request.get("model") != f"models/{card.id}":
            raise invalid_argument(
                f"* BatchEmbedContentsRequest.requests[{number}].model: must match the model in "
                "the URL.",
                f"requests[{number}].model",
            )
        tokens += _check_embedding(request, card, number)
    charge(visit, project, card, tokens)
    return {"embeddings": [{"values": vector(request, card)} for request in requests]}


def _check_embedding(request: JsonObject, card: Card, number: int) -> int:
    """Input tokens; refuses a request without content or with a size the model has not."""
    tokens = tokens_of_content(request.get("content", {}))
    if not tokens:
        raise invalid_argument(f"* requests[{number}].content: content is empty")
    if not 1 <= int(request.get("outputDimensionality", 1)) <= card.dimensions:
        raise invalid_argument(f"output_dimensionality must be between 1 and {card.dimensions}.")
    return tokens


def vector(request: JsonObject, card: Card) -> list[float]:
    """A vector that depends on the words alone; of length 1 but for shortened ones of -001."""
    parts: list[Any] = request["content"].get("parts", [])
    digest = hashlib.sha256(repr([card.id, parts]).encode()).digest()
    dice = random.Random(digest)  # noqa: S311 - repeatable numbers, no secret
    size = int(request.get("outputDimensionality", card.dimensions))
    values = [dice.uniform(-1, 1) for _ in range(size)]
    length = sum(value * value for value in values) ** 0.5
    if not card.unit_vectors and size < card.dimensions:
        length *= 2
    return [round(value / length, 7) for value in values]
