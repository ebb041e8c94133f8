"""Reads a native request: model and action from the path, the rest from its JSON.

The body is parsed once, to know that it is JSON and which conversation it belongs to; what
goes to Google are the client's own bytes.
"""

import re
from urllib.parse import unquote

import orjson

from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.wire import Call

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
_V1BETA_ONLY = re.compile(r"gemini-[a-z-]*latest\Z")
OURS = frozenset(
    {"key", "access_token", "oauth_token", "userproject", "quotauser"}
    | {"alt", "callback", "prettyprint", ".xgafv"}
)
"""Query parameters that do not go on, `$` or not: who asks and who pays, and the form that
answers and errors come in. Source: Google Cloud APIs, system parameters."""


def parse(version: str, model: str, action: str, body: bytes, query: list[tuple[str, str]]) -> Call:
    """The call of `POST /{version}/models/{model}:{action}`. Raises BadRequest.

    query: pairs as they stood in the URL, still encoded.
    """
    check_model(model)
    document = _document(body)
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


def check_model(model: str) -> None:
    if not _MODEL.match(model):
        raise BadRequest(
            f"{model[:80]!r} is not the name of a model.",
            "model",
            kind=ProblemKind.MODEL_NOT_FOUND,
        )


def _document(body: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The request body is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise BadRequest("The request body must be a JSON object.")
    return document
