"""Answers native requests about what a project keeps: files, caches, batches, stores, interactions.

The bytes pass as they came. What is looked at are the names, since only one project's credentials
reach each thing. Not here: lists over all projects (`native_lists`), uploads (`uploads`).
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote

import orjson
from aiohttp.web import StreamResponse

from proxy_core.dialects.gemini_native.parse import OURS, V1BETA_MODEL
from proxy_core.dialects.model_names import bare_name
from proxy_core.errors import BadRequest, Failed, Problem
from proxy_core.events import Tokens
from proxy_core.gemini import faults
from proxy_core.gemini.renaming import renamed
from proxy_core.gemini.resources import named_in, root_of
from proxy_core.gemini.stream import EventSplitter, event_data
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.owners import Owners, Pin
from proxy_core.relay.passing import EVENT_STREAM, Passage, PassedReply
from proxy_core.relay.receive import Rejected
from proxy_core.relay.relay import Relay
from proxy_core.retry import problem_of
from proxy_core.server import native_lists
from proxy_core.server.chain import Request
from proxy_core.server.context import Services, Visit
from proxy_core.server.native import pairs_of
from proxy_core.server.outflow import CutOff, Outflow
from proxy_core.server.routes import Route

JSON_BODY = ("Content-Type", "application/json")
KEEP_ALIVE = b"\r\n"
"google-genai's readers of event streams take an empty line for nothing."
_LAST_WORDS = (b"[DONE]", b'"interaction.completed"', b'"error"')
"One of them is in the last event of an interaction that was not cut off."
_VERBS: Mapping[str, str] = {"GET": "get", "POST": "create", "PATCH": "patch", "DELETE": "delete"}
_MODEL = re.compile(r"(?:models/)?([A-Za-z0-9][A-Za-z0-9._-]{0,127})\Z")
_IN_PIECES = frozenset({"download", "streamGenerateContent"})
"Actions whose answer is content, or an array that grows (of a tuned model)."
_TOGETHER = frozenset({"files", "fileSearchStores"})
"Collections whose things a request may name beside others. A cache stands alone."
_BETA_ONLY = frozenset({"cachedContents"})
"Collections that `v1` does not know; an upgrade changes nothing else."
_BETA_FIELDS = frozenset({"cachedContent", "cached_content"})


@dataclass(slots=True)
class Asked:
    """One request, understood."""

    route: Route
    method: str
    document: JsonObject
    body: bytes
    pin: Pin | None
    query: list[tuple[str, str]]
    "Pairs that go on to Google, still encoded."
    headers: tuple[tuple[str, str], ...] = ()
    model: str = ""
    names: list[str] = field(default_factory=list)
    version: str = ""

    @property
    def collection(self) -> str:
        return self.route.path.partition("/")[0]

    @property
    def action(self) -> str:
        """As the log and the window call it: `files.get`, `batches.cancel`."""
        verb = self.route.action or _VERBS[self.method]
        if self.route.path.endswith("/cancel"):
            verb = "cancel"
        elif verb == "get" and native_lists.is_list(self.route):
            verb = "list"
        return f"{self.collection}.{verb}"

    @property
    def wants_events(self) -> bool:
        pairs = (("alt", "sse"), ("stream", "true"))
        return self.document.get("stream") is True or any(pair in self.query for pair in pairs)

    def passage(self) -> Passage:
        pin = self.pin
        query = "&".join(f"{name}={value}" for name, value in self.query)
        verb = f":{self.route.action}" if self.route.action else ""
        path = f"/{self.version}/{self.route.path}{verb}"
        repeatable = self.method != "POST" or self.action.endswith(".cancel")
        return Passage(
            method=self.method,
            path=f"{path}?{query}" if query else path,
            lane=f"/{self.collection}/{self.model}" if self.model else f"/{self.collection}",
            body=self.body if self.method in ("POST", "PATCH") else None,
            headers=self.headers,
            model=self.model,
            project=None if pin is None else pin.unit,
            resource="" if pin is None else pin.told,
            together=self.method == "POST" and self.collection in _TOGETHER,
            repeatable=repeatable,
            download=self.route.action in _IN_PIECES or ("alt", "media") in self.query,
        )


def understand(
    visit: Visit, route: Route, owners: Owners, body: bytes, document: JsonObject
) -> Asked:
    """document: what `body` says. Raises BadRequest."""
    root = root_of(route.path)
    names = named_in(document) if document else []
    if root is not None:
        names.insert(0, root)
    model = _MODEL.match(str(document.get("model", "")))
    headers = [JSON_BODY] if body else []
    if (wanted := visit.request.headers.get("Range")) is not None:
        headers.append(("Range", wanted))
    asked = Asked(
        route=route,
        method=visit.request.method,
        document=document,
        body=body,
        pin=owners.of(names),
        query=passed_on(visit.query),
        headers=tuple(headers),
        model=model[1] if model is not None else "",
        names=names,
        version=route.version,
    )
    if asked.version == "v1" and (
        asked.collection in _BETA_ONLY
        or V1BETA_MODEL.match(asked.model)
        or not _BETA_FIELDS.isdisjoint(document)
    ):
        asked.version = "v1beta"
    return asked


async def answer(visit: Visit, route: Route, services: Services, body: bytes) -> StreamResponse:
    """Answers `{collection}/…`. Raises BadRequest and Failed before the first byte."""
    request = _request(visit, route, services, body)
    exchange = visit.exchange
    if visit.request.method == "GET" and native_lists.is_list(route):
        return await native_lists.answer(visit, request.asked.passage(), services)
    if request.asked.wants_events:
        exchange.stream = True
        return await _events(visit, request, services)
    reply = await request.answered(partial(_passed_on, exchange, services.relay))
    try:
        if reply.body is None:
            return await _piece_by_piece(visit, reply)
        return _whole(visit, request.asked, reply, services.owners)
    finally:
        reply.close()


def _request(visit: Visit, route: Route, services: Services, body: bytes) -> Request[Asked]:
    """The request, for each model that the one in its body stands for. Raises BadRequest."""
    document = _document(body)
    written = document.get("model")
    named = written if isinstance(written, str) else ""
    bare = bare_name(named)

    def read(model: str) -> Asked:
        if model == bare:
            return understand(visit, route, services.owners, body, document)
        prefix = "models/" if named.startswith("models/") else ""
        renames = {named: prefix + model}
        anew = renamed(body, renames)
        return understand(
            visit, route, services.owners, anew, {**document, "model": renames[named]}
        )

    return Request(visit.exchange, named, services.parsing, read)


def _passed_on(exchange: Exchange, relay: Relay, asked: Asked) -> Awaitable[PassedReply]:
    return relay.pass_on(exchange, asked.passage())


def _whole(visit: Visit, asked: Asked, reply: PassedReply, owners: Owners) -> StreamResponse:
    _note(visit, asked, reply.document, reply.unit, owners)
    return whole(visit, reply)


def whole(visit: Visit, reply: PassedReply) -> StreamResponse:
    """A complete answer as it came, with the headers that are the client's business."""
    headers = {name: value for name, value in reply.headers.items() if name != "content-length"}
    kind = headers.pop("content-type", "application/json")
    return visit.answer(reply.body or b"", kind, reply.status, headers)


def _note(visit: Visit, asked: Asked, document: JsonObject, unit: str, owners: Owners) -> None:
    """Remembers whose the things are that the answer shows."""
    owners.learn(document, unit, asked.collection)
    if asked.method == "DELETE" and asked.names[:1] == [asked.route.path]:
        owners.forget(asked.route.path)
    shown = document.get("interaction", document)
    if asked.collection == "interactions" and isinstance(shown, dict):
        visit.exchange.tokens = _tokens(shown.get("usage")) or visit.exchange.tokens


async def _piece_by_piece(visit: Visit, reply: PassedReply) -> StreamResponse:
    """A download. What breaks off ends the connection: it must not look complete."""
    response = StreamResponse(status=reply.status, headers={**visit.headers(), **reply.headers})
    if visit.closing:
        response.force_close()
    visit.status = reply.status
    writer = await response.prepare(visit.request)
    assert writer is not None  # None only after the end
    try:
        while data := await reply.read():
            await writer.write(data)
    except Rejected as rejected:
        visit.exchange.error = problem_of(rejected.fault, "").kind
        raise CutOff from None
    await response.write_eof()
    return response


async def _events(visit: Visit, request: Request[Asked], services: Services) -> StreamResponse:
    """A stream of events, block by block, so that silence can be filled between two of them."""
    out = visit.outflow(EVENT_STREAM, KEEP_ALIVE, services.pace)
    reply = None
    try:
        reply = await request.answered(partial(_passed_on, visit.exchange, services.relay))
        asked = request.asked
        if reply.body is not None and not out.started:  # no stream, in spite of all
            return _whole(visit, asked, reply, services.owners)
        await _pump(visit, asked, reply, out, services.owners)
        return await out.end()
    except (Failed, Rejected) as failure:
        problem = (
            failure.problem
            if isinstance(failure, Failed)
            else problem_of(failure.fault, request.asked.model)
        )
        if not out.started:
            raise Failed(problem) from failure
        visit.exchange.error = problem.kind
        await out.write(_error_event(problem))
        return await out.end()
    finally:
        if reply is not None:
            reply.close()
        out.close()


async def _pump(
    visit: Visit, asked: Asked, reply: PassedReply, out: Outflow, owners: Owners
) -> None:
    if reply.body is not None:
        _note(visit, asked, reply.document, reply.unit, owners)
        await out.write(b"data: " + reply.body.replace(b"\n", b" ") + b"\n\n")
        return
    splitter, ended = EventSplitter(), False
    while data := await reply.read():
        blocks = splitter.feed(data)
        for block in blocks:
            ended = ended or _ends(block)
            if block.find(b'"interaction"') >= 0 or block.find(b'"continuation_token"') >= 0:
                _note(visit, asked, _parsed(block), reply.unit, owners)
        if blocks:
            await out.write(b"".join(blocks))
    if _ends(rest := splitter.rest()):
        await out.write(rest)
    elif not ended:
        raise Rejected(faults.truncated())


def _ends(block: bytes) -> bool:
    """Whether an interaction's stream may end behind this event."""
    return any(block.find(word) >= 0 for word in _LAST_WORDS)


def _parsed(block: bytes) -> JsonObject:
    """What an event tells of its interaction."""
    try:
        event = orjson.loads(event_data(block))
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(event, dict):
        return {}
    shown = event.get("interaction")
    if isinstance(shown, dict):
        return shown
    return {key: value for key, value in event.items() if key == "continuation_token"}


def _error_event(problem: Problem) -> bytes:
    """As the Interactions API says it. Source: google-genai, its ErrorEvent."""
    error = {"code": str(problem.kind), "message": problem.message}
    return b"data: " + orjson.dumps({"event_type": "error", "error": error}) + b"\n\n"


def _tokens(usage: object) -> Tokens | None:
    if not isinstance(usage, dict):
        return None
    names = ("input", "cached", "output", "thought")
    counts = [usage.get(f"total_{name}_tokens") for name in names]
    counts.append(usage.get("total_tokens"))
    return Tokens(*(count if isinstance(count, int) else 0 for count in counts))


def passed_on(query: str) -> list[tuple[str, str]]:
    """The pairs of a query that go on to Google: not who asks, nor forms that we do not read."""
    kept = []
    for name, value in pairs_of(query):
        plain = unquote(name).lower().lstrip("$")
        if plain not in OURS or (plain == "alt" and value in ("media", "sse")):
            kept.append(("alt" if plain == "alt" else name, value))
    return kept


def _document(body: bytes) -> JsonObject:
    if not body.strip():
        return {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise BadRequest("The request body must be a JSON object.")
    return document
