"""The Interactions API of the pretend Google: whole and streamed, with state on the server.

Everything is snake_case, and errors have words for codes. The pretend model repeats what it was
told, and says how many turns came before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from aiohttp import web

from proxy_core.simulator.delivery import send_frames
from proxy_core.simulator.gemini_api import admit
from proxy_core.simulator.parsing import read_json
from proxy_core.simulator.refusals import JsonObject, Refusal, json_answer
from proxy_core.simulator.storage_api import owned, time_text
from proxy_core.simulator.stored_files import URI
from proxy_core.simulator.visits import Visit

_PARAMETERS = (
    "model agent input system_instruction tools generation_config response_format "
    "response_modalities previous_interaction_id store background stream continuation_token "
    "cached_content safety_settings service_tier labels agent_config environment "
    "response_mime_type webhook_config"
)
_KNOWN = frozenset(_PARAMETERS.split())


async def create_interaction(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    body = read_json(visit.received.raw_body)
    if unknown := body.keys() - _KNOWN:
        raise _refusal(400, "invalid_request", f"Unknown parameter '{min(unknown)}'.")
    if "input" not in body or ("model" not in body and "agent" not in body):
        raise _refusal(400, "invalid_request", "input and model are required.")
    if body.get("model", next(iter(visit.world.models))) not in visit.world.models:
        raise _refusal(404, "not_found", "The model was not found.")
    earlier = body.get("previous_interaction_id")
    turns = 0 if earlier is None else owned(visit, f"interactions/{earlier}")["turns"]
    for name in _files(body["input"]):
        owned(visit, name)
    resource = _answered(visit, body, turns)
    visit.world.stored[f"interactions/{resource['id']}"] = {
        "project": project.id,
        "resource": resource,
        "turns": turns + 1,
    }
    if body.get("stream"):
        return await send_frames(visit.request, _frames(resource), visit.reply)
    return await visit.answer(resource)


async def show_interaction(visit: Visit) -> web.StreamResponse:
    resource = owned(visit, _name(visit))["resource"]
    if visit.received.query.get("stream") == "true":
        return await send_frames(visit.request, _frames(resource), visit.reply)
    return await visit.answer(resource)


async def cancel_interaction(visit: Visit) -> web.StreamResponse:
    resource = owned(visit, _name(visit))["resource"]
    resource["status"] = "cancelled"
    return await visit.answer(resource)


async def delete_interaction(visit: Visit) -> web.StreamResponse:
    owned(visit, _name(visit))
    del visit.world.stored[_name(visit)]
    return await visit.answer({})


def _name(visit: Visit) -> str:
    return f"interactions/{visit.request.match_info['id']}"


def _answered(visit: Visit, body: JsonObject, turns: int) -> JsonObject:
    said = _words(body["input"])
    text = f"You said: {said}" + (f" (after {turns} turns)" if turns else "")
    counts = {"total_input_tokens": len(said.split()), "total_output_tokens": len(text.split())}
    return {
        "id": f"v1_pretend{visit.world.next_serial():06d}",
        "object": "interaction",
        "status": "in_progress" if body.get("background") else "completed",
        "created": time_text(visit.now),
        "updated": time_text(visit.now),
        **{key: body[key] for key in ("model", "agent") if key in body},
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": text}]}],
        "usage": {**counts, "total_tokens": sum(counts.values())},
    }


def _frames(resource: JsonObject) -> Iterator[bytes]:
    """The events of one answer, and the word that ends them."""
    begun = {"id": resource["id"], "status": "in_progress", "object": "interaction"}
    text = resource["steps"][0]["content"][0]["text"]
    half = len(text) // 2
    done = {**resource, "steps": []}
    for event in (
        {"event_type": "interaction.created", "interaction": begun},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        *(
            {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": piece}}
            for piece in (text[:half], text[half:])
        ),
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": done},
    ):
        yield b"data: " + orjson.dumps(event) + b"\n\n"
    yield b"data: [DONE]\n\n"


def _words(value: Any) -> str:
    """All text of an input, in whatever of its forms."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(_words(item) for item in value)
    if isinstance(value, dict):
        return _words(value.get("text", value.get("content", "")))
    return ""


def _files(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _files(item)
    elif isinstance(value, dict):
        if str(value.get("uri", "")).startswith(URI):
            yield value["uri"].removeprefix(URI)
        yield from _files(value.get("content"))


def _refusal(status: int, code: str, message: str) -> Refusal:
    return Refusal(json_answer(status, {"error": {"code": code, "message": message}}))
