"""Looks at the answers that are kept for `previous_response_id`, and forgets them."""

from urllib.parse import parse_qsl

import orjson
from aiohttp.web import Response

from proxy_core.dialects.openai_responses.history import listed_items
from proxy_core.dialects.openai_responses.store import Kept
from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.wire import JsonObject
from proxy_core.server.context import Services, Visit
from proxy_core.server.routes import Route, Target

PAGE = 20
LARGEST_PAGE = 100


def answer(visit: Visit, route: Route, services: Services) -> Response:
    """`/v1/responses/{id}` and its `/input_items`. Raises BadRequest."""
    kept = _kept(route, services)
    query = dict(parse_qsl(visit.query))
    if route.target is Target.RESPONSE_ITEMS:
        return visit.answer(_encoded(_page(listed_items(kept), query)))
    if visit.request.method == "DELETE":
        assert services.parsing.responses is not None  # it has just been found there
        services.parsing.responses.delete(kept.id)
        told = {"id": kept.id, "object": "response", "deleted": True}
        return visit.answer(orjson.dumps(told))
    if query.get("stream") == "true":
        raise BadRequest("A kept response is not streamed again.", "stream")
    return visit.answer(kept.response)


def _encoded(page: JsonObject) -> bytes:
    try:
        return orjson.dumps(page)
    except orjson.JSONEncodeError as exc:  # orjson reads deeper than it writes
        raise BadRequest("An item of this response is nested too deeply to be listed.") from exc


def _kept(route: Route, services: Services) -> Kept:
    responses = services.parsing.responses
    kept = None if responses is None else responses.get(route.response)
    if kept is None:
        message = f"Response with id '{route.response[:200]}' not found."
        raise BadRequest(message, "response_id", kind=ProblemKind.NOT_FOUND)
    return kept


def _page(items: list[JsonObject], query: dict[str, str]) -> JsonObject:
    """Newest first unless `order` is `asc`, as the API does."""
    limit = query.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= LARGEST_PAGE):
        raise BadRequest(f"'limit' must be an integer from 1 to {LARGEST_PAGE}.", "limit")
    if query.get("order") != "asc":
        items.reverse()
    if after := query.get("after"):
        ids = [item.get("id") for item in items]
        items = items[ids.index(after) + 1 :] if after in ids else []
    page = items[: int(limit)]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0].get("id") if page else None,
        "last_id": page[-1].get("id") if page else None,
        "has_more": len(items) > len(page),
    }
