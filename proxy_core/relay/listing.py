"""How each of Google's services lists the models that a project may use.

The Gemini API tells what a model can do. Vertex AI gives names alone, many of them of other things
than models like ours, so only those of known families count, with the abilities of the family.
Not here: which credential asks, and how long a list is kept (`catalog`).
"""

from collections.abc import Iterator
from urllib.parse import quote

from proxy_core.credentials.model import Service
from proxy_core.gemini.families import Families
from proxy_core.gemini.vertex import HOST, MODELS_PATH
from proxy_core.gemini.wire import JsonObject
from proxy_core.upstream.google import API_BASE

_PATHS = {
    Service.GEMINI: "/v1beta/models?pageSize=1000",
    Service.VERTEX: f"{MODELS_PATH}?pageSize=200",
}
_ORIGINS = {Service.GEMINI: API_BASE, Service.VERTEX: f"https://{HOST}"}
_PUBLISHER = "publishers/google/models/"
_GEMMA = "gemma"
"Listed too, but served by endpoints of one's own."


def page_of(service: Service, token: str) -> tuple[str, str]:
    """Origin and path of a page of the list. token: of the page; empty: the first."""
    path = _PATHS[service]
    return _ORIGINS[service], f"{path}&pageToken={quote(token, safe='')}" if token else path


def models_in(
    document: JsonObject, service: Service, families: Families
) -> Iterator[tuple[str, JsonObject]]:
    """The models of a page in the Gemini API's form, by bare id."""
    listed = document.get("models" if service is Service.GEMINI else "publisherModels")
    for resource in listed if isinstance(listed, list) else ():
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str):
            continue
        if service is Service.GEMINI:
            yield name.removeprefix("models/"), resource
            continue
        model = name.removeprefix(_PUBLISHER)
        if families.knows(model) and not model.startswith(_GEMMA):
            yield model, _resource(model, families)


def _resource(model: str, families: Families) -> JsonObject:
    family = families.of(model)
    methods = ["embedContent"] if family.embeds else ["generateContent", "countTokens"]
    resource: JsonObject = {
        "name": f"models/{model}",
        "displayName": model.replace("-", " ").title(),
        "supportedGenerationMethods": methods,
        "thinking": family.thinks,
    }
    if family.max_output_tokens is not None:
        resource["outputTokenLimit"] = family.max_output_tokens
    return resource
