"""State that belongs to one project: uploaded files and explicit caches.

Resumable uploads as google-genai makes them: the bytes go to a session address without credential.
Another project gets 403, as at Google.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

from aiohttp import web

from proxy_core.simulator.delivery import send_whole
from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.gemini_api import admit
from proxy_core.simulator.parsing import parse_message, read_json
from proxy_core.simulator.refusals import (
    JsonObject,
    invalid_argument,
    json_answer,
    not_found,
    permission_denied,
)
from proxy_core.simulator.tokens import tokens_of_request
from proxy_core.simulator.visits import Visit

_FILE_LIFE_S = 48 * 3600
_CACHE_LIFE_S = 3600


async def start_upload(visit: Visit) -> web.StreamResponse:
    """Answers with the address that takes the bytes."""
    project = admit(visit)
    headers = visit.received.headers
    if headers.get("X-Goog-Upload-Command") != "start":
        raise invalid_argument("X-Goog-Upload-Command must be start.")
    metadata = read_json(visit.received.raw_body).get("file", {})
    session = f"session-{visit.world.next_serial():06d}"
    visit.world.stored[session] = {
        "project": project.id,
        "bytes": b"",
        "mime_type": headers.get("X-Goog-Upload-Header-Content-Type", "application/octet-stream"),
        "display_name": metadata.get("display_name", metadata.get("displayName", "")),
    }
    address = f"{visit.request.url.origin()}/upload/session/{session}"
    answer = json_answer(200, {}, {"x-goog-upload-url": address, "x-goog-upload-status": "active"})
    return await send_whole(visit.request, answer, visit.reply)


async def receive_bytes(visit: Visit) -> web.StreamResponse:
    name = visit.request.match_info["session"]
    session = visit.world.stored.get(name)
    if session is None:
        raise not_found("Upload session not found.")
    headers = visit.received.headers
    if headers.get("X-Goog-Upload-Offset", "0") != str(len(session["bytes"])):
        raise invalid_argument("X-Goog-Upload-Offset does not match the bytes received.")
    session["bytes"] += visit.received.raw_body
    if "finalize" not in headers.get("X-Goog-Upload-Command", ""):
        answer = json_answer(200, {}, {"x-goog-upload-status": "active"})
        return await send_whole(visit.request, answer, visit.reply)
    del visit.world.stored[name]
    resource = _file(visit, session)
    visit.world.stored[resource["name"]] = {"project": session["project"], "resource": resource}
    answer = json_answer(200, {"file": resource}, {"x-goog-upload-status": "final"})
    return await send_whole(visit.request, answer, visit.reply)


async def create_cache(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    body = parse_message("CachedContent", read_json(visit.received.raw_body))
    card = visit.world.models.get(str(body.get("model", "")).removeprefix("models/"))
    if card is None or card.generation >= (4, 0) or card.kind != "text":
        raise FAULTS["model_not_found"].refusal(model=body.get("model", ""))
    kept: JsonObject = {
        key: body[key] for key in ("contents", "systemInstruction", "tools") if key in body
    }
    name = f"cachedContents/pretend{visit.world.next_serial():06d}"
    resource = {
        "name": name,
        "model": body["model"],
        "displayName": body.get("displayName", ""),
        "createTime": _time(visit.now),
        "updateTime": _time(visit.now),
        "expireTime": _expire_time(visit, body),
        "usageMetadata": {"totalTokenCount": tokens_of_request(kept)},
    }
    visit.world.stored[name] = {"project": project.id, "resource": resource, "request": kept}
    return await visit.answer(resource)


async def prolong_cache(visit: Visit) -> web.StreamResponse:
    _name, stored = _owned(visit, "cachedContents")
    body = parse_message("CachedContent", read_json(visit.received.raw_body))
    if not body.keys() <= {"ttl", "expireTime"}:
        raise invalid_argument("Only ttl and expire_time can be updated.")
    stored["resource"] |= {"expireTime": _expire_time(visit, body), "updateTime": _time(visit.now)}
    return await visit.answer(stored["resource"])


async def show_all(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    kind = visit.request.match_info["kind"]
    resources = [
        stored["resource"]
        for name, stored in visit.world.stored.items()
        if name.startswith(f"{kind}/") and stored["project"] == project.id
    ]
    return await visit.answer({kind: resources} if resources else {})


async def show(visit: Visit) -> web.StreamResponse:
    _name, stored = _owned(visit, visit.request.match_info["kind"])
    return await visit.answer(stored["resource"])


async def delete(visit: Visit) -> web.StreamResponse:
    name, _stored = _owned(visit, visit.request.match_info["kind"])
    del visit.world.stored[name]
    return await visit.answer({})


def _owned(visit: Visit, kind: str) -> tuple[str, JsonObject]:
    """Name and record of the resource in the path, if the caller's project owns it."""
    project = admit(visit)
    name = f"{kind}/{visit.request.match_info['id']}"
    stored = visit.world.stored.get(name)
    if stored is not None and stored["project"] == project.id:
        return name, stored
    if kind == "files":
        raise permission_denied(
            f"You do not have permission to access the File {name.removeprefix('files/')} or it "
            "may not exist."
        )
    raise FAULTS["cache_not_owned"].refusal()


def _file(visit: Visit, session: JsonObject) -> JsonObject:
    name = f"files/pretend{visit.world.next_serial():06d}"
    digest = hashlib.sha256(session["bytes"]).hexdigest()
    return {
        "name": name,
        "displayName": session["display_name"],
        "mimeType": session["mime_type"],
        "sizeBytes": str(len(session["bytes"])),
        "createTime": _time(visit.now),
        "updateTime": _time(visit.now),
        "expirationTime": _time(visit.now + _FILE_LIFE_S),
        "sha256Hash": base64.b64encode(digest.encode()).decode(),
        "uri": f"https://generativelanguage.googleapis.com/v1beta/{name}",
        "state": "ACTIVE",
        "source": "UPLOADED",
    }


def _expire_time(visit: Visit, body: JsonObject) -> str:
    if "expireTime" in body:
        return str(body["expireTime"])
    seconds = str(body.get("ttl", f"{_CACHE_LIFE_S}s")).removesuffix("s")
    if not seconds.replace(".", "", 1).isdigit():
        raise invalid_argument("Invalid value at 'cached_content.ttl' (Duration)", "ttl")
    return _time(visit.now + float(seconds))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
