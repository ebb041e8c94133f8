"""Reads a native request: model and action from the path, the rest from its JSON.

The body is parsed once, to know that it is JSON and which conversation it belongs to; what
goes to Google are the client's own bytes.
"""

import re
from urllib.parse import unquote

import orjson

from proxy_core.dialects.model_names import bare_name
from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.wire import Call, JsonObject

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
_V1BETA_ONLY = re.compile(r"gemini-[a-z-]*latest\Z")
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
    if model != name and _rename(document, name, model):
        body = orjson.dumps(document)
    if version == "v1" and (_V1BETA_ONLY.match(model) or "cachedContent" in document):
        version = "v1beta"  # `v1` knows neither; an upgrade changes nothing else
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


def _rename(document: JsonObject, name: str, model: str) -> bool:
    """Puts the model where a body names itself by an alias; whether it did so.

    Google compares it with the model of the path (countTokens, batchEmbedContents).
    """
    inner = document.get("generateContentRequest", document.get("generate_content_request"))
    requests = document.get("requests")
    naming = [document, inner, *(requests if isinstance(requests, list) else ())]
    aliased = [
        one
        for one in naming
        if isinstance(one, dict) and one.get("model") in (name, f"models/{name}")
    ]
    for one in aliased:
        one["model"] = f"models/{model}"
    return bool(aliased)


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
