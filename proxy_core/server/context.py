"""What every handler shares, and the answers that all of them give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp.web import BaseRequest, Response

from proxy_core.dialects.contract import ErrorReply, ParseContext
from proxy_core.errors import Problem
from proxy_core.gemini.wire import JsonObject
from proxy_core.relay.catalog import Catalog, with_aliases
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.owners import Owners
from proxy_core.relay.relay import Relay
from proxy_core.server.connection import SERVER
from proxy_core.server.debug_log import DebugLog
from proxy_core.server.outflow import Outflow, Pace
from proxy_core.server.upload_sessions import UploadSessions
from proxy_core.server.whole_answer import WholeAnswer
from proxy_core.upstream.live import LiveUpstream, Socket


@dataclass(slots=True)
class Services:
    """Per process. Looked at anew by each request: changed settings replace fields."""

    relay: Relay
    catalog: Catalog
    parsing: ParseContext
    pace: Pace
    max_body_bytes: int
    live: LiveUpstream
    owners: Owners
    uploads: UploadSessions
    arriving: set[Socket] = field(default_factory=set)
    "Clients whose Live session has not begun yet."
    domain_name: str = ""
    "Setting DOMAIN_NAME."
    debug: DebugLog | None = None
    "Setting DEBUG."
    serves_api: bool = True
    "False where only credentials are made (`--gen-creds`)."

    async def models(self) -> Mapping[str, JsonObject]:
        """What clients may name, by name: Google's models and the owner's aliases of them."""
        return with_aliases(await self.catalog.models(), self.parsing.aliases)


@dataclass(slots=True)
class Visit:
    """One request at the front door: what was found out on the way in."""

    request: BaseRequest
    exchange: Exchange
    path: str
    query: str
    cors: Mapping[str, str] = field(default_factory=dict)
    closing: bool = False
    "Whether we are stopping, so that the connection ends with this answer."
    status: int = 200
    out: Outflow | None = None
    "The streamed answer, where there is one."
    switched: bool = False
    "Whether the connection is a websocket now."
    debug: DebugLog | None = None
    form: str = ""
    "Content-Type of the body where it is a multipart form."
    more_headers: Mapping[str, str] = field(default_factory=dict)
    "What the dialect's own clients look for in every answer."

    def headers(self) -> dict[str, str]:
        """What goes with every answer."""
        exchange = self.exchange
        headers = {"x-request-id": exchange.id, "Server": SERVER, **self.more_headers, **self.cors}
        if self.request.headers.get("X-Pollux-Trace") == "1":
            headers["x-pollux-attempts"] = str(len(exchange.attempts))
            if (label := exchange.credential_label) is not None:
                headers["x-pollux-credential"] = "".join(c for c in label if c.isprintable())
        return headers

    def answer(
        self,
        body: bytes,
        content_type: str = "application/json",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        self.status = status
        if self.debug is not None:
            self.debug.answer(self.exchange.id, status, body)
        sent = self.headers()
        sent["Content-Type"] = content_type
        if headers:
            sent.update(headers)
        response = WholeAnswer(status=status, body=body, headers=sent)
        if self.closing:
            response.force_close()
        return response

    def refuse(self, problem: Problem, reply: ErrorReply) -> Response:
        self.exchange.error = problem.kind
        return self.answer(reply.body, reply.content_type, reply.status, reply.headers)

    def outflow(
        self,
        content_type: str,
        keep_alive: bytes,
        pace: Pace,
        opening: Callable[[], bytes] | None = None,
    ) -> Outflow:
        self.out = out = Outflow(
            self.request,
            content_type=content_type,
            keep_alive=keep_alive,
            headers=self.headers,
            pace=pace,
            opening=opening,
            tap=None if self.debug is None else self.debug.tap(self.exchange.id),
        )
        if self.closing:
            out.response.force_close()
        return out
