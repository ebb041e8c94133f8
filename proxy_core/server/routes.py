"""Paths to routes: pure, one look-up for the common ones. `ROUTES` is what the README lists.

Paths shared by several families are told apart by headers, as the wire reference says:
a Gemini client sends `x-goog-api-key`, `x-goog-api-client` or `?key=`, one of Anthropic's API
`anthropic-version`; otherwise OpenAI's form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from urllib.parse import unquote

from proxy_core.server import resource_paths
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
    RESPONSE = auto()
    "A kept answer: `Route.response`."
    RESPONSE_ITEMS = auto()
    ANTHROPIC_MODELS = auto()
    ANTHROPIC_MODEL = auto()
    NATIVE_MODELS = auto()
    NATIVE_MODEL = auto()
    NATIVE_CALL = auto()
    VERTEX_CALL = auto()
    VERTEX_MODELS = auto()
    "One of them too, where `Route.model` names it."
    RESOURCE = auto()
    "What a project keeps: files, caches, batches, stores, interactions."
    UPLOAD = auto()
    UPLOAD_SESSION = auto()
    OPENAI_STORAGE = auto()
    "Files and batches of the other APIs, which there are none of."
    LIVE = auto()
    VERTEX_LIVE = auto()
    REFUSED_LIVE = auto()
    "A Live session with an ephemeral token."
    REFUSED_TOKENS = auto()
    NO_MODERATIONS = auto()
    "A route of OpenAI's that Gemini has nothing for."
    OWN = auto()
    "The page, the admin API and Google's redirect: the console's."


VERTEX_MODELS = "/v1beta1/publishers/google/models"
LIVE_PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
VERTEX_LIVE_PATH = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent"
ROUTES: tuple[tuple[str, str, str], ...] = (
    ("GET", "/healthz", "alive"),
    ("GET", "/readyz", "a credential is usable"),
    ("GET", "/metrics", "Prometheus figures"),
    ("POST", "/v1/chat/completions", "OpenAI Chat Completions, plain and streamed"),
    ("POST", "/v1/responses", "OpenAI Responses, plain and streamed"),
    ("POST", "/v1/responses/input_tokens", "tokens of such a request"),
    ("GET", "/v1/responses/{id}", "a kept response"),
    ("DELETE", "/v1/responses/{id}", "forget a kept response"),
    ("GET", "/v1/responses/{id}/input_items", "what went into a kept response"),
    ("POST", "/v1/messages", "Anthropic Messages, plain and streamed"),
    ("POST", "/v1/messages/count_tokens", "tokens of such a request"),
    ("POST", "/v1/completions", "OpenAI's old completions, plain and streamed"),
    ("POST", "/v1/embeddings", "OpenAI embeddings"),
    ("POST", "/v1/images/generations", "OpenAI images"),
    ("POST", "/v1/images/edits", "changed images, from a form or JSON"),
    ("POST", "/v1/audio/speech", "OpenAI speech: mp3, wav, pcm"),
    ("POST", "/v1/audio/transcriptions", "what a recording says"),
    ("POST", "/v1/audio/translations", "what a recording says, in English"),
    ("GET", "/v1/models", "models, in OpenAI's, Anthropic's or Gemini's form"),
    ("GET", "/v1/models/{id}", "one model"),
    ("GET", "/v1beta/models", "models in Gemini's form, merged over the pool"),
    ("GET", "/v1beta/models/{model}", "one model in Gemini's form"),
    ("POST", "/v1beta/models/{model}:{action}", "generateContent, streamGenerateContent, …"),
    ("POST", f"{VERTEX_MODELS}/{{model}}:{{action}}", "the same, as Vertex AI has it"),
    ("GET", VERTEX_MODELS, "models in Vertex AI's form"),
    ("POST", "/upload/v1beta/files", "uploads a file: resumable, or at once as multipart"),
    ("POST", "/upload/session/{id}", "takes the bytes of an upload; needs no token"),
    ("GET", "/v1beta/files", "files of all projects; `files/{id}`, `:download`, `:register`"),
    ("GET", "/v1beta/cachedContents", "explicit caches: list, create, get, change, delete"),
    ("GET", "/v1beta/batches", "batch jobs: list, get, cancel, delete; operations likewise"),
    ("GET", "/v1beta/fileSearchStores", "file search stores, their documents and uploads"),
    ("GET", "/v1beta/tunedModels", "tuned models, passed through"),
    ("POST", "/v1beta/interactions", "interactions, plain and streamed; get, cancel, delete"),
    ("GET", LIVE_PATH, "a Live session, as a websocket"),
    ("GET", VERTEX_LIVE_PATH, "the same, as Vertex AI has it"),
    ("GET", "/", "the page; its files are under `/page/`"),
    ("GET", "/oauth2/callback", "where Google sends the browser after a sign-in"),
    *((endpoint.method, endpoint.path, endpoint.meaning) for endpoint in ENDPOINTS),
)
"""Method, path, meaning. OpenAI's also without `/v1` and under `/v1beta/openai/`; Gemini's also
under `/v1` and `/v1alpha`; Anthropic's also without `/v1`, with it twice and under `/anthropic`."""


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
    response: str = ""
    "Id of a kept response."
    path: str = ""
    "As it is looked up, of own routes; the name, of what a project keeps; an upload's id."

    @property
    def native(self) -> bool:
        return self.target in _NATIVE


_NATIVE = frozenset(
    {Target.NATIVE_MODELS, Target.NATIVE_MODEL, Target.NATIVE_CALL, Target.REFUSED_TOKENS}
    | {Target.VERTEX_CALL, Target.VERTEX_MODELS}
    | {Target.LIVE, Target.VERTEX_LIVE, Target.REFUSED_LIVE}
    | {Target.RESOURCE, Target.UPLOAD, Target.UPLOAD_SESSION}
)
_GET = frozenset({"GET", "HEAD"})
_POST = frozenset({"POST"})
_ANY = frozenset({"GET", "HEAD", "POST"})
_EVERY = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _form(dialect: str) -> Route:
    return Route(Target.TRANSLATED, _POST, dialect, takes_form=True)


_ANTHROPIC_MODELS = Route(Target.ANTHROPIC_MODELS, _GET, "anthropic")

_EXACT: Mapping[str, Route] = {
    "/healthz": Route(Target.HEALTH, _GET),
    "/readyz": Route(Target.READY, _GET),
    "/metrics": Route(Target.METRICS, _GET),
    **{
        f"{prefix}/{path}": route
        for prefix in ("", "/v1", "/v1beta/openai")
        for path, route in {
            "chat/completions": Route(Target.TRANSLATED, _POST, "openai_chat"),
            "responses": Route(Target.TRANSLATED, _POST, "openai_responses"),
            "responses/input_tokens": Route(Target.TRANSLATED, _POST, "openai_responses_count"),
            "completions": Route(Target.TRANSLATED, _POST, "openai_completions"),
            "embeddings": Route(Target.TRANSLATED, _POST, "openai_embeddings"),
            "images/generations": Route(Target.TRANSLATED, _POST, "openai_images"),
            "images/edits": _form("openai_image_edits"),
            "audio/speech": Route(Target.TRANSLATED, _POST, "openai_speech"),
            "audio/transcriptions": _form("openai_transcriptions"),
            "audio/translations": _form("openai_translations"),
            "moderations": Route(Target.NO_MODERATIONS, _POST),
            "models": Route(Target.OPENAI_MODELS, _GET),
        }.items()
    },
    # Clients put `/v1/messages` behind a base URL that ends in anything.
    **{
        f"{prefix}/{path}": Route(Target.TRANSLATED, _POST, dialect)
        for prefix in ("", "/v1", "/v1/v1", "/anthropic", "/anthropic/v1", "/anthropic/v1/v1")
        for path, dialect in {
            "messages": "anthropic",
            "messages/count_tokens": "anthropic_count",
        }.items()
    },
    **dict.fromkeys(
        ("/v1/v1/models", "/anthropic/models", "/anthropic/v1/models", "/anthropic/v1/v1/models"),
        _ANTHROPIC_MODELS,
    ),
}
_NATIVE_PATH = re.compile(
    r"/(?P<version>v1|v1beta|v1alpha)/models"
    r"(?:/(?P<model>[^/:]+)(?::(?P<action>[A-Za-z]{1,64}))?)?"
)
_OPENAI_MODEL = re.compile(r"(?:/v1|/v1beta/openai)?/models/(?P<model>.+)")
_RESPONSE = re.compile(
    r"(?:/v1|/v1beta/openai)?/responses/(?P<response>[^/]+)(?P<items>/input_items)?"
)
_ANTHROPIC_MODEL = re.compile(r"(?:/anthropic(?:/v1){0,2}|/v1/v1)/models/(?P<model>.+)")
_ANTHROPIC = re.compile(r"/anthropic(?:/.*)?|(?:/v1){0,2}/messages(?:/.*)?")
VERTEX_PATH = re.compile(
    r"/(?:v1|v1beta1)/(?:projects/[^/]+/locations/[^/]+/)?publishers/google/models"
    r"(?:/(?P<model>[^/:]+)(?::(?P<action>[A-Za-z]{1,64}))?)?"
)
_LIVE = re.compile(
    # google-genai puts its path behind the whole base URL, whatever that ends with.
    r"(?:/v1|/v1beta|/v1alpha)?/ws/google\.ai\.generativelanguage\.(?P<version>v1|v1beta|v1alpha)"
    r"\.GenerativeService\.BidiGenerateContent(?P<constrained>Constrained)?"
)
_VERTEX_LIVE = re.compile(
    r"(?:/v1|/v1beta1)?/ws/google\.cloud\.aiplatform\.(?:v1|v1beta1)"
    r"\.LlmBidiService/BidiGenerateContent"
)
_TOKENS = re.compile(r"/v1(?:beta|alpha)?/auth_tokens")
_OWN = re.compile(r"/|/page/.+|/oauth2/callback|/admin(?:/.*)?", re.DOTALL)


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
    if path.startswith(("/v1/v1", "/v1/upload/")) and speaks_gemini(path[3:], headers, query):
        path = path[3:]  # a base URL as OpenAI's clients need it, given to one of Gemini's
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
        return _ANTHROPIC_MODELS if _of_anthropic(path, headers) else route
    native = _NATIVE_PATH.fullmatch(path)
    if native and (native["action"] or speaks_gemini(path, headers, query)):
        return _native_route(native)
    if (kept := _kept(path, headers, query)) is not None:
        return kept
    if model := _ANTHROPIC_MODEL.fullmatch(path):
        return Route(Target.ANTHROPIC_MODEL, _GET, "anthropic", model=model["model"])
    if model := _OPENAI_MODEL.fullmatch(path):
        return _model_route(path, headers, model["model"])
    return _by_pattern(path)


def _by_pattern(path: str) -> Route | None:
    """The route of a path that no family shares with another."""
    if response := _RESPONSE.fullmatch(path):
        return _response_route(response)
    if vertex := VERTEX_PATH.fullmatch(path):
        return _vertex_route(vertex)
    if live := _LIVE.fullmatch(path):
        target = Target.REFUSED_LIVE if live["constrained"] else Target.LIVE
        return Route(target, _GET, version=live["version"])
    if _VERTEX_LIVE.fullmatch(path):
        return Route(Target.VERTEX_LIVE, _GET)
    if _TOKENS.fullmatch(path):
        return Route(Target.REFUSED_TOKENS, _ANY)
    if _OWN.fullmatch(path):
        return Route(Target.OWN, _EVERY, path=path)
    return None


def _of_anthropic(path: str, headers: Mapping[str, str]) -> bool:
    """Whether a shared path of models is asked for by a client of Anthropic's API."""
    return path in ("/v1/models", "/models") and "anthropic-version" in headers


def _model_route(path: str, headers: Mapping[str, str], model: str) -> Route:
    if "anthropic-version" in headers and not path.startswith("/v1beta/"):
        return Route(Target.ANTHROPIC_MODEL, _GET, "anthropic", model=model)
    return Route(Target.OPENAI_MODEL, _GET, model=model)


def _response_route(match: re.Match[str]) -> Route:
    target, methods = Target.RESPONSE, _GET | {"DELETE"}
    if match["items"]:
        target, methods = Target.RESPONSE_ITEMS, _GET
    return Route(target, methods, "openai_responses", response=match["response"])


def _kept(path: str, headers: Mapping[str, str], query: str) -> Route | None:
    """The route of what a project keeps at Google."""
    if session := resource_paths.UPLOAD_SESSION.fullmatch(path):
        return Route(Target.UPLOAD_SESSION, _POST | {"PUT"}, path=session["id"])
    if upload := resource_paths.UPLOAD.fullmatch(path):
        version, action = upload["version"], upload["action"] or ""
        return Route(Target.UPLOAD, _POST, version=version, action=action, path=upload["name"])
    found = resource_paths.RESOURCE.fullmatch(path)
    if found is not None and (
        found["collection"] not in resource_paths.SHARED or speaks_gemini(path, headers, query)
    ):
        version, action = found["version"], found["action"] or ""
        return Route(Target.RESOURCE, _CRUD, version=version, action=action, path=found["name"])
    openai = resource_paths.OPENAI_STORAGE.fullmatch(path)
    return None if openai is None else Route(Target.OPENAI_STORAGE, _EVERY)


_CRUD = frozenset({"GET", "POST", "PATCH", "DELETE"})


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


def _vertex_route(match: re.Match[str]) -> Route:
    model, action = match["model"] or "", match["action"] or ""
    if action:
        return Route(Target.VERTEX_CALL, _POST, model=model, action=action)
    return Route(Target.VERTEX_MODELS, _GET, model=model)


def speaks_anthropic(path: str, headers: Mapping[str, str]) -> bool:
    """Whether a request that is none of Gemini's comes from a client of Anthropic's API."""
    return "anthropic-version" in headers or _ANTHROPIC.fullmatch(path) is not None


def speaks_gemini(path: str, headers: Mapping[str, str], query: str) -> bool:
    """Whether a request comes from a client of Gemini's own API."""
    if path.startswith(("/v1beta/", "/v1alpha/", "/upload/")):
        return not path.startswith("/v1beta/openai")
    if "x-goog-api-key" in headers or "x-goog-api-client" in headers:
        return True
    return query.startswith("key=") or "&key=" in query or ":" in path.rpartition("/")[2]
