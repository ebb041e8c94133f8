"""What Vertex AI is sent for a call: host, path, headers and body, and its answers back.

A finisher behind the pivot: calls stay the Gemini API's, and only what goes to a credential of
Vertex AI is rewritten, for that one send. The alternative, dialects that know the service, lost:
they parse before a credential is chosen. Pure. Not here: which calls may go there (`services`),
authorization.
Source: aiplatform v1beta1 discovery document of November 2026, and google-genai's requests.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import orjson

from proxy_core.gemini import vertex_embeddings
from proxy_core.gemini.vertex_bodies import count_request, generate_request, service_tier
from proxy_core.gemini.wire import Call, JsonObject

HOST = "aiplatform.googleapis.com"
GLOBAL = "global"
VERSION = "v1beta1"
"v1 lacks the continuation token and the newer fields; google-genai uses this one too."
MODELS_PATH = f"/{VERSION}/publishers/google/models"

_MULTI_REGIONS = frozenset({"us", "eu"})
_TIER_HEADER = "X-Vertex-AI-LLM-Shared-Request-Type"
_TIERS = frozenset({"flex", "priority"})


class Place(NamedTuple):
    """Where a credential's calls go."""

    location: str = GLOBAL
    project: str | None = None
    "None: an express key, whose project and location Google knows."


class VertexRequest(NamedTuple):
    """One request to Vertex AI, all but its authorization."""

    path: str
    headers: tuple[tuple[str, str], ...]
    body: JsonObject


def origin(place: Place) -> str:
    """Scheme and host; the location in it must be that of the path."""
    location = place.location
    if place.project is None or location == GLOBAL:
        return f"https://{HOST}"
    if location in _MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-{HOST}"


def vertex_request(call: Call, body: JsonObject, place: Place) -> VertexRequest:
    """What to send for `call`. body: the call's own, or a mended one; it is not changed."""
    action = call.action
    if action in vertex_embeddings.ACTIONS:
        action, sent = vertex_embeddings.to_vertex(call.model, action, body)
    elif (finish := _FINISHERS.get(action)) is not None:
        sent = finish(body)
    else:
        sent = body
    return VertexRequest(_path(call, action, place), _headers(body, place), sent)


def gemini_answer(call: Call, answer: JsonObject) -> JsonObject:
    """A whole answer in the Gemini API's form; the very same object where it is in that form."""
    if call.action in vertex_embeddings.ACTIONS:
        return vertex_embeddings.from_vertex(call.action, answer)
    return with_arguments(answer)


def with_arguments(chunk: JsonObject) -> JsonObject:
    """A chunk whose function calls all have arguments, as at the Gemini API.

    Vertex AI leaves empty ones out, and google-genai does not carry out such a call by itself.
    The very same object where none is missing.
    """
    bare = [part for part in _parts(chunk) if "args" not in part.get("functionCall", _COMPLETE)]
    if not bare:
        return chunk
    whole: JsonObject = orjson.loads(orjson.dumps(chunk))
    for part in _parts(whole):
        part.get("functionCall", {}).setdefault("args", {})
    return whole


_COMPLETE: JsonObject = {"args": {}}


def _parts(chunk: JsonObject) -> Iterator[JsonObject]:
    for candidate in chunk.get("candidates") or ():
        yield from candidate.get("content", {}).get("parts") or ()


_FINISHERS: Mapping[str, Callable[[JsonObject], JsonObject]] = {
    "generateContent": generate_request,
    "streamGenerateContent": generate_request,
    "countTokens": count_request,
    "computeTokens": generate_request,
}


def _path(call: Call, action: str, place: Place) -> str:
    model = f"publishers/google/models/{call.model}:{action}"
    if place.project is not None:
        model = f"projects/{place.project}/locations/{place.location}/{model}"
    query = "&".join(filter(None, ("alt=sse" if call.streams else "", call.query)))
    return f"/{VERSION}/{model}" + (f"?{query}" if query else "")


def _headers(body: JsonObject, place: Place) -> tuple[tuple[str, str], ...]:
    """The service tier, which is a header here, and only for locations that are no region."""
    tier = service_tier(body)
    if tier not in _TIERS or not (place.location == GLOBAL or place.location in _MULTI_REGIONS):
        return ()
    return ((_TIER_HEADER, tier),)
