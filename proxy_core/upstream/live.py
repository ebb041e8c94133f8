"""Websockets out: one Live session with Google, and one shape for both ends of a websocket.

It shares the engine's pool of connections. A session of aiohttp does the handshake here, since
a Live session begins once in minutes; `google` has its own way for requests by the thousand.
Not here: which credential, what the messages mean, or what to do about a failure.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Literal, NamedTuple, Protocol, TypeAlias

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.http import WebSocketError
from aiohttp.web import WebSocketResponse
from yarl import URL

from proxy_core.credentials.endpoints import endpoint
from proxy_core.tasks import spawn
from proxy_core.upstream.google import API_BASE, NetworkFailure, reason

MOST_BYTES = 64 << 20
"Of one message, either way. Google's own limit is not published; audio and video come in pieces."
CLOSE_PATIENCE_S = 5.0
"For the other side's answer to a close."
PULSE_S = 30.0
"After so much silence Google is asked whether it is there."
MOST_UNANSWERED = 2
"Pings; where the last one brings no word either, it has gone."
REFUSAL_BYTES = 1 << 20
LONGEST_REASON_BYTES = 123
"A control frame holds 125 bytes, two of them for the code (RFC 6455, section 5.5)."
NORMAL, GOING_AWAY, ABNORMAL, BROKEN = 1000, 1001, 1006, 1011
_UNSENDABLE = frozenset({0, 1004, 1005, 1006, 1015})
"No code, or one that stands for there being none: never on the wire (RFC 6455, section 7.4.1)."
_CARRIED = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG)


class Frame(NamedTuple):
    """A message, or a ping or pong, as it goes on to the other side."""

    kind: WSMsgType
    data: bytes

    @property
    def is_message(self) -> bool:
        return self.kind in (WSMsgType.TEXT, WSMsgType.BINARY)


_ALIVE = Frame(WSMsgType.PONG, b"pollux pulse")
"The answer to a ping of ours."


class Closing(NamedTuple):
    """How a websocket ended: the close frame of the other side, or what stands for one."""

    code: int
    reason: str = ""

    def sendable(self) -> "Closing":
        """What may stand in a close frame of ours, the reason cut to what fits."""
        code = NORMAL if self.code in _UNSENDABLE else self.code
        cut = self.reason.encode()[:LONGEST_REASON_BYTES]
        return Closing(code, cut.decode(errors="ignore"))


_End: TypeAlias = ClientWebSocketResponse[Literal[False]] | WebSocketResponse[Literal[False]]


LEAVING = Closing(GOING_AWAY)


class Socket:
    """One end of a websocket that decodes and closes nothing by itself."""

    def __init__(self, end: _End, pulse_s: float | None = None) -> None:
        """end: made with autoping, autoclose and decode_text off.

        pulse_s: after so much silence the other side is pinged; None: it may be silent for good.
        """
        self._end = end
        self._pulse_s = pulse_s

    async def receive(self) -> Frame | Closing:
        """The next frame. After a Closing there is nothing more."""
        unanswered = 0
        while True:
            try:
                got = await self._frame()
            except TimeoutError:
                if unanswered == MOST_UNANSWERED:
                    return Closing(ABNORMAL)
                unanswered += 1
                await self._ping()
                continue
            if got != _ALIVE:
                return got
            unanswered = 0

    async def _frame(self) -> Frame | Closing:
        """Raises TimeoutError where none came for the length of a pulse."""
        message = await self._end.receive(self._pulse_s)
        if message.type in _CARRIED:
            return Frame(message.type, message.data)
        if message.type is WSMsgType.CLOSE:
            return Closing(message.data, message.extra or "")
        if isinstance(message.data, WebSocketError):
            return Closing(int(message.data.code), str(message.data))
        return Closing(ABNORMAL)

    async def _ping(self) -> None:
        with suppress(OSError):  # it has left, or takes nothing: the next pulse says so
            async with asyncio.timeout(self._pulse_s):
                await self._end.send_frame(_ALIVE.data, WSMsgType.PING)

    async def send(self, frame: Frame) -> None:
        """Waits while the other side does not read. Raises OSError when it has left."""
        await self._end.send_frame(frame.data, frame.kind)

    async def message(self) -> Frame | Closing:
        """The next message; pings that come before it are answered here."""
        while True:
            got = await self.receive()
            if isinstance(got, Closing) or got.is_message:
                return got
            if got.kind is WSMsgType.PING:
                with suppress(OSError):  # it has left: the next frame says so
                    await self.send(Frame(WSMsgType.PONG, got.data))

    async def close(self, closing: Closing) -> None:
        """Says goodbye and waits a while for the other side to do so; safe to call again."""
        code, text = closing.sendable()
        await self._end.close(code=code, message=text.encode())

    def drop(self, closing: Closing) -> None:
        """As `close`, for those who cannot wait."""
        spawn(self.close(closing), name="close a websocket")


class NotSwitched(Exception):
    """Google answered the handshake as a plain request, so with a refusal."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        self.body = body


class LiveUpstream(Protocol):
    async def connect(
        self, path: str, headers: Iterable[tuple[str, str]], setup: Frame
    ) -> tuple[Socket, Frame | Closing]:
        """A websocket with `setup` sent on it, and what Google said to that.

        Raises NetworkFailure, or NotSwitched. Whoever called closes the socket.
        """


class GoogleLive:
    """Websockets to the Gemini API. `base_url` replaces Google's (setting)."""

    def __init__(
        self,
        connector: aiohttp.TCPConnector,
        *,
        user_agent: str,
        connect_timeout_s: float,
        silence_timeout_s: float,
        base_url: str | None = None,
        proxy: str | None = None,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """silence_timeout_s: for Google's first word; later it may be silent, but not gone.

        on_failure: told of each handshake that was not answered at all.
        """
        self._origin = endpoint(API_BASE, base_url)
        self._silence_timeout_s = silence_timeout_s
        self._pulse_s = min(PULSE_S, silence_timeout_s)
        self._on_failure = on_failure
        self._session = aiohttp.ClientSession(
            connector=connector,
            connector_owner=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": user_agent},
            proxy=proxy,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s),
            middlewares=(_refuse_unless_switched,),
        )

    async def connect(
        self, path: str, headers: Iterable[tuple[str, str]], setup: Frame
    ) -> tuple[Socket, Frame | Closing]:
        try:
            async with asyncio.timeout(self._silence_timeout_s):
                return await self._connect(path, headers, setup)
        except (aiohttp.ClientError, OSError) as error:
            self._on_failure()
            raise NetworkFailure(reason(error, connecting=True)) from error

    async def _connect(
        self, path: str, headers: Iterable[tuple[str, str]], setup: Frame
    ) -> tuple[Socket, Frame | Closing]:
        connection = await self._session.ws_connect(
            URL(self._origin + path, encoded=True),
            headers=list(headers),
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_PATIENCE_S),
            autoclose=False,
            autoping=False,
            max_msg_size=MOST_BYTES,
            decode_text=False,
        )
        socket = Socket(connection, self._pulse_s)
        try:
            await socket.send(setup)
            return socket, await socket.message()
        except BaseException:
            socket.drop(LEAVING)
            raise

    async def close(self) -> None:
        await self._session.close()


async def _refuse_unless_switched(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keeps what Google says of a refusal, and never follows a redirect with a credential."""
    response = await handler(request)
    if response.status == 101:
        return response
    try:
        body = await response.content.read(REFUSAL_BYTES)
    finally:
        response.close()
    raise NotSwitched(response.status, response.headers, body)
