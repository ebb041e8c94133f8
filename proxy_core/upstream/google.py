"""Sends one request to the Gemini API or Vertex AI and hands its answer over as it arrives.

Everything above sees only `Upstream` and `Answer` (send; status, headers, readany, release).
Behind them stands aiohttp without its session: the connector's pool and the response
protocol, which do the work, and none of what a session adds for requests unlike ours
(cookies, redirects, encodings, a request object). That is 0.57 x the CPU of a session's
request; the price is that aiohttp's minor version is pinned. Not here: which credential, what
to do about a failure.
"""

import asyncio
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, StreamWriter
from aiohttp.streams import StreamReader
from yarl import URL

from proxy_core.credentials.endpoints import endpoint
from proxy_core.upstream.body_stream import BodyStream, converse

API_BASE = "https://generativelanguage.googleapis.com"
SMALL_BYTES = 64 * 1_024
"Bodies up to here go out in one piece with the head; copying larger ones costs more."
LONGEST_FIELD = 64 * 1_024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"What a system's proxy is not meant for; not every system says so in `no_proxy`."


class NetworkFailure(Exception):
    """No usable HTTP answer: connecting, TLS, a reset, silence. Says which."""


class Answer(Protocol):
    """A running HTTP answer."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def readany(self) -> bytes:
        """What has arrived, at least a byte; b"" at the end. Raises NetworkFailure."""

    def abort(self) -> None:
        """Breaks it off: whoever reads it gets a NetworkFailure."""

    def release(self) -> None:
        """Ends it: the connection is kept when the answer was read to its end, else closed."""


class Upstream(Protocol):
    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | None,
        origin: str = API_BASE,
    ) -> Answer:
        """Sends one request; returns when the answer's head is here. Raises NetworkFailure.

        origin: scheme and host of one of Google's services.
        """


class StreamingUpstream(Protocol):
    """Takes bodies that arrive while they are sent, too."""

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | BodyStream | None,
        origin: str = API_BASE,
    ) -> Answer:
        """As that of Upstream; raises BodyBroken where the body does."""


class GoogleAnswer:
    """A running answer on one connection of the pool."""

    __slots__ = (
        "_connection",
        "_content",
        "_leave",
        "_quiet_since",
        "_seen_bytes",
        "_silenced",
        "_waits",
        "headers",
        "sent_bytes",
        "sent_whole",
        "status",
    )

    def __init__(self, connection: Connection, leave: Callable[["GoogleAnswer"], None]) -> None:
        """leave: told once the answer has ended."""
        self._connection = connection
        self._leave = leave
        self._content: StreamReader | None = None
        self._waits = True
        "Whether somebody waits for Google now; a client that reads slowly is no silence."
        self._quiet_since: float | None = None
        self._seen_bytes = 0
        self._silenced = False
        self.sent_bytes = 0
        self.sent_whole = True
        self.status = 0
        self.headers: Mapping[str, str] = {}

    async def head(self) -> None:
        """Reads up to the body. Raises aiohttp's errors."""
        protocol = self._connection.protocol
        if protocol is None:
            raise aiohttp.ServerDisconnectedError
        while self.status < 200:  # 100 Continue and its kin announce the answer
            message, self._content = await protocol.read()
            self.status, self.headers = message.code, message.headers
        self._waits = False

    async def readany(self) -> bytes:
        self._waits = True
        try:
            return await self._content.readany()  # type: ignore[union-attr]  # after `head`
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkFailure(self.reason(error)) from error
        finally:
            self._waits = False

    def abort(self) -> None:
        if (transport := self._connection.transport) is not None:
            transport.abort()

    def release(self) -> None:
        self._leave(self)
        if self.sent_whole and self._content is not None and self._content.at_eof():
            self._connection.release()
        else:
            self._connection.close()

    def reason(self, error: BaseException) -> str:
        return SILENT if self._silenced else reason(error)

    def listen(self, now: float, limit_s: float) -> None:
        """Breaks the answer off if Google has said nothing for `limit_s` seconds."""
        received = self._content.total_bytes if self._content is not None else 0
        seen = received + self.sent_bytes
        if not self._waits or seen != self._seen_bytes or self._quiet_since is None:
            self._seen_bytes, self._quiet_since = seen, now
        elif now - self._quiet_since >= limit_s:
            self._silenced = True
            self.abort()


class SilenceWatch:
    """Ends answers in which Google has been silent for too long.

    One timer for all of them: one of aiohttp's for each piece of each stream cost 4 % of it.
    The end may come an eighth of the limit late.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self._answers: set[GoogleAnswer] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.leave = self._answers.discard

    def enter(self, connection: Connection) -> GoogleAnswer:
        answer = GoogleAnswer(connection, self.leave)
        self._answers.add(answer)
        if self._timer is None:
            self._timer = self._loop.call_later(self._limit_s / 8, self._look)
        return answer

    def _look(self) -> None:
        self._timer = None
        now = self._loop.time()
        for answer in tuple(self._answers):
            answer.listen(now, self._limit_s)
        if self._answers:
            self._timer = self._loop.call_later(self._limit_s / 8, self._look)


class _Target(NamedTuple):
    """What every request to one origin begins with."""

    template: ClientRequest
    "Only its address, proxy and TLS settings are looked at, to find a connection."
    prefix: str
    "What stands before the path: the origin, for a proxy that does not tunnel."
    head: str
    "The rest of the request line, and the fields that never change."


class GoogleUpstream:
    """Google's hosts over one pool of connections. `base_url` replaces them all (setting)."""

    def __init__(
        self,
        connector: aiohttp.TCPConnector,
        *,
        user_agent: str,
        connect_timeout_s: float,
        silence_timeout_s: float,
        base_url: str | None = None,
        proxy: str | None = None,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        """on_failure: told of each request that was not answered at all."""
        self._connector = connector
        self._user_agent = user_agent
        self._base_url = base_url
        self._proxy = URL(proxy) if proxy else None
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s)
        self._on_failure = on_failure or _nothing
        self._silence = SilenceWatch(silence_timeout_s)
        self._targets = {API_BASE: self._target(API_BASE)}
        "By origin; as many as there are locations of Vertex AI in the pool."

    def _target(self, origin: str) -> _Target:
        url = URL(endpoint(origin, self._base_url))
        through, prefix, login = self._proxy, "", ""
        template = ClientRequest("POST", url, loop=asyncio.get_running_loop(), proxy=through)
        if through is not None and url.scheme == "http":
            # A proxy is told the whole URL of what it does not tunnel (RFC 9112, section 3.2.2).
            prefix = str(url.origin())
            if through.user:
                encoded = aiohttp.encode_basic_auth(through.user, through.password or "")
                login = f"Proxy-Authorization: {encoded}\r\n"
        fields = f"Host: {url.raw_authority}\r\nUser-Agent: {self._user_agent}\r\nAccept: */*\r\n"
        return _Target(template, prefix, f" HTTP/1.1\r\n{fields}{login}")

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | BodyStream | None,
        origin: str = API_BASE,
    ) -> GoogleAnswer:
        target = self._targets.get(origin)
        if target is None:
            target = self._targets[origin] = self._target(origin)
        lines = [method, " ", target.prefix, path, target.head]
        lines += [f"{name}: {value}\r\n" for name, value in headers]
        lines.append(_framing(body))
        head = "".join(lines).encode("utf-8", "surrogateescape")
        try:
            connection = await self._connector.connect(target.template, [], self._timeout)
        except (aiohttp.ClientError, OSError) as error:
            self._on_failure()
            raise NetworkFailure(reason(error, connecting=True)) from error
        answer = self._silence.enter(connection)
        try:
            await _converse(connection, answer, head, body)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            answer.release()
            self._on_failure()
            raise NetworkFailure(answer.reason(error)) from error
        except BaseException:
            answer.release()
            raise
        return answer


def _nothing() -> None:
    """Nobody wants to know."""


def _framing(body: bytes | BodyStream | None) -> str:
    """The last field of the head, and its end."""
    if body is None:
        return "\r\n"
    if isinstance(body, BodyStream):
        return f"{body.framing}\r\n\r\n"
    return f"Content-Length: {len(body)}\r\n\r\n"


async def _converse(
    connection: Connection, answer: GoogleAnswer, head: bytes, body: bytes | BodyStream | None
) -> None:
    """Sends the request and reads the head of its answer."""
    if not isinstance(body, BodyStream):
        _write(connection, head, body)
        await answer.head()
        return
    _write(connection, head, None)
    protocol = connection.protocol
    assert protocol is not None  # `_write` looked
    await converse(answer, body, StreamWriter(protocol, asyncio.get_running_loop()))


def _write(connection: Connection, head: bytes, body: bytes | None) -> None:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(max_line_size=LONGEST_FIELD, max_field_size=LONGEST_FIELD)
    if body is None or len(body) <= SMALL_BYTES:
        transport.write(head + body if body else head)
    else:
        transport.write(head)
        transport.write(body)


def open_connector() -> aiohttp.TCPConnector:
    """The one pool of connections of an engine."""
    return aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=60)


def drop_idle(connector: aiohttp.TCPConnector) -> None:
    """Closes the connections that wait for their next request, and forgets addresses.

    After the computer slept they are dead without knowing it, perhaps in another network. Those
    in use are left to their users. aiohttp has no public way to close but the idle ones.
    """
    waiting_by_key = connector._conns  # noqa: SLF001 - see above; aiohttp's minor is pinned
    for waiting in waiting_by_key.values():
        for protocol, _ in waiting:
            protocol.abort()
    waiting_by_key.clear()
    connector.clear_dns_cache()


def open_session(
    connector: aiohttp.TCPConnector, *, user_agent: str, proxy: str | None
) -> aiohttp.ClientSession:
    """A session on the same pool, for the few requests that are not the Gemini API's."""
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent},
        proxy=proxy,
        trust_env=False,
    )


def system_proxy(base_url: str | None) -> str | None:
    """The proxy that the system names for Google, asked for once instead of at each request."""
    host = urlsplit(base_url or API_BASE).hostname or ""
    if host in _LOOPBACK or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https")


SILENT = "Google was silent for too long"


def reason(error: BaseException, *, connecting: bool = False) -> str:
    """What went wrong on the network, in a sentence that names no address."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return "the secure connection to Google failed (certificate or TLS)"
        case aiohttp.ClientConnectorDNSError():
            return "the name of Google's server could not be looked up"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "the outbound proxy could not be used"
        case TimeoutError() if connecting:
            return "connecting to Google took too long"
        case aiohttp.ClientConnectorError():
            return "Google could not be reached"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "Google closed the connection before its answer was complete"
        case HttpProcessingError():
            return "Google's answer was not HTTP"
        case _:
            return "the connection to Google broke"
