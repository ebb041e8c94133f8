"""Sends one request to the Gemini API and hands its answer over as it arrives.

Everything above sees only `Upstream` and `Answer` (send; status, headers, readany, release),
since a leaner client would be the next gain in speed. Not here: which credential, what to do
about a failure.
"""

import asyncio
import urllib.request
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from proxy_core.credentials.endpoints import endpoint

API_BASE = "https://generativelanguage.googleapis.com"
URLS = 1_024
"Parsed addresses remembered; parsing one costs as much as the pool's whole choice."


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

    def release(self) -> None:
        """Ends it: the connection is kept when the answer was read to its end, else closed."""


class Upstream(Protocol):
    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Sends one request; returns when the answer's head is here. Raises NetworkFailure."""


class GoogleAnswer:
    """An aiohttp answer."""

    __slots__ = ("_content", "_response", "headers", "status")

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._content = response.content
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def readany(self) -> bytes:
        try:
            return await self._content.readany()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NetworkFailure(reason(error)) from error

    def release(self) -> None:
        if self._content.at_eof():
            self._response.release()
        else:
            self._response.close()


class GoogleUpstream:
    """The Gemini API over one pooled session. `base_url` replaces Google's (setting)."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str | None = None,
    ) -> None:
        self._session = session
        self._base = endpoint(API_BASE, base_url).rstrip("/")
        self._urls: dict[str, URL] = {}

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> GoogleAnswer:
        url = self._urls.get(path)
        if url is None:
            if len(self._urls) >= URLS:
                self._urls.clear()
            url = self._urls[path] = URL(self._base + path, encoded=True)
        try:
            response = await self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            )
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NetworkFailure(reason(error)) from error
        return GoogleAnswer(response)


def open_session(
    *,
    user_agent: str,
    connect_timeout_s: float,
    silence_timeout_s: float,
    proxy: str | None = None,
) -> aiohttp.ClientSession:
    """The one session of an engine: pooled, lean, without cookies or a total timeout."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent},
        skip_auto_headers=("Accept-Encoding", "Accept", "Content-Type"),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=connect_timeout_s, sock_read=silence_timeout_s
        ),
        auto_decompress=True,
        proxy=proxy,
        trust_env=False,
    )


def system_proxy(base_url: str | None) -> str | None:
    """The proxy that the system names for Google, asked for once instead of at each request."""
    host = urlsplit(base_url or API_BASE).hostname or ""
    if urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https")


def reason(error: BaseException) -> str:
    """What went wrong on the network, in a sentence that names no address."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return "the secure connection to Google failed (certificate or TLS)"
        case aiohttp.ClientConnectorDNSError():
            return "the name of Google's server could not be looked up"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "the outbound proxy could not be used"
        case aiohttp.ConnectionTimeoutError():
            return "connecting to Google took too long"
        case asyncio.TimeoutError():
            return "Google was silent for too long"
        case aiohttp.ClientConnectorError():
            return "Google could not be reached"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "Google closed the connection before its answer was complete"
        case _:
            return "the connection to Google broke"
