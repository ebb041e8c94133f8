"""The front door: every request comes in and every answer goes out here.

In order: Host, CORS preflight, bearer token, route, body; then the route's handler. Whatever
fails is told in the caller's own dialect, and every exchange ends in one event.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson
from aiohttp.web import BaseRequest, Response, StreamResponse

from proxy_core.clock import Clock
from proxy_core.dialects.anthropic.errors import request_id
from proxy_core.dialects.contract import Dialect, ErrorReply
from proxy_core.dialects.gemini_native import GeminiNative
from proxy_core.dialects.gemini_native.parse import check_model
from proxy_core.dialects.model_names import models_of
from proxy_core.errors import BadRequest, Failed, Problem, ProblemKind
from proxy_core.events import Bus, ExchangeEnded
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.live import ACTION as LIVE_ACTION
from proxy_core.relay.relay import lean_headers
from proxy_core.server import (
    kept_responses,
    live,
    model_lists,
    native,
    native_resources,
    translated,
    uploads,
    vertex_paths,
)
from proxy_core.server.access import Cors, HostCheck, TokenCheck
from proxy_core.server.admin.console import Console
from proxy_core.server.body import read_body
from proxy_core.server.context import Services, Visit
from proxy_core.server.ids import exchange_id
from proxy_core.server.outflow import CutOff
from proxy_core.server.routes import (
    Route,
    Target,
    find,
    origin_form,
    speaks_anthropic,
    speaks_gemini,
)

log = logging.getLogger(__name__)

CLIENT_LEFT = 499
OPEN = frozenset(
    {Target.HEALTH, Target.READY, Target.OWN, Target.REFUSED_LIVE, Target.UPLOAD_SESSION}
)
"Routes that need no token, or judge by themselves who may use them."
LISTED = frozenset(
    {Target.OPENAI_MODELS, Target.OPENAI_MODEL, Target.ANTHROPIC_MODELS, Target.ANTHROPIC_MODEL}
)
"Routes of models in another form than Gemini's own."
WITHOUT_API = frozenset({Target.HEALTH, Target.OWN})
"Routes that are there with `--gen-creds`, too."


@dataclass(frozen=True, slots=True)
class Guards:
    """Who may come in. Per process."""

    host: HostCheck
    token: TokenCheck
    cors: Cors


@dataclass(frozen=True, slots=True)
class Probes:
    """What the own routes report; each a plain function without I/O."""

    ready: Callable[[], bool]
    metrics: Callable[[], str]


class FrontDoor:
    """Handles every request of the listener."""

    def __init__(
        self,
        *,
        guards: Guards,
        services: Services,
        dialects: Iterable[Dialect],
        probes: Probes,
        bus: Bus,
        clock: Clock,
        console: Console,
    ) -> None:
        self._guards = guards
        self._services = services
        self._dialects = {dialect.name: dialect for dialect in dialects}
        self._native = GeminiNative()
        self._probes = probes
        self._bus = bus
        self._clock = clock
        self._console = console
        self._idle: asyncio.Event = asyncio.Event()
        self._idle.set()
        self.open_exchanges = 0
        self.closing = False
        "Set when the listener stops: running exchanges go on, connections end with them."
        self.paused = False
        "Whether models answer nobody for now; all else goes on."

    async def handle(self, request: BaseRequest) -> StreamResponse:
        """One request, from the parsed head to the last byte of its answer."""
        headers = request.headers
        target, host = origin_form(request.raw_path, headers.get("Host"))
        path, _, query = target.partition("?")
        exchange = Exchange(
            id=exchange_id(),
            at=self._clock.now(),
            started=self._clock.monotonic(),
            client=_product(headers.get("User-Agent", "")),
            headers=lean_headers(headers),
        )
        visit = Visit(
            request, exchange, path, query, closing=self.closing, debug=self._services.debug
        )
        if (origin := headers.get("Origin")) is not None:
            visit.cors = self._guards.cors.headers(origin)
        self.open_exchanges += 1
        self._idle.clear()
        try:
            if not self._guards.host(host):
                return self._refuse(visit, Problem(ProblemKind.FORBIDDEN, UNKNOWN_HOST))
            return await self._visit(visit)
        except asyncio.CancelledError:
            visit.status = CLIENT_LEFT
            raise
        except CutOff:
            raise
        except OSError as error:  # writing to a client that has left
            visit.status = CLIENT_LEFT
            log.debug("the client of %s left: %s", exchange.id, error)
            raise
        finally:
            self.open_exchanges -= 1
            if not self.open_exchanges:
                self._idle.set()
            if exchange.action:
                # Soon, not now: a whole answer goes out first.
                asyncio.get_running_loop().call_soon(self._bus.publish, self._ended(visit))

    def close(self) -> None:
        """Begins a stop: from now on connections end with their answer, and watchers at once."""
        self.closing = True
        self._console.close()
        live.send_off(self._services)

    async def idle(self) -> None:
        """Returns when no exchange is open."""
        await self._idle.wait()

    async def _visit(self, visit: Visit) -> StreamResponse:
        request, guards = visit.request, self._guards
        headers = request.headers
        route = find(visit.path, headers, visit.query)
        if request.method == "OPTIONS" and (route is None or route.target is not Target.OWN):
            return Response(
                status=204, headers={**visit.headers(), **guards.cors.preflight(headers)}
            )
        if route is not None and route.dialect.startswith(ANTHROPIC):
            visit.more_headers = {"request-id": request_id(visit.exchange.id)}
        is_open = route is not None and route.target in OPEN
        if not is_open and not guards.token(headers, visit.query):
            return self._refuse(visit, Problem(ProblemKind.UNAUTHENTICATED, WRONG_TOKEN), route)
        if route is None:
            message = f"There is no {request.method} {visit.path[:200]} here."
            return self._refuse(visit, Problem(ProblemKind.NOT_FOUND, message))
        if request.method not in route.methods:
            allowed_methods = ", ".join(sorted(route.methods))
            message = f"{visit.path[:200]} takes {allowed_methods}, not {request.method}."
            refusal = self._refuse(visit, Problem(ProblemKind.METHOD_NOT_ALLOWED, message), route)
            refusal.headers["Allow"] = allowed_methods
            return refusal
        return await self._guarded(visit, route)

    async def _guarded(self, visit: Visit, route: Route) -> StreamResponse:
        """The route's handler; turns what it raises into an answer."""
        try:
            return await self._dispatch(visit, route)
        except (BadRequest, Failed) as failure:
            return self._refuse(visit, failure.problem, route)
        except OSError:
            raise
        except Exception:  # the outermost handler: a bug of ours must not break the connection
            log.exception("exchange %s failed through a bug", visit.exchange.id)
            if visit.switched or (visit.out is not None and visit.out.started):
                visit.exchange.error = ProblemKind.INTERNAL
                raise CutOff from None
            return self._refuse(visit, Problem(ProblemKind.INTERNAL, OUR_BUG), route)

    async def _dispatch(self, visit: Visit, route: Route) -> StreamResponse:
        exchange, services = visit.exchange, self._services
        if not (services.serves_api or route.target in WITHOUT_API):
            raise BadRequest(ONLY_CREDENTIALS, kind=ProblemKind.NOT_FOUND)
        match route.target:
            case Target.TRANSLATED:
                dialect = self._dialects[route.dialect]
                exchange.dialect, exchange.action = dialect.name, dialect.action
                await self._admit()
                body = await self._body(visit, takes_form=route.takes_form)
                return await translated.answer(visit, dialect, services, body)
            case Target.NATIVE_CALL | Target.VERTEX_CALL:
                exchange.dialect = self._native.name
                exchange.action = route.action
                model = models_of(route.model, services.parsing)[0]
                check_model(model)
                exchange.model = model
                await self._admit()
                body = await self._body(visit)
                if route.target is Target.VERTEX_CALL:
                    return await vertex_paths.call(visit, route.model, route.action, services, body)
                return await native.call(visit, route, services, body)
            case Target.RESOURCE | Target.UPLOAD | Target.UPLOAD_SESSION:
                return await self._kept(visit, route)
            case Target.LIVE | Target.VERTEX_LIVE:
                exchange.dialect, exchange.action = self._native.name, LIVE_ACTION
                await self._admit_session(visit)
                return await live.answer(visit, route, services)
            case Target.NATIVE_MODELS:
                return await native.models(visit, services)
            case Target.NATIVE_MODEL:
                return await native.model(visit, route, services)
            case _:
                return await self._small(visit, route)

    async def _small(self, visit: Visit, route: Route) -> StreamResponse:
        match route.target:
            case Target.HEALTH:
                return visit.answer(orjson.dumps({"status": "ok"}))
            case Target.READY:
                return self._readiness(visit)
            case Target.METRICS:
                return visit.answer(self._probes.metrics().encode(), METRICS_TYPE)
            case Target.RESPONSE | Target.RESPONSE_ITEMS:
                return kept_responses.answer(visit, route, self._services)
            case target if target in LISTED:
                return await model_lists.answer(visit, route, self._services)
            case Target.VERTEX_MODELS:
                return await vertex_paths.models(visit, route.model, self._services)
            case Target.OWN:
                return await self._console.answer(visit, route.path)
            case _:
                message, kind = REFUSALS[route.target]
                raise BadRequest(message, kind=kind)

    async def _kept(self, visit: Visit, route: Route) -> StreamResponse:
        """What a project keeps at Google, and what is on its way there."""
        exchange, services = visit.exchange, self._services
        exchange.dialect = self._native.name
        exchange.action = "resources" if route.target is Target.RESOURCE else "files.upload"
        if route.target is Target.UPLOAD_SESSION:
            return await uploads.receive(visit, route, services)
        await self._admit()
        if route.target is Target.UPLOAD:
            visit.form = visit.request.headers.get("Content-Type", "")
            return await uploads.start(visit, route, services, await self._body(visit))
        return await native_resources.answer(visit, route, services, await self._body(visit))

    async def _admit_session(self, visit: Visit) -> None:
        """As `_admit`, for a Live session. Raises Failed where none may begin."""
        if not self._guards.cors.may_connect(visit.request.headers):
            raise Failed(Problem(ProblemKind.FORBIDDEN, FOREIGN_PAGE))
        await self._admit()
        if self.closing:
            raise Failed(Problem(ProblemKind.UNAVAILABLE, live.STOPPING))

    def _readiness(self, visit: Visit) -> Response:
        status = "ready" if self._probes.ready() else "no usable credential"
        if self.paused:
            status = "paused"
        return visit.answer(
            orjson.dumps({"status": status}), status=200 if status == "ready" else 503
        )

    async def _admit(self) -> None:
        """Lets a request for Google in. Raises Failed while paused.

        Waits at the start, for what was remembered is looked up before the relay has its turn:
        signatures of calls, and who owns what.
        """
        if self.paused:
            raise Failed(Problem(ProblemKind.UNAVAILABLE, PAUSED, retry_after_s=RETRY_PAUSED_S))
        await self._services.relay.opened()

    async def _body(self, visit: Visit, *, takes_form: bool = False) -> bytes:
        kind = visit.request.headers.get("Content-Type", "")
        if takes_form and kind.lower().startswith("multipart/form-data"):
            visit.form = kind
        limit = self._services.max_body_bytes
        try:
            body = await read_body(visit.request, limit, is_form=bool(visit.form))
        except BadRequest:
            visit.closing = True  # the rest of the body is not read
            raise
        if visit.debug is not None:
            visit.debug.request(visit.exchange.id, visit.request.method, visit.path, body)
        return body

    def _refuse(self, visit: Visit, problem: Problem, route: Route | None = None) -> StreamResponse:
        dialect = self._dialect_of(visit, route)
        reply: ErrorReply = dialect.error(problem, visit.exchange.id)
        if not visit.exchange.action:  # no exchange line will tell of it
            method, path = visit.request.method, visit.path[:200]
            log.info("%s %s %s was refused: %s", visit.exchange.id, method, path, problem.kind)
        return visit.refuse(problem, reply)

    def _dialect_of(self, visit: Visit, route: Route | None) -> Dialect | GeminiNative:
        """Whose words an error takes: the route's, else what the client looks like."""
        if route is not None and route.dialect:
            return self._dialects[route.dialect]
        gemini = (
            route.native
            if route is not None
            else speaks_gemini(visit.path, visit.request.headers, visit.query)
        )
        if gemini:
            return self._native
        anthropic = speaks_anthropic(visit.path, visit.request.headers)
        return self._dialects[ANTHROPIC if anthropic else DEFAULT]

    def _ended(self, visit: Visit) -> ExchangeEnded:
        exchange = visit.exchange
        first = exchange.first_at
        return ExchangeEnded(
            id=exchange.id,
            at=exchange.at,
            client=exchange.client,
            dialect=exchange.dialect,
            action=exchange.action,
            model=exchange.model,
            stream=exchange.stream,
            status=visit.status,
            attempts=tuple(exchange.attempts),
            tokens=exchange.tokens,
            first_s=None if first is None else first - exchange.started,
            total_s=self._clock.monotonic() - exchange.started,
            error=exchange.error,
        )


def _product(user_agent: str) -> str:
    """The first word of a User-Agent, fit for a log line."""
    word = user_agent.partition(" ")[0][:64]
    return word if word.isprintable() else ""


DEFAULT = "openai_chat"
"Whose words an error takes where nothing tells."
ANTHROPIC = "anthropic"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNKNOWN_HOST = (
    "This Host name is not allowed. Use the IP address or localhost, or add the name to "
    "ALLOWED_HOSTS."
)
WRONG_TOKEN = "The bearer token is missing or wrong."  # noqa: S105 - a sentence
FOREIGN_PAGE = (
    "Web pages of this origin may not open a Live session; add it to CORS_ALLOWED_ORIGINS."
)
ONLY_CREDENTIALS = "This Pollux only makes credentials; start `pollux --headless`."
PAUSED = "Pollux is paused. Resume it in its window or tray, then try again."
RETRY_PAUSED_S = 30.0
OUR_BUG = "Pollux failed through a bug of its own; its log tells more."
NO_EPHEMERAL = (
    "Pollux knows no ephemeral tokens: connect to BidiGenerateContent with its bearer token."
)
NO_STORAGE = (
    "Pollux itself keeps no files and no batches. Upload with Gemini's API "
    "(POST /upload/v1beta/files), or send the content in the request."
)
NO_MODERATIONS = (
    "There are no moderations here: Gemini has no such thing. Its answers tell by their finish "
    "reason when a filter stopped them."
)
NO_TOKENS = "Pollux does not hand out tokens of Google."
REFUSALS = {
    Target.OPENAI_STORAGE: (NO_STORAGE, ProblemKind.NOT_FOUND),
    Target.NO_MODERATIONS: (NO_MODERATIONS, ProblemKind.NOT_FOUND),
    Target.REFUSED_LIVE: (NO_EPHEMERAL, ProblemKind.FORBIDDEN),
    Target.REFUSED_TOKENS: (NO_TOKENS, ProblemKind.FORBIDDEN),
}
"What is there only to say why it is not."
