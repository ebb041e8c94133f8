"""Paths of Vertex AI, for clients whose SDK is in Vertex mode: the same pool behind other shapes.

Project and location of the client say nothing here, for the pool has its own. What is asked and
answered is native all the same; only where the two services differ it is rewritten
(`gemini.from_vertex`). Not here: caches, batches and tuning of Vertex AI.
"""

from functools import partial

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects.gemini_native.parse import parse
from proxy_core.gemini.from_vertex import TIER_HEADER, publisher_model, to_gemini, to_vertex
from proxy_core.gemini.wire import Call, JsonObject
from proxy_core.server import native
from proxy_core.server.context import Services, Visit

VERSION = "v1beta"
"Of the Gemini API, for whichever of Vertex AI's the client names."


async def call(
    visit: Visit, name: str, action: str, services: Services, body: bytes
) -> StreamResponse:
    """Answers `…/models/{name}:{action}`. Raises BadRequest and Failed before the first byte."""
    pairs = native.pairs_of(visit.query)
    tier = visit.request.headers.get(TIER_HEADER, "")

    def read(model: str) -> Call:
        given = parse(VERSION, name, action, body, pairs, model)
        return services.owners.pinned(_converted(given, tier))

    return await native.serve(visit, name, read, services, partial(_answered, action))


def _converted(given: Call, tier: str) -> Call:
    """The call at the Gemini API; the client's own bytes where the two are the same."""
    action, body = to_gemini(given.model, given.action, given.body, tier)
    if action == given.action and body == given.body:
        return given
    return given._replace(action=action, body=body, raw=orjson.dumps(body))


def _answered(action: str, body: bytes, answer: JsonObject) -> bytes:
    """The body of a whole answer in Vertex AI's form."""
    told = to_vertex(action, answer)
    return body if told is answer else orjson.dumps(told)


async def models(visit: Visit, name: str, services: Services) -> StreamResponse:
    """One model, or all of them in pages."""
    found = await services.models()
    if name:
        if name not in found:
            raise native.no_such_model(name, services)
        return visit.answer(orjson.dumps(publisher_model(found[name])))
    shown, following = native.page_of(list(found.values()), visit.query)
    page: JsonObject = {"publisherModels": [publisher_model(each) for each in shown]}
    if following:
        page["nextPageToken"] = following
    return visit.answer(orjson.dumps(page))
