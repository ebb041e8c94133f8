"""Whether Google can be reached from here, and whether its clock agrees with ours.

Asks for no data and with no credential: any HTTP answer will do. Only services that Pollux
uses anyway are asked. Not here: what a credential may do there (`check`).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from proxy_core.clock import Clock
from proxy_core.commands import Finding
from proxy_core.credentials.endpoints import PROJECTS_URL, TOKEN_URL, endpoint
from proxy_core.engine.findings import fine, note, wrong
from proxy_core.upstream.google import API_BASE, reason

LIMIT_S = 5.0
PROXY_LOGIN = 407
OFF_S = 60.0
"A clock that is off by more is wrong; a slow answer makes it seem off by a few seconds."


@dataclass(frozen=True, slots=True)
class Way:
    """How requests get from here to Google."""

    session: aiohttp.ClientSession
    "Goes through the proxy by itself."
    base_url: str | None = None
    "Setting GOOGLE_API_BASE_URL."
    proxy: str | None = None
    "The proxy that is used, set or the system's; only its host is ever shown."
    limit_s: float = LIMIT_S


@dataclass(frozen=True, slots=True)
class _Visit:
    """What came of asking one service."""

    finding: Finding
    ahead_s: float | None = None
    "How far our clock is ahead of the answer's `Date`; None where it had none."


async def look_at_google(way: Way, clock: Clock, *, accounts: bool) -> tuple[Finding, ...]:
    """The findings about clock and reachability; what fails is a finding too.

    accounts: whether Google accounts are in use, which need more of Google than API keys do.
    """
    services = [("The Gemini API", f"{API_BASE}/"), ("Google's token endpoint", TOKEN_URL)]
    if accounts:
        services.append(("Google's list of projects", PROJECTS_URL))
    visits = await asyncio.gather(*(_visit(way, clock, name, url) for name, url in services))
    return (_clock_finding(visits), *(visit.finding for visit in visits))


async def look_at_api(way: Way, clock: Clock) -> Finding:
    """Whether the Gemini API can be reached: one small question."""
    return (await _visit(way, clock, "The Gemini API", f"{API_BASE}/")).finding


async def _visit(way: Way, clock: Clock, name: str, url: str) -> _Visit:
    url = endpoint(url, way.base_url)
    host = urlsplit(url).netloc
    try:
        async with way.session.head(
            url, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=way.limit_s)
        ) as answer:
            now = clock.now()
            if answer.status == PROXY_LOGIN:
                raise aiohttp.ClientHttpProxyError(
                    answer.request_info, answer.history, status=PROXY_LOGIN
                )
            ok = fine("google", f"{name} can be reached ({host}).")
            return _Visit(ok, _ahead(answer.headers, now))
    except (aiohttp.ClientError, OSError) as error:
        why = _why(error, way.proxy)
        sentence = f"{name} cannot be reached ({host}): {why}."
        return _Visit(wrong("google", sentence, _advice(error, host, way.proxy)))


def _why(error: BaseException, proxy: str | None) -> str:
    if _is_proxys_name(error, proxy):
        return "the name of the outbound proxy could not be looked up"
    return reason(error, connecting=True)


def _is_proxys_name(error: BaseException, proxy: str | None) -> bool:
    """Whether it is the proxy, not Google, that the name server does not know."""
    return (
        isinstance(error, aiohttp.ClientConnectorDNSError)
        and proxy is not None
        and error.host == urlsplit(proxy).hostname
    )


def _advice(error: BaseException, host: str, proxy: str | None) -> str:
    check_proxy = (
        f"Check the proxy {_shown(proxy)}: OUTBOUND_PROXY, or the system's where that is "
        f"not set. It must let connections to {host} through."
    )
    if _is_proxys_name(error, proxy):
        return check_proxy
    match error:
        case aiohttp.ClientHttpProxyError() if error.status == PROXY_LOGIN:
            return (
                f"The proxy {_shown(proxy)} wants a user and a password: put them into "
                "OUTBOUND_PROXY, as http://user:password@host:port."
            )
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return check_proxy
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return (
                "Something between here and Google may replace its certificate, such as a "
                "company's gateway or a virus scanner. Let the system trust that one's "
                "certificate, or name a file of trusted ones in SSL_CERT_FILE; check the clock too."
            )
        case aiohttp.ClientConnectorDNSError():
            return "Check the network connection and the name server (DNS) of this computer."
        case _:
            return (
                f"Check the network connection, and that a firewall lets Pollux reach {host}. "
                "Where only a proxy leads outside, set OUTBOUND_PROXY."
            )


def _shown(proxy: str | None) -> str:
    """Host and port of a proxy, without user and password."""
    return urlsplit(proxy).netloc.rpartition("@")[2] if proxy else "of the system"


# -- the clock ---------------------------------------------------------------------------------


def _ahead(headers: Mapping[str, str], now: float) -> float | None:
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    # Without a zone it is UTC, which is all that HTTP allows (RFC 9110, section 5.6.7).
    return now - _in_utc(date).timestamp()


def _in_utc(date: datetime) -> datetime:
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _clock_finding(visits: list[_Visit]) -> Finding:
    ahead_s = next((visit.ahead_s for visit in visits if visit.ahead_s is not None), None)
    if ahead_s is None:
        return note("clock", "The clock was not checked, since Google did not tell the time.")
    if abs(ahead_s) <= OFF_S:
        return fine("clock", "The clock agrees with Google's.")
    side = "ahead of" if ahead_s > 0 else "behind"
    return wrong(
        "clock",
        f"The clock of this computer is {_length(abs(ahead_s))} {side} Google's.",
        "Let the system set its clock from the network. With a wrong one Google refuses service "
        "accounts, and rests seem to end at wrong times. The time zone does not matter.",
    )


def _length(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
