"""Paths to routes: pure, one look-up for the common ones. `ROUTES` is what the README lists.

Paths shared by several families are told apart by headers, as the wire reference says:
a Gemini client sends `x-goog-api-key`, `x-goog-api-client` or `?key=`; otherwise OpenAI's form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from urllib.parse import unquote

from proxy_core.server.admin.endpoints import ENDPOINTS


class Target(Enum):
    """What a route leads to."""

    HEALTH = auto()
    READY = auto()
    METRICS = auto()
    TRANSLATED = auto()
    "A dialect that is translated: `Route.dialect`."
    OPENAI_MODELS = auto()
    OPENAI_MODEL = auto()
    NATIVE_MODELS = auto()
    NATIVE_MODEL = auto()
    NATIVE_CALL = auto()
    REFUSED_TOKENS = auto()
    OWN = auto()
    "The page, the admin API and Google's redirect: the console's."


ROUTES: tuple[tuple[str, str, str], ...] = (
    ("GET", "/healthz", "alive"),
    ("GET", "/readyz", "a credential is usable"),
    ("GET", "/metrics", "Prometheus figures"),
    ("POST", "/v1/chat/completions", "OpenAI Chat Completions, plain and streamed"),
    ("GET", "/v1/models", "models, in OpenAI's or Gemini's form"),
    ("GET", "/v1/models/{id}", "one model"),
    ("GET", "/v1beta/models", "models in Gemini's form, merged over the pool"),
    ("GET", "/v1beta/models/{model}", "one model in Gemini's form"),
    ("POST", "/v1beta/models/{model}:{action}", "generateContent, streamGenerateContent, …"),
    ("GET", "/", "the page; its files are under `/page/`"),
    ("GET", "/oauth2/callback", "where Google sends the browser after a sign-in"),
    *((endpoint.method, endpoint.path, endpoint.meaning) for endpoint in ENDPOINTS),
)
"""Method, path, meaning. OpenAI's also without `/v1` and under `/v1beta/openai/`; Gemini's also
under `/v1` and `/v1alpha`."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a path leads to, and what stood in it."""

    target: Target
    methods: frozenset[str]
    dialect: str = ""
    "Name of the translated dialect."
    takes_form: bool = False
    "Whether the body may be a multipart form."
    version: str = ""
    model: str = ""
    action: str = ""
    path: str = ""
    "As it is looked up; of own routes."

    @property
    def native(self) -> bool:
        return self.target in _NATIVE


_NATIVE = frozenset(
    {Target.NATIVE_MODELS, Target.NATIVE_MODEL, Target.NATIVE_CALL, Target.REFUSED_TOKENS}
)
_GET = frozenset({"GET", "HEAD"})
_POST = frozenset({"POST"})
_ANY = frozenset({"GET", "HEAD", "POST"})
_EVERY = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_EXACT: Mapping[str, Route] = {
    "/healthz": Route(Target.HEALTH, _GET),
    "/readyz": Route(Target.READY, _GET),
    "/metrics": Route(Target.METRICS, _GET),
    **{
        f"{prefix}/{path}": route
        for prefix in ("", "/v1", "/v1beta/openai")
        for path, route in {
            "chat/completions": Route(Target.TRANSLATED, _POST, "openai_chat"),
            "models": Route(Target.OPENAI_MODELS, _GET),
        }.items()
    },
}
_NATIVE_PATH = re.compile(
    r"/(?P<version>v1|v1beta|v1alpha)/models"
    r"(?:/(?P<model>[^/:]+)(?::(?P<action>[A-Za-z]{1,64}))?)?"
)
_OPENAI_MODEL = re.compile(r"(?:/v1|/v1beta/openai)?/models/(?P<model>.+)")
_TOKENS = re.compile(r"/v1(?:beta|alpha)?/auth_tokens")
_OWN = re.compile(r"/|/page/.+|/oauth2/callback|/admin(?:/.*)?")


def origin_form(target: str, host: str | None) -> tuple[str, str | None]:
    """A request target without scheme and authority, and the host that it is meant for.

    Clients that take us for their proxy send the whole URL; its authority then stands in for
    the Host header. Source: RFC 9112, 3.2.2.
    """
    if not target.startswith("http://"):
        return target, host
    authority, slash, path = target.removeprefix("http://").partition("/")
    return slash + path, authority


def find(path: str, headers: Mapping[str, str], query: str) -> Route | None:
    """The route of a path as it stood in the request line; None where there is none."""
    route = _EXACT.get(path) or _call(path)
    if route is not None and route.target is not Target.OPENAI_MODELS:
        return route
    if "%" in path:
        path = unquote(path)
    path = path.rstrip("/") or "/"
    if "//" in path:
        path = re.sub("/{2,}", "/", path)
    route = _EXACT.get(path)
    if route is not None and not (path == "/v1/models" and speaks_gemini(path, headers, query)):
        return route
    native = _NATIVE_PATH.fullmatch(path)
    if native and (native["action"] or speaks_gemini(path, headers, query)):
        return _native_route(native)
    if openai := _OPENAI_MODEL.fullmatch(path):
        return Route(Target.OPENAI_MODEL, _GET, model=openai["model"])
    if _TOKENS.fullmatch(path):
        return Route(Target.REFUSED_TOKENS, _ANY)
    if _OWN.fullmatch(path):
        return Route(Target.OWN, _EVERY, path=path)
    return None


@lru_cache(maxsize=1_024)
def _call(path: str) -> Route | None:
    """The route of a plainly written native call, which is what most requests are."""
    match = _NATIVE_PATH.fullmatch(path) if "%" not in path else None
    return _native_route(match) if match and match["action"] else None


def _native_route(match: re.Match[str]) -> Route:
    version, model, action = match["version"], match["model"] or "", match["action"] or ""
    if action:
        return Route(Target.NATIVE_CALL, _POST, version=version, model=model, action=action)
    if model:
        return Route(Target.NATIVE_MODEL, _GET, version=version, model=model)
    return Route(Target.NATIVE_MODELS, _GET, version=version)


def speaks_gemini(path: str, headers: Mapping[str, str], query: str) -> bool:
    """Whether a request comes from a client of Gemini's own API."""
    if path.startswith(("/v1beta/", "/v1alpha/", "/upload/")):
        return not path.startswith("/v1beta/openai")
    if "x-goog-api-key" in headers or "x-goog-api-client" in headers:
        return True
    return query.startswith("key=") or "&key=" in query or ":" in path.rpartition("/")[2]
