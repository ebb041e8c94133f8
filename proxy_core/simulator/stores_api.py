"""File search stores of the pretend Google: stores, their documents, and how files get in.

Nothing is searched. An operation is done at the second look.
"""

from __future__ import annotations

from aiohttp import web

from proxy_core.simulator.gemini_api import admit
from proxy_core.simulator.parsing import read_json
from proxy_core.simulator.refusals import JsonObject, invalid_argument
from proxy_core.simulator.storage_api import listed, owned, time_text
from proxy_core.simulator.visits import Visit

_KNOWN = {"displayName", "display_name", "embeddingModel", "embedding_model"}


async def create_store(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    body = read_json(visit.received.raw_body)
    if unknown := body.keys() - _KNOWN:
        raise invalid_argument(f'Unknown name "{min(unknown)}": Cannot find field.')
    name = f"fileSearchStores/pretend{visit.world.next_serial():06d}"
    resource = {
        "name": name,
        "displayName": body.get("displayName", body.get("display_name", "")),
        "createTime": time_text(visit.now),
        "updateTime": time_text(visit.now),
    }
    visit.world.stored[name] = {"project": project.id, "resource": resource}
    return await visit.answer(resource)


async def delete_store(visit: Visit) -> web.StreamResponse:
    """A store that is not empty goes only by force."""
    name = _store(visit)
    owned(visit, name)
    inside = [other for other in visit.world.stored if other.startswith(f"{name}/")]
    documents = [other for other in inside if "/documents/" in other]
    if documents and visit.received.query.get("force") != "true":
        raise invalid_argument("Cannot delete non-empty FileSearchStore.")
    for other in (*inside, name):
        del visit.world.stored[other]
    return await visit.answer({})


async def show_documents(visit: Visit) -> web.StreamResponse:
    owned(visit, _store(visit))
    return await visit.answer(listed(visit, f"{_store(visit)}/documents/", "documents"))


async def show_part(visit: Visit) -> web.StreamResponse:
    """A document, or an operation of the store."""
    stored = owned(visit, _part(visit))
    if "pending" in stored:
        _advance(stored)
    return await visit.answer(stored["resource"])


async def delete_part(visit: Visit) -> web.StreamResponse:
    owned(visit, _part(visit))
    del visit.world.stored[_part(visit)]
    return await visit.answer({})


async def import_file(visit: Visit) -> web.StreamResponse:
    stored = owned(visit, _store(visit))
    body = read_json(visit.received.raw_body)
    file = owned(visit, str(body.get("fileName", body.get("file_name", ""))))
    shown = file["resource"].get("displayName", "")
    store = visit.request.match_info["id"]
    return await visit.answer(store_document(visit, stored["project"], store, shown))


def store_document(visit: Visit, project: str, store: str, display_name: str) -> JsonObject:
    """A new document of a store; the operation that brings it there."""
    document = f"fileSearchStores/{store}/documents/pretend{visit.world.next_serial():06d}"
    visit.world.stored[document] = {
        "project": project,
        "resource": {
            "name": document,
            "displayName": display_name,
            "state": "STATE_ACTIVE",
            "createTime": time_text(visit.now),
        },
    }
    name = f"fileSearchStores/{store}/operations/pretend{visit.world.next_serial():06d}"
    operation: JsonObject = {"name": name}
    outcome = {"parent": f"fileSearchStores/{store}", "documentName": document}
    visit.world.stored[name] = {
        "project": project,
        "resource": operation,
        "pending": 1,
        "outcome": outcome,
    }
    return operation


def _advance(stored: JsonObject) -> None:
    if stored["pending"]:
        stored["pending"] -= 1
    else:
        stored["resource"] |= {"done": True, "response": stored["outcome"]}


def _store(visit: Visit) -> str:
    return f"fileSearchStores/{visit.request.match_info['id']}"


def _part(visit: Visit) -> str:
    match = visit.request.match_info
    return f"fileSearchStores/{match['id']}/{match['kind']}/{match['part']}"
