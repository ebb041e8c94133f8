"""Uploads to the pretend Google: resumable as google-genai makes them, and multipart at once.

The bytes of a session come without a credential. They are counted and hashed as they arrive; only
their beginning is kept, so that a test may send gigabytes. What arrived before a connection broke
stays, and a query tells how much that is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from email.message import Message

from aiohttp import web

from proxy_core.simulator.delivery import send_whole
from proxy_core.simulator.gemini_api import admit
from proxy_core.simulator.parsing import read_json
from proxy_core.simulator.refusals import (
    Answer,
    JsonObject,
    Refusal,
    invalid_argument,
    json_answer,
    not_found,
)
from proxy_core.simulator.storage_api import owned, time_text
from proxy_core.simulator.stored_files import URI, coming
from proxy_core.simulator.stores_api import store_document
from proxy_core.simulator.visits import Visit

_FILE_LIFE_S = 48 * 3600
_KEPT_BYTES = 4 * 1024 * 1024
_STATUS = "x-goog-upload-status"
_COMMANDS = ({"upload"}, {"upload", "finalize"}, {"finalize"}, {"query"}, {"cancel"})


async def start_upload(visit: Visit) -> web.StreamResponse:
    """`/upload/…/files`, and `…:uploadToFileSearchStore` of a store."""
    project = admit(visit)
    store = visit.request.match_info.get("store")
    if store is not None:
        owned(visit, f"fileSearchStores/{store}")
    headers = visit.received.headers
    match headers.get("X-Goog-Upload-Protocol", "").lower():
        case "resumable":
            return await _start_session(visit, project.id, store)
        case "multipart":
            return await _take_at_once(visit, project.id)
        case protocol:
            raise invalid_argument(f"Invalid X-Goog-Upload-Protocol: {protocol!r}.")


async def _start_session(visit: Visit, project: str, store: str | None) -> web.StreamResponse:
    headers = visit.received.headers
    if headers.get("X-Goog-Upload-Command") != "start":
        raise invalid_argument("X-Goog-Upload-Command must be start.")
    announced = headers.get("X-Goog-Upload-Header-Content-Length")
    if announced is not None and not announced.isdigit():
        raise invalid_argument("X-Goog-Upload-Header-Content-Length must be a number.")
    body = read_json(visit.received.raw_body)
    metadata = body if store is not None else _described(body)
    session = f"session-{visit.world.next_serial():06d}"
    visit.world.stored[session] = {
        "project": project,
        "store": store,
        "size": 0,
        "announced": None if announced is None else int(announced),
        "digest": hashlib.sha256(),
        "head": bytearray(),
        "mime_type": headers.get("X-Goog-Upload-Header-Content-Type", "application/octet-stream"),
        "display_name": metadata.get("display_name", metadata.get("displayName", "")),
    }
    address = f"{visit.request.url.origin()}/upload/session/{session}?upload_protocol=resumable"
    told = {
        "x-goog-upload-url": address,
        "x-goog-upload-control-url": address,
        "x-goog-upload-chunk-granularity": "262144",
        _STATUS: "active",
    }
    return await send_whole(visit.request, Answer(200, b"", told), visit.reply)


async def receive_bytes(visit: Visit) -> web.StreamResponse:
    """`/upload/session/…`: one command about a session, with its bytes."""
    name = visit.request.match_info["session"]
    session = visit.world.stored.get(name)
    if session is None:
        raise not_found("Upload session not found.")
    headers = visit.received.headers
    words = {word.strip() for word in headers.get("X-Goog-Upload-Command", "").split(",")}
    if words not in _COMMANDS:
        raise invalid_argument("X-Goog-Upload-Command is not one of the protocol.")
    if words == {"cancel"}:
        del visit.world.stored[name]
        return await _tell(visit, {}, {_STATUS: "cancelled"})
    if words == {"query"}:
        received = {"x-goog-upload-size-received": str(session["size"])}
        return await _tell(visit, {}, {_STATUS: "active", **received})
    if headers.get("X-Goog-Upload-Offset", "0") != str(session["size"]):
        raise _while_active("X-Goog-Upload-Offset does not match the bytes received.")
    async for piece in visit.request.content.iter_any():
        _take(session, piece)
    if "finalize" not in words:
        return await _tell(visit, {}, {_STATUS: "active"})
    if session["announced"] not in (None, session["size"]):
        raise _while_active("The upload is not complete.")
    del visit.world.stored[name]
    return await _tell(visit, _finished(visit, session), {_STATUS: "final"})


async def download(visit: Visit) -> web.StreamResponse:
    """`files/…:download`: of what Google made itself."""
    stored = owned(visit, f"files/{visit.request.match_info['id']}")
    resource = stored["resource"]
    if resource["source"] != "GENERATED":
        raise invalid_argument("Only generated files can be downloaded.")
    if visit.received.query.get("alt") != "media":
        raise invalid_argument("Downloads need alt=media.")
    answer = Answer(200, bytes(stored["content"]), content_type=resource["mimeType"])
    return await send_whole(visit.request, answer, visit.reply)


async def register(visit: Visit) -> web.StreamResponse:
    """`files:register`: objects of Cloud Storage become files."""
    project = admit(visit)
    uris = read_json(visit.received.raw_body).get("uris")
    if not isinstance(uris, list) or not all(str(uri).startswith("gs://") for uri in uris):
        raise invalid_argument("uris must name objects of Cloud Storage.", "uris")
    made = [
        keep_file(visit, project.id, b"", "application/octet-stream", source="REGISTERED")
        for _ in uris
    ]
    return await visit.answer({"files": made})


def keep_file(
    visit: Visit,
    project: str,
    content: bytes,
    mime_type: str,
    *,
    source: str,
    more: Mapping[str, str] | None = None,
) -> JsonObject:
    """A new file of a project; more: fields that say otherwise."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"files/pretend{visit.world.next_serial():06d}"
    resource: JsonObject = {
        "name": name,
        "mimeType": mime_type,
        "sizeBytes": str(len(content)),
        "createTime": time_text(visit.now),
        "updateTime": time_text(visit.now),
        "expirationTime": time_text(visit.now + _FILE_LIFE_S),
        "sha256Hash": base64.b64encode(digest.encode()).decode(),
        "uri": URI + name,
        "state": (*visit.world.file_states, "ACTIVE")[0],
        "source": source,
        **(more or {}),
    }
    if source == "GENERATED":
        resource["downloadUri"] = f"{URI}{name}:download?alt=media"
        resource["state"] = "ACTIVE"
    visit.world.stored[name] = {
        "project": project,
        "resource": resource,
        "content": content,
        "coming": coming(visit.world.file_states) if source == "UPLOADED" else [],
    }
    return resource


async def _take_at_once(visit: Visit, project: str) -> web.StreamResponse:
    kind = Message()
    kind["Content-Type"] = visit.received.headers.get("Content-Type", "")
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/related" or not isinstance(boundary, str):
        raise invalid_argument("A multipart upload needs Content-Type multipart/related.")
    pieces = visit.received.raw_body.split(b"--" + boundary.encode())[1:-1]
    if len(pieces) != 2:
        raise invalid_argument("A multipart upload has two parts: metadata and content.")
    metadata, content = (piece.strip(b"\r\n").partition(b"\r\n\r\n") for piece in pieces)
    described = _described(read_json(metadata[2]))
    mime_type = _content_type(content[0])
    more = {"displayName": str(described.get("display_name", described.get("displayName", "")))}
    file = keep_file(visit, project, content[2], mime_type, source="UPLOADED", more=more)
    return await _tell(visit, {"file": file}, {_STATUS: "final"})


def _described(body: JsonObject) -> JsonObject:
    """What is told of a new file beside its bytes."""
    described = body.get("file") or {}
    if not isinstance(described, dict):
        raise invalid_argument("Invalid value at 'file'.", "file")
    return described


def _content_type(head: bytes) -> str:
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.strip()
    return "application/octet-stream"


def _take(session: JsonObject, piece: bytes) -> None:
    session["size"] += len(piece)
    session["digest"].update(piece)
    room = _KEPT_BYTES - len(session["head"])
    session["head"] += piece[:room]


def _finished(visit: Visit, session: JsonObject) -> JsonObject:
    """The file, or the operation that puts it into a store."""
    if session["store"] is not None:
        return store_document(visit, session["project"], session["store"], session["display_name"])
    more = {
        "displayName": session["display_name"],
        "sizeBytes": str(session["size"]),
        "sha256Hash": base64.b64encode(session["digest"].hexdigest().encode()).decode(),
    }
    content = bytes(session["head"])
    file = keep_file(
        visit, session["project"], content, session["mime_type"], source="UPLOADED", more=more
    )
    return {"file": file}


def _while_active(message: str) -> Refusal:
    answer = invalid_argument(message).answer
    return Refusal(Answer(answer.status, answer.body, {_STATUS: "active"}))


async def _tell(visit: Visit, body: JsonObject, headers: dict[str, str]) -> web.StreamResponse:
    return await send_whole(visit.request, json_answer(200, body, headers), visit.reply)
