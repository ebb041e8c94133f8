"""Answers native Gemini requests: the client's bytes to Google, Google's bytes to the client."""

from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects.gemini_native.framing import ArrayFraming, Framing, SseFraming
from proxy_core.dialects.gemini_native.parse import parse
from proxy_core.dialects.missing_models import advice
from proxy_core.dialects.model_names import bare_name
from proxy_core.errors import BadRequest, Failed, ProblemKind
from proxy_core.gemini.wire import Call, JsonObject
from proxy_core.relay.receive import Rejected, StreamReply, tokens_of
from proxy_core.retry import problem_of
from proxy_core.server.chain import Request
from proxy_core.server.context import Services, Visit
from proxy_core.server.routes import Route

PAGE = 50
"Models a page where the client names no size, as Google does."
LARGEST_PAGE = 1_000
GONE = frozenset({"predict", "predictLongRunning"})
"Imagen and Veo left the Gemini API."
BEGINS = frozenset({"batchGenerateContent", "asyncBatchEmbedContent"})
"Actions that begin what goes on at Google, and answer with its name."


async def call(visit: Visit, route: Route, services: Services, body: bytes) -> StreamResponse:
    """Answers `models/{model}:{action}`. Raises BadRequest and Failed before the first byte."""
    pairs = pairs_of(visit.query)
    if route.action in GONE:
        raise BadRequest(
            f"The Gemini API has no {route.action} any more; image models answer generateContent.",
            kind=ProblemKind.NOT_FOUND,
        )

    def read(model: str) -> Call:
        parsed = parse(route.version, route.model, route.action, body, pairs, model)
        if route.action in BEGINS:
            parsed = parsed._replace(repeatable=False)
        return services.owners.pinned(parsed)

    return await serve(visit, route.model, read, services)


async def serve(
    visit: Visit,
    name: str,
    read: Callable[[str], Call],
    services: Services,
    form: Callable[[bytes, JsonObject], bytes] | None = None,
) -> StreamResponse:
    """Answers with the first model of a name that can. Raises BadRequest and Failed as `call` does.

    read: the call to the model of this bare id. form: gives a whole answer, whose bytes and JSON it
    is told, the body that goes to the client.
    """
    exchange, pairs = visit.exchange, pairs_of(visit.query)
    request = Request(exchange, name, services.parsing, read)
    if request.asked.streams:
        exchange.stream = True
        sse = any(unquote(name) in ("alt", "$alt") and value == "sse" for name, value in pairs)
        return await _stream(visit, request, SseFraming() if sse else ArrayFraming(), services)
    reply = await request.answered(partial(services.relay.whole, exchange))
    exchange.tokens = tokens_of(reply.chunk)
    if request.asked.action in BEGINS:
        services.owners.learn(dict(reply.chunk), reply.unit)
    services.owners.note_continuation(reply.chunk, reply.unit)
    told = reply.body if form is None else form(reply.body, dict(reply.chunk))
    return visit.answer(told, reply.content_type, headers=reply.headers)


async def _stream(
    visit: Visit, request: Request[Call], framing: Framing, services: Services
) -> StreamResponse:
    out = visit.outflow(framing.content_type, framing.keep_alive, services.pace)
    exchange = visit.exchange
    try:
        reply = None
        try:
            reply = await request.answered(partial(services.relay.stream, exchange))
            if isinstance(reply, StreamReply):  # else it continues by itself
                reply.on_resumable = partial(services.owners.note_continuation, unit=reply.unit)
            while blocks := await reply.blocks():
                await out.write(framing.frames(blocks))
        except (Failed, Rejected) as failure:
            problem = (
                failure.problem
                if isinstance(failure, Failed)
                else problem_of(failure.fault, request.asked.model)
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
    shown, following = page_of(list((await services.models()).values()), visit.query)
    page: JsonObject = {"models": shown}
    if following:
        page["nextPageToken"] = following
    return visit.answer(orjson.dumps(page))


def page_of(found: list[JsonObject], query_text: str) -> tuple[list[JsonObject], str]:
    """The page that a query asks for, and the token of the next; empty where there is none."""
    query = dict(pairs_of(query_text))
    size = _number(query.get("pageSize") or query.get("page_size"), "pageSize") or PAGE
    start = _number(query.get("pageToken") or query.get("page_token"), "pageToken")
    end = start + min(size, LARGEST_PAGE)
    return found[start:end], str(end) if end < len(found) else ""


async def model(visit: Visit, route: Route, services: Services) -> StreamResponse:
    """`GET models/{model}`."""
    resource = (await services.models()).get(route.model)
    if resource is None:
        raise no_such_model(route.model, services)
    return visit.answer(orjson.dumps(resource))


def no_such_model(name: str, services: Services) -> BadRequest:
    return BadRequest(
        f"No credential of the pool offers the model {name[:80]!r}. "
        f"{advice(name, services.parsing, bare_name(name))}",
        "model",
        kind=ProblemKind.MODEL_NOT_FOUND,
    )


def pairs_of(query: str) -> list[tuple[str, str]]:
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
