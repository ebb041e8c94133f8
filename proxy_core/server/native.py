"""Answers native Gemini requests: the client's bytes to Google, Google's bytes to the client."""

from urllib.parse import unquote

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects.gemini_native.framing import ArrayFraming, Framing, SseFraming
from proxy_core.dialects.gemini_native.parse import check_model, parse
from proxy_core.errors import BadRequest, Failed, ProblemKind
from proxy_core.gemini.wire import Call, JsonObject
from proxy_core.relay.receive import Rejected, tokens_of
from proxy_core.retry import problem_of
from proxy_core.server.context import Services, Visit
from proxy_core.server.routes import Route

PAGE = 50
"Models a page where the client names no size, as Google does."
LARGEST_PAGE = 1_000
GONE = frozenset({"predict", "predictLongRunning"})
"Imagen and Veo left the Gemini API."


async def call(visit: Visit, route: Route, services: Services, body: bytes) -> StreamResponse:
    """Answers `models/{model}:{action}`. Raises BadRequest and Failed before the first byte."""
    pairs = _pairs(visit.query)
    if route.action in GONE:
        raise BadRequest(
            f"The Gemini API has no {route.action} any more; image models answer generateContent.",
            kind=ProblemKind.NOT_FOUND,
        )
    parsed = parse(route.version, route.model, route.action, body, pairs)
    exchange = visit.exchange
    exchange.model, exchange.action = parsed.model, parsed.action
    if parsed.streams:
        exchange.stream = True
        sse = any(unquote(name) in ("alt", "$alt") and value == "sse" for name, value in pairs)
        return await _stream(visit, parsed, SseFraming() if sse else ArrayFraming(), services)
    reply = await services.relay.whole(exchange, parsed)
    exchange.tokens = tokens_of(reply.chunk)
    return visit.answer(reply.body, reply.content_type, headers=reply.headers)


async def _stream(
    visit: Visit, parsed: Call, framing: Framing, services: Services
) -> StreamResponse:
    out = visit.outflow(framing.content_type, framing.keep_alive, services.pace)
    exchange = visit.exchange
    try:
        reply = None
        try:
            reply = await services.relay.stream(exchange, parsed)
            while blocks := await reply.blocks():
                await out.write(framing.frames(blocks))
        except (Failed, Rejected) as failure:
            problem = (
                failure.problem
                if isinstance(failure, Failed)
                else problem_of(failure.fault, parsed.model)
            )
            if not out.started:
                raise Failed(problem) from failure
            exchange.error = problem.kind
            await out.write(framing.fail(problem))
            return await out.end()
        finally:
            if reply is not None:
                reply.close()
                exchange.tokens = reply.tokens()
        await out.write(framing.end())
        return await out.end()
    finally:
        out.close()


async def models(visit: Visit, services: Services) -> StreamResponse:
    """`GET models`: the merged list, in pages as Google gives them."""
    found = list((await services.catalog.models()).values())
    query = dict(_pairs(visit.query))
    size = _number(query.get("pageSize") or query.get("page_size"), "pageSize") or PAGE
    start = _number(query.get("pageToken") or query.get("page_token"), "pageToken")
    end = start + min(size, LARGEST_PAGE)
    page: JsonObject = {"models": found[start:end]}
    if end < len(found):
        page["nextPageToken"] = str(end)
    return visit.answer(orjson.dumps(page))


async def model(visit: Visit, route: Route, services: Services) -> StreamResponse:
    """`GET models/{model}`."""
    check_model(route.model)
    resource = (await services.catalog.models()).get(route.model)
    if resource is None:
        raise no_such_model(route.model)
    return visit.answer(orjson.dumps(resource))


def no_such_model(name: str) -> BadRequest:
    return BadRequest(
        f"No credential of the pool offers the model {name!r}.",
        "model",
        kind=ProblemKind.MODEL_NOT_FOUND,
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    """Name and value of each parameter, as they stood."""
    pairs = []
    for piece in query.split("&") if query else ():
        name, _, value = piece.partition("=")
        pairs.append((name, value))
    return pairs


def _number(text: str | None, name: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest(f"{name} must be a whole number.", name)
    return int(text)
