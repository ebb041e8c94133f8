"""Who may come in: the Host allow-list, the bearer token, CORS. Pure but for a small memory.

The Host check keeps web pages out that point a name of their own at 127.0.0.1 (DNS
rebinding); the token is asked for on loopback too.
"""

import hmac
import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_plus, urlsplit

ALWAYS = frozenset({"localhost", "host.docker.internal"})
REMEMBERED = 256
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+?)\.?)(?::[0-9]{0,5})?")
"A Host header, whole: what a URL parser would skip over must not pass."


class HostCheck:
    """Whether a Host header names us."""

    def __init__(self, domain_name: str, further: Iterable[str]) -> None:
        """domain_name, further: settings DOMAIN_NAME, ALLOWED_HOSTS."""
        self._known: dict[str, bool] = {}
        own = urlsplit(domain_name).hostname
        self._always = ALWAYS | {own.lower()} if own else ALWAYS
        self.replace(further)

    def replace(self, further: Iterable[str]) -> None:
        """From now on only these are further names of ours."""
        self._names = self._always | {host.lower() for host in further}
        self._known.clear()

    def __call__(self, host: str | None) -> bool:
        if host is None:
            return False
        verdict = self._known.get(host)
        if verdict is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            verdict = self._known[host] = self._judge(host)
        return verdict

    def _judge(self, host: str) -> bool:
        parsed = _HOST.fullmatch(host)
        if parsed is None:
            return False
        name = (parsed["v6"] or parsed["name"]).lower()
        return name in self._names or _is_ip(name)


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class TokenCheck:
    """Whether a request carries the bearer token, in any of its four places."""

    def __init__(self, token: str) -> None:
        self._token = _bytes(token)
        self.generation = 0
        "How often the token was replaced."

    def replace(self, token: str) -> None:
        """From now on only this one counts."""
        self._token = _bytes(token)
        self.generation += 1

    def __call__(self, headers: Mapping[str, str], query: str) -> bool:
        found = False
        for candidate in carried(headers, query):
            found |= hmac.compare_digest(_bytes(candidate), self._token)
        return found


def _bytes(text: str) -> bytes:
    # Bytes that are not UTF-8 come as lone surrogates, in headers as in the environment.
    return text.encode("utf-8", "surrogatepass")


def carried(headers: Mapping[str, str], query: str) -> Iterable[str]:
    """What a request brings as its bearer token, from each of the four places."""
    authorization = headers.get("Authorization")
    if authorization is not None and authorization[:7].lower() == "bearer ":
        yield authorization[7:].strip()
    for name in ("x-api-key", "x-goog-api-key"):
        if (value := headers.get(name)) is not None:
            yield value.strip()
    if "key=" in query:
        for pair in query.split("&"):
            if pair.startswith("key="):
                yield unquote_plus(pair[4:])


class Cors:
    """Which web pages may read our answers (setting CORS_ALLOWED_ORIGINS)."""

    def __init__(self, origins: Iterable[str]) -> None:
        self.replace(origins)

    def replace(self, origins: Iterable[str]) -> None:
        """From now on only pages of these may."""
        self._origins = frozenset(origins)
        self._any = "*" in self._origins

    def headers(self, origin: str | None) -> dict[str, str]:
        """For an answer to a page of `origin`; empty where it is not allowed."""
        if origin is None or not (self._any or origin in self._origins):
            return {}
        return {
            "Access-Control-Allow-Origin": "*" if self._any else origin,
            "Access-Control-Expose-Headers": _EXPOSED,
            "Vary": "Origin",
        }

    def may_connect(self, headers: Mapping[str, str]) -> bool:
        """Whether a websocket may be opened, which browsers let any page try.

        Programs send no Origin, or make one of the Host. Source: RFC 6455, section 10.2.
        """
        origin = headers.get("Origin")
        if origin is None or self._any or origin in self._origins:
            return True
        return origin.rpartition("://")[2].lower() == headers.get("Host", "").lower()

    def preflight(self, headers: Mapping[str, str]) -> dict[str, str]:
        """For the OPTIONS request that comes before."""
        allowed = self.headers(headers.get("Origin"))
        if allowed:
            allowed["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
            asked = headers.get("Access-Control-Request-Headers")
            allowed["Access-Control-Allow-Headers"] = asked if asked and asked.isascii() else "*"
            allowed["Access-Control-Max-Age"] = "600"
            if headers.get("Access-Control-Request-Private-Network") == "true":
                allowed["Access-Control-Allow-Private-Network"] = "true"
        return allowed


_EXPOSED = (
    "x-request-id, request-id, retry-after, x-should-retry, x-pollux-attempts, "
    "x-pollux-credential, x-goog-upload-url, x-goog-upload-status, x-goog-upload-size-received"
)
