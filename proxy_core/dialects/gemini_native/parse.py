"""Reads a native request: model and action from the path, the rest from its JSON.

The body is parsed once, to know that it is JSON and which conversation it belongs to; what
goes to Google are the client's own bytes.
"""

import re
from urllib.parse import unquote

import orjson

from proxy_core.dialects.model_names import bare_name
from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.renaming import renamed
from proxy_core.gemini.wire import Call, JsonObject

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
V1BETA_MODEL = re.compile(r"gemini-[a-z-]*latest\Z")
"Names that `v1` does not know."
_V1BETA_FIELDS = frozenset({"cachedContent", "cached_content", "serviceTier", "service_tier"})
_V1BETA_CONFIG = frozenset({"speechConfig", "speech_config"})
_V1BETA_TOOLS = frozenset({"computerUse", "computer_use", "mcpServers", "mcp_servers"})
OURS = frozenset(
    {"key", "access_token", "oauth_token", "userproject", "quotauser"}
    | {"alt", "callback", "prettyprint", ".xgafv"}
)
"""Query parameters that do not go on, `$` or not: who asks and who pays, and the form that
answers and errors come in. Source: Google Cloud APIs, system parameters."""


def parse(
    version: str, name: str, action: str, body: bytes, query: list[tuple[str, str]], model: str = ""
) -> Call:
    """The call of `POST /{version}/models/{name}:{action}`. Raises BadRequest.

    query: pairs as they stood in the URL, still encoded. model: what `name` is an alias of.
    """
    model = bare_name(model or name)
    check_model(model)
    document = _document(body)
    if model != name:
        # Google compares the names in a body with that of the path.
        full = f"models/{model}"
        anew = renamed(body, {name: full, f"models/{name}": full})
        if anew is not body:
            body, document = anew, _document(anew)
    if version == "v1" and (V1BETA_MODEL.match(model) or _needs_v1beta(document)):
        version = "v1beta"  # `v1` does not know it; an upgrade changes nothing else
    # Decoded only to be compared: a line end in a name would end the request line to Google.
    kept = [
        f"{name}={value}" for name, value in query if unquote(name).lower().lstrip("$") not in OURS
    ]
    return Call(
        model=model,
        action=action,
        body=document,
        raw=body,
        version=version,
        query="&".join(kept),
    )


def _needs_v1beta(document: JsonObject) -> bool:
    """Whether a request holds what `v1` does not know. Source: Gemini API, API versions."""
    inner = document.get("generateContentRequest", document.get("generate_content_request"))
    for request in (document, inner):
        if not isinstance(request, dict):
            continue
        config = request.get("generationConfig", request.get("generation_config"))
        tools = request.get("tools")
        if (
            _holds(request, _V1BETA_FIELDS)
            or _holds(config, _V1BETA_CONFIG)
            or any(_holds(tool, _V1BETA_TOOLS) for tool in _listed(tools))
        ):
            return True
    return False


def _holds(value: object, names: frozenset[str]) -> bool:
    return isinstance(value, dict) and not names.isdisjoint(value)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def check_model(model: str) -> None:
    if not _MODEL.match(model):
        raise BadRequest(
            f"{model[:80]!r} is not the name of a model.",
            "model",
            kind=ProblemKind.MODEL_NOT_FOUND,
        )


def _document(body: bytes) -> JsonObject:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise BadRequest("The request body must be a JSON object.")
    return document
