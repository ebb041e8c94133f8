"""Serves the own paths: the page, the admin API, and Google's redirect into the browser.

What comes in is judged by `access`, found in the table of `endpoints`, checked, and carried out.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp.web import StreamResponse

from proxy_core.clock import Clock
from proxy_core.commands import Refusal
from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.server.admin import bodies
from proxy_core.server.admin.access import AdminAccess
from proxy_core.server.admin.answers import Declined, Reply, bad_request, declined
from proxy_core.server.admin.context import AdminServices, Asked
from proxy_core.server.admin.endpoints import ENDPOINTS, EVENTS, OPENAPI, Endpoint, find
from proxy_core.server.admin.feed import Feed
from proxy_core.server.admin.openapi import document
from proxy_core.server.body import read_body
from proxy_core.server.context import Visit
from proxy_core.server.page import HTML_HEADERS, Page
from proxy_core.snapshot import Snapshot
from proxy_core.tasks import carry_through

log = logging.getLogger(__name__)

LARGEST_BODY = 16 * 1_048_576
LARGEST_OPEN_BODY = 4 * 1_024
"Of whoever has shown no token yet."
CALLBACK = "/oauth2/callback"
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_AT_ONCE = frozenset(
    f"/admin/v1/{name}" for name in ("session", "about", "state", "doctor", "token/rotate")
)
"Answered while the credentials are still being read, too."
_READS = frozenset({"GET", "HEAD"})


class Console:
    """Answers what is asked of Pollux itself, rather than of Gemini."""

    def __init__(self, services: AdminServices, access: AdminAccess, clock: Clock) -> None:
        self._services = services
        self._access = access
        self._page = Page()
        self._feed = Feed(services.snapshot, services.subscribe, clock)
        self._openapi = b""

    def close(self) -> None:
        """Ends the streams of events, so that a stop need not wait for them."""
        self._feed.close()

    async def answer(self, visit: Visit, path: str) -> StreamResponse:
        """One request to an own path. Raises OSError when the client left."""
        visit.cors = {}  # no other page may read any of this
        visit.debug = None
        try:
            if visit.request.method == "OPTIONS":
                reply = Reply(204, headers={"Allow": _allowed(path)})
            elif path.startswith("/admin"):
                found = await self._admin(visit, path)
                if isinstance(found, StreamResponse):
                    return found
                reply = found
            elif path == CALLBACK:
                reply = await self._callback(visit)
            else:
                _only(("GET", "HEAD"), visit)
                reply = await self._page.file(path, visit.request.headers)
        except OSError:
            raise
        except (Declined, Refusal) as refusal:
            reply = _told(visit, refusal)
        except Exception:  # the outermost handler: a bug of ours must not break the connection
            log.exception("request %s failed through a bug", visit.exchange.id)
            reply = _told(visit, Declined(500, "internal", _OUR_BUG, "Its log tells more."))
        return _sent(visit, reply)

    # -- admin API ---------------------------------------------------------------------------

    async def _admin(self, visit: Visit, path: str) -> Reply | StreamResponse:
        endpoints, named = find(path)
        request = visit.request
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = endpoints.get(method)
        if endpoint is None or not endpoint.is_open:
            await self._access.check(request, visit.query)
        else:
            self._access.place(request)  # before anything of it is read
        if not endpoints:
            raise Declined(404, "not_found", "There is nothing at this address.")
        if endpoint is None:
            raise _not_allowed(visit, _methods(endpoints))
        if endpoint is EVENTS and request.method != "HEAD":
            return await self._events(visit)
        body = await self._body(visit, endpoint)
        await bodies.prepare(endpoint.query)
        query = bodies.parse_query(endpoint.query, visit.query)
        asked = Asked(self._services, self._access, request, named, body, query)
        if method in _READS:
            return await self._carry_out(endpoint, asked)
        # A client that leaves does not break it off half-way.
        return await carry_through(self._carry_out(endpoint, asked), name=endpoint.path)

    async def _carry_out(self, endpoint: Endpoint, asked: Asked) -> Reply:
        if endpoint is OPENAPI:
            return Reply(body=await self._document(), headers=NO_STORE)
        if endpoint.handler is None:  # a HEAD of the events
            return Reply(content_type="text/event-stream", headers=NO_STORE)
        if endpoint.path not in _AT_ONCE:
            await self._services.opened()
        result = await endpoint.handler(asked)
        if isinstance(result, Reply):
            return Reply(result.status, headers={**NO_STORE, **result.headers})
        if isinstance(result, Snapshot):
            result = result.as_json()  # the one rendering
        return Reply(body=orjson.dumps(result), headers=NO_STORE)

    async def _body(self, visit: Visit, endpoint: Endpoint) -> Any:
        request = visit.request
        if request.body_exists:
            kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                visit.closing = True  # the body is not read
                raise Declined(
                    415, "unsupported_media_type", "The Content-Type must be application/json."
                )
        body = await _read(visit, LARGEST_OPEN_BODY if endpoint.is_open else LARGEST_BODY)
        if endpoint.body is bytes:
            return body
        await bodies.prepare(endpoint.body)
        return bodies.parse_body(endpoint.body, body)

    async def _document(self) -> bytes:
        if not self._openapi:
            version = self._services.about().version
            made = await asyncio.to_thread(document, ENDPOINTS, version)
            self._openapi = orjson.dumps(made)
        return self._openapi

    async def _events(self, visit: Visit) -> StreamResponse:
        response = StreamResponse(headers={**visit.headers(), **NO_STORE})
        response.content_type = "text/event-stream"
        response.headers["X-Accel-Buffering"] = "no"
        try:
            return await self._feed.stream(response, visit.request)
        except OSError:
            raise
        except Exception as error:  # the head is out: only the connection's end can tell of it
            log.exception("request %s failed through a bug", visit.exchange.id)
            raise ConnectionError(_OUR_BUG) from error

    # -- sign-in -----------------------------------------------------------------------------

    async def _callback(self, visit: Visit) -> Reply:
        _only(("GET",), visit)
        return await carry_through(self._end(visit.query), name=CALLBACK)

    async def _end(self, query: str) -> Reply:
        view = await self._services.commands().answer_redirect(query)
        status, body, headers = self._services.render_end(view)
        content_type = headers.get("Content-Type", "text/html; charset=utf-8")
        return Reply(status, body, content_type, {**HTML_HEADERS, **NO_STORE, **headers})


async def _read(visit: Visit, limit_bytes: int) -> bytes:
    try:
        return await read_body(visit.request, limit_bytes)
    except BadRequest as error:
        visit.closing = True  # the rest of the body is not read
        if error.problem.kind is ProblemKind.TOO_LARGE:
            raise bad_request(f"The body: larger than {_size(limit_bytes)}.") from None
        raise bad_request(error.problem.message) from None


def _size(size_bytes: int) -> str:
    megabytes = size_bytes // 1_048_576
    return f"{megabytes} MB" if megabytes else f"{size_bytes // 1_024} KB"


def _told(visit: Visit, refusal: Declined | Refusal) -> Reply:
    told = declined(refusal) if isinstance(refusal, Refusal) else refusal
    method, code = visit.request.method, told.view.error.code
    log.info("%s %s %s was refused: %s", visit.exchange.id, method, visit.path[:200], code)
    return Reply(told.status, orjson.dumps(told.view), headers={**NO_STORE, **told.headers})


def _sent(visit: Visit, reply: Reply) -> StreamResponse:
    response = visit.answer(reply.body, reply.content_type, reply.status, reply.headers)
    if reply.status in (204, 304):
        del response.headers["Content-Type"]
    return response


def _only(methods: tuple[str, ...], visit: Visit) -> None:
    if visit.request.method not in methods:
        raise _not_allowed(visit, ", ".join(methods))


def _not_allowed(visit: Visit, methods: str) -> Declined:
    sentence = f"This address takes {methods}, not {visit.request.method}."
    return Declined(405, "method_not_allowed", sentence, headers={"Allow": methods})


def _methods(endpoints: Mapping[str, Endpoint]) -> str:
    return ", ".join([*endpoints, *(("HEAD",) if "GET" in endpoints else ())])


def _allowed(path: str) -> str:
    return _methods(find(path)[0]) if path.startswith("/admin") else "GET, HEAD"


_OUR_BUG = "Pollux failed through a bug of its own."
