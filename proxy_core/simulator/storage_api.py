"""State that belongs to one project: who may look at it, lists of it, files and explicit caches.

Another project gets 403, as at Google. Not here: uploads (`uploads_api.py`), batches, file search
stores and interactions, which have files of their own and find here what they share.
"""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from proxy_core.simulator.fault_rows import FAULTS
from proxy_core.simulator.gemini_api import admit, page_of
from proxy_core.simulator.parsing import parse_message, read_json
from proxy_core.simulator.refusals import JsonObject, invalid_argument, permission_denied
from proxy_core.simulator.stored_files import advance, not_yours
from proxy_core.simulator.tokens import tokens_of_request
from proxy_core.simulator.visits import Visit

_CACHE_LIFE_S = 3600
_WORDS = {
    "batches": "batch",
    "fileSearchStores": "corpus",
    "interactions": "interaction",
    "tunedModels": "tuned model",
}


async def create_cache(visit: Visit) -> web.StreamResponse:
    project = admit(visit)
    if visit.request.match_info["version"] == "v1":
        raise permission_denied("Method not found.")
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
        "createTime": time_text(visit.now),
        "updateTime": time_text(visit.now),
        "expireTime": _expire_time(visit, body),
        "usageMetadata": {"totalTokenCount": tokens_of_request(kept)},
    }
    visit.world.stored[name] = {"project": project.id, "resource": resource, "request": kept}
    return await visit.answer(resource)


async def prolong_cache(visit: Visit) -> web.StreamResponse:
    stored = owned(visit, f"cachedContents/{visit.request.match_info['id']}")
    body = parse_message("CachedContent", read_json(visit.received.raw_body))
    if not body.keys() <= {"ttl", "expireTime"}:
        raise invalid_argument("Only ttl and expire_time can be updated.")
    stored["resource"] |= {
        "expireTime": _expire_time(visit, body),
        "updateTime": time_text(visit.now),
    }
    return await visit.answer(stored["resource"])


async def show_all(visit: Visit) -> web.StreamResponse:
    admit(visit)
    kind = visit.request.match_info["kind"]
    return await visit.answer(listed(visit, f"{kind}/", kind))


async def show(visit: Visit) -> web.StreamResponse:
    stored = owned(visit, _name(visit))
    advance(stored)
    return await visit.answer(stored["resource"])


async def delete(visit: Visit) -> web.StreamResponse:
    owned(visit, _name(visit))
    del visit.world.stored[_name(visit)]
    return await visit.answer({})


def owned(visit: Visit, name: str) -> JsonObject:
    """The record of this resource, if the caller's project owns it."""
    project = admit(visit)
    stored = visit.world.stored.get(name)
    if stored is not None and stored["project"] == project.id:
        return stored
    kind, _, rest = name.partition("/")
    if kind == "files":
        raise not_yours(name)
    if kind == "cachedContents":
        raise FAULTS["cache_not_owned"].refusal()
    word = _WORDS.get(kind, "operation")
    raise permission_denied(
        f"You do not have permission to access the {word} {rest} or it may not exist."
    )


def listed(visit: Visit, prefix: str, field: str) -> JsonObject:
    """One page of what the caller's project has under a prefix, by the list's field name."""
    found = [
        stored["resource"]
        for name, stored in visit.world.stored.items()
        if name.startswith(prefix)
        and "/" not in name.removeprefix(prefix)
        and stored["project"] == visit.received.project
    ]
    start, size = page_of(visit.received.query)
    page: JsonObject = {field: found[start : start + size]} if found[start:] else {}
    if start + size < len(found):
        page["nextPageToken"] = f"page-{start + size}"
    return page


def time_text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(visit: Visit) -> str:
    match = visit.request.match_info
    return f"{match['kind']}/{match['id']}"


def _expire_time(visit: Visit, body: JsonObject) -> str:
    if "expireTime" in body:
        return str(body["expireTime"])
    seconds = str(body.get("ttl", f"{_CACHE_LIFE_S}s")).removesuffix("s")
    if not seconds.replace(".", "", 1).isdigit():
        raise invalid_argument("Invalid value at 'cached_content.ttl' (Duration)", "ttl")
    return time_text(visit.now + float(seconds))
