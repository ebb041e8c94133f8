"""Batch jobs of the pretend Google: an operation whose state moves on each time it is looked at.

Requests come inline or as lines of an uploaded file; answers go back the same way. Each request is
answered by the pretend model, or by the error that it would have met.
"""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from proxy_core.simulator.chunks import Occasion, fold, make_chunks
from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.gemini_api import admit, vector
from proxy_core.simulator.mind import think
from proxy_core.simulator.parsing import parse_message, read_json
from proxy_core.simulator.refusals import JsonObject, Refusal, invalid_argument
from proxy_core.simulator.storage_api import listed, owned, time_text
from proxy_core.simulator.tokens import tokens_of_request
from proxy_core.simulator.uploads_api import keep_file
from proxy_core.simulator.visits import Visit

_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"
_STATES = ("BATCH_STATE_PENDING", "BATCH_STATE_RUNNING", "BATCH_STATE_SUCCEEDED")


async def create_batch(visit: Visit) -> web.StreamResponse:
    """`models/{model}:batchGenerateContent` and `…:asyncBatchEmbedContent`."""
    project = admit(visit)
    card = visit.world.models.get(visit.received.model)
    embeds = visit.received.action == "asyncBatchEmbedContent"
    if card is None or (card.kind == "embedding") is not embeds:
        raise FAULTS["model_not_found"].refusal(model=visit.received.model)
    batch = read_json(visit.received.raw_body).get("batch")
    if not isinstance(batch, dict):
        raise invalid_argument("batch must be set.", "batch")
    requests, from_file = _requests(visit, _either(batch, "inputConfig", "input_config") or {})
    name = f"batches/pretend{visit.world.next_serial():06d}"
    operation: JsonObject = {
        "name": name,
        "metadata": {
            "@type": _TYPE,
            "name": name,
            "model": f"models/{card.id}",
            "displayName": _either(batch, "displayName", "display_name") or "",
            "createTime": time_text(visit.now),
            "updateTime": time_text(visit.now),
            "batchStats": {"requestCount": str(len(requests))},
            "state": _STATES[0],
        },
    }
    visit.world.stored[name] = {
        "project": project.id,
        "resource": operation,
        "requests": requests,
        "from_file": from_file,
        "model": card.id,
    }
    return await visit.answer(operation)


async def show_batches(visit: Visit) -> web.StreamResponse:
    admit(visit)
    return await visit.answer(listed(visit, "batches/", "operations"))


async def show_batch(visit: Visit) -> web.StreamResponse:
    stored = owned(visit, _name(visit))
    _advance(visit, stored)
    return await visit.answer(stored["resource"])


async def cancel_batch(visit: Visit) -> web.StreamResponse:
    metadata = owned(visit, _name(visit))["resource"]["metadata"]
    if metadata["state"] in _STATES[:2]:
        metadata["state"] = "BATCH_STATE_CANCELLED"
    return await visit.answer({})


async def delete_batch(visit: Visit) -> web.StreamResponse:
    owned(visit, _name(visit))
    del visit.world.stored[_name(visit)]
    return await visit.answer({})


def _name(visit: Visit) -> str:
    return f"batches/{visit.request.match_info['id']}"


def _either(body: JsonObject, camel: str, snake: str) -> Any:
    return body.get(camel, body.get(snake))


def _requests(visit: Visit, config: JsonObject) -> tuple[list[JsonObject], bool]:
    """The requests of a job, each with its `request`, and whether a file held them."""
    name = _either(config, "fileName", "file_name")
    if name is not None:
        content: bytes = owned(visit, str(name))["content"]
        return [orjson.loads(line) for line in content.splitlines() if line.strip()], True
    inline = config.get("requests", {}).get("requests")
    if not isinstance(inline, list) or not inline:
        raise invalid_argument("A batch needs requests, inline or in a file.", "input_config")
    return inline, False


def _advance(visit: Visit, stored: JsonObject) -> None:
    metadata = stored["resource"]["metadata"]
    if metadata["state"] not in _STATES[:2]:
        return
    state = _STATES[_STATES.index(metadata["state"]) + 1]
    metadata |= {"state": state, "updateTime": time_text(visit.now)}
    if state == _STATES[-1]:
        metadata["endTime"] = time_text(visit.now)
        metadata["output"] = _output(visit, stored)
        stored["resource"] |= {"done": True, "response": metadata["output"]}


def _output(visit: Visit, stored: JsonObject) -> JsonObject:
    answers = [_answered(visit, stored, one) for one in stored["requests"]]
    if stored["from_file"]:
        lines = b"".join(orjson.dumps(answer) + b"\n" for answer in answers)
        file = keep_file(visit, stored["project"], lines, "application/jsonl", source="GENERATED")
        return {"responsesFile": file["name"]}
    card = visit.world.models[stored["model"]]
    field = "inlinedEmbedContentResponses" if card.kind == "embedding" else "inlinedResponses"
    return {field: {"inlinedResponses": answers}}


def _answered(visit: Visit, stored: JsonObject, one: JsonObject) -> JsonObject:
    card = visit.world.models[stored["model"]]
    named = {"key": one["key"]} if "key" in one else {}
    try:
        if card.kind == "embedding":
            request = parse_message("EmbedContentRequest", one.get("request", {}))
            return {**named, "response": {"embedding": {"values": vector(request, card)}}}
        request = parse_message("GenerateContentRequest", one.get("request", {}))
    except Refusal as refusal:
        return {**named, "error": orjson.loads(refusal.answer.body)["error"]}
    response_id = f"pretend{visit.world.next_serial():06d}"
    config = request.get("generationConfig", {})
    tokens = tokens_of_request(request)
    occasion = Occasion(card, stored["project"], response_id, tokens, 0, config)
    return {**named, "response": fold(make_chunks(think(request, card), occasion))}
