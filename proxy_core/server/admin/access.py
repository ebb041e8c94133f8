"""Who may use the admin API: bearer token, ADMIN_PASSWORD or a session, and from where.

From this machine either of them; from elsewhere only ADMIN_PASSWORD, if it is set. What came
through another program that forwards requests came from elsewhere.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp.web import BaseRequest

from proxy_core.clock import Clock
from proxy_core.server.access import TokenCheck, carried
from proxy_core.server.admin.answers import Declined
from proxy_core.server.admin.sessions import Sessions

COOKIE = "pollux_session"
PAUSE_S = 1.0
"Before a wrong password from elsewhere is answered."
MOST_GUESSES = 4
"Wrong passwords that wait at a time; beyond, nobody's is looked at."
_SAFE = frozenset({"GET", "HEAD"})
_FORWARDED = ("Forwarded", "Via", "X-Real-IP")


class AdminAccess:
    """Judges each request to the admin API."""

    def __init__(
        self, *, token: TokenCheck, password: str | None, domain_name: str, clock: Clock
    ) -> None:
        """password: setting ADMIN_PASSWORD."""
        self._token = token
        self._password = None if password is None else TokenCheck(password)
        domain = urlsplit(domain_name)
        self._secure_host = domain.netloc.lower() if domain.scheme == "https" else None
        self._clock = clock
        self._sessions = Sessions(clock)
        self._guesses = 0

    async def check(self, request: BaseRequest, query: str) -> None:
        """Returns where the request may go on. Raises Declined."""
        headers = request.headers
        here = self.place(request)
        if any(True for _ in carried(headers, query)):
            if await self._by_secret(headers, query, here=here) is None:
                raise Declined(401, "unauthenticated", _WRONG, _ASK[here])
            return
        if not self._in_session(request, here=here):
            raise Declined(401, "unauthenticated", _MISSING, _ASK[here])
        if request.method not in _SAFE and not _from_own_page(headers):
            raise Declined(403, "forbidden", _OTHER_PAGE)

    async def sign_in(self, request: BaseRequest, secret: str) -> str:
        """Opens a session; returns the Set-Cookie header. Raises Declined."""
        here = self.place(request)
        if "Origin" in request.headers and not _from_own_page(request.headers):
            raise Declined(403, "forbidden", _OTHER_PAGE)
        by_password = await self._by_secret({"x-api-key": secret}, "", here=here)
        if by_password is None:
            raise Declined(401, "unauthenticated", _WRONG, _ASK[here])
        opened = self._sessions.open(by_password=by_password, generation=self._token.generation)
        return self._cookie(request, opened)

    def sign_out(self, request: BaseRequest) -> str:
        """Ends the request's session; returns the Set-Cookie header."""
        self._sessions.end(request.cookies.get(cookie_name(request), ""))
        return self._cookie(request, "") + "; Max-Age=0"

    def place(self, request: BaseRequest) -> bool:
        """Whether a request came straight from this machine; raises Declined where none of
        elsewhere is let in."""
        here = _is_from_here(request) and not _forwarded(request.headers)
        if not here and self._password is None:
            raise Declined(403, "forbidden", _ONLY_HERE, _SET_PASSWORD)
        return here

    async def _by_secret(
        self, headers: Mapping[str, str], query: str, *, here: bool
    ) -> bool | None:
        """Whether a request carries ADMIN_PASSWORD (True) or the token (False); None: neither."""
        if not here and self._guesses >= MOST_GUESSES:
            raise Declined(429, "too_many_attempts", _TOO_MANY, headers={"Retry-After": "2"})
        if self._password is not None and self._password(headers, query):
            return True
        if here:
            return False if self._token(headers, query) else None
        self._guesses += 1
        try:
            await self._clock.sleep(PAUSE_S)
        finally:
            self._guesses -= 1
        return None

    def _in_session(self, request: BaseRequest, *, here: bool) -> bool:
        secret = request.cookies.get(cookie_name(request))
        if not secret:
            return False
        session = self._sessions.find(secret, self._token.generation)
        return session is not None and (here or session.by_password)

    def _cookie(self, request: BaseRequest, value: str) -> str:
        cookie = f"{cookie_name(request)}={value}; HttpOnly; SameSite=Strict; Path=/admin"
        host = request.headers.get("Host", "").lower()
        return f"{cookie}; Secure" if host == self._secure_host else cookie


def cookie_name(request: BaseRequest) -> str:
    """With the port that the browser sees: cookies know none (RFC 6265, 8.5), and two Pollux on
    one host would sign each other's page out."""
    _, _, port = request.headers.get("Host", "").rpartition(":")
    return f"{COOKIE}_{port}" if port.isdecimal() else COOKIE


def _is_from_here(request: BaseRequest) -> bool:
    """By the loopback address, or by the very address of this machine that was called.

    The second is what HOST=192.168.1.5 leaves; no other machine can get an answer under it.
    """
    transport = request.transport
    called = transport.get_extra_info("sockname") if transport is not None else None
    return _is_loopback(request.remote) or (called is not None and request.remote == called[0])


def _is_loopback(address: str | None) -> bool:
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _forwarded(headers: Mapping[str, str]) -> bool:
    return any(name in headers for name in _FORWARDED) or any(
        name.lower().startswith("x-forwarded-") for name in headers
    )


def _from_own_page(headers: Mapping[str, str]) -> bool:
    """Whether our own page asks: SameSite does not tell the ports of one host apart."""
    origin = headers.get("Origin")
    if origin is None:
        return headers.get("Sec-Fetch-Site") == "same-origin"
    scheme, _, host = origin.lower().partition("://")
    return scheme in ("http", "https") and host == headers.get("Host", "").lower()


_WRONG = "That is not the bearer token or password of this Pollux."
_MISSING = "Sign in first: the bearer token is missing."
_ASK = {True: "`pollux token show` prints the bearer token.", False: "Ask for ADMIN_PASSWORD."}
_ONLY_HERE = "The admin API answers only requests from the machine that Pollux runs on."
_SET_PASSWORD = "Set ADMIN_PASSWORD to open it from elsewhere."  # noqa: S105 - a sentence
_OTHER_PAGE = "Another web page asked for this, so nothing was done."
_TOO_MANY = "Too many wrong passwords; try again in a moment."
