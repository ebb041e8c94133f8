"""What of a call only one of Google's two services can do. Pure.

The Gemini API and Vertex AI answer mostly the same calls, but each has state, tools and models
that the other does not know. Not here: which credentials there are (`pool`), the rewriting for
Vertex AI (`vertex`).
"""

import re
from collections.abc import Iterator

from proxy_core.gemini.vertex_bodies import camel, either
from proxy_core.gemini.wire import Call, JsonObject

_SHARED_ACTIONS = frozenset(
    {
        "generateContent",
        "streamGenerateContent",
        "countTokens",
        "embedContent",
        "batchEmbedContents",
    }
)
VERTEX_ACTIONS = frozenset({"computeTokens", "predict"})
_FILE = re.compile(
    r"(?:https?://generativelanguage\.googleapis\.com/(?:download/)?v1(?:alpha|beta)?/)?files/[\w-]"
)
"The start of the Files API's own URI, or the name of a file; other hosts have paths like it."
_FULL_CACHE = "projects/"
_GEMINI_TOOLS = {"fileSearch": "file search", "mcpServers": "MCP servers"}
_VERTEX_TOOLS = {
    "retrieval": "retrieval",
    "enterpriseWebSearch": "enterprise web search",
    "parallelAiSearch": "Parallel AI search",
    "exaAiSearch": "Exa AI search",
}
_VERTEX_FIELDS = {"modelArmorConfig": "Model Armor"}
_VERTEX_CONFIG = {
    "routingConfig": "model routing",
    "modelSelectionConfig": "model selection",
    "audioTimestamp": "audio timestamps",
}


def bound_to_gemini_api(call: Call) -> str | None:
    """What of the call needs the Gemini API, in words; None where Vertex AI can do as well."""
    if call.action.startswith("/"):  # a path of its own, about what a project keeps
        return "its files, caches and other resources"
    if call.action not in _SHARED_ACTIONS | VERTEX_ACTIONS:
        return f"the action {call.action}"
    if call.model.startswith("gemma-") or call.model.endswith("-latest"):
        return f"the model {call.model}"
    for request in _requests(call.body):
        cache = either(request, "cachedContent")
        if isinstance(cache, str) and not cache.startswith(_FULL_CACHE):
            return "a cache of the Gemini API"
        if tool := _named(_objects(request.get("tools")), _GEMINI_TOOLS):
            return tool
    if any(_FILE.match(uri) for uri in _file_uris(call.body)):
        return "a file uploaded to the Gemini API"
    return None


def bound_to_vertex(call: Call) -> str | None:
    """What of the call needs Vertex AI, in words; None where the Gemini API can do as well."""
    if call.action in VERTEX_ACTIONS:
        return f"the action {call.action}"
    if call.model.startswith("text-embedding-"):
        return f"the model {call.model}"
    for request in _requests(call.body):
        cache = either(request, "cachedContent")
        if isinstance(cache, str) and cache.startswith(_FULL_CACHE):
            return "a cache of Vertex AI"
        config = either(request, "generationConfig")
        found = (
            _named(_objects(request.get("tools")), _VERTEX_TOOLS)
            or _named([request], _VERTEX_FIELDS)
            or _named(_objects(config), _VERTEX_CONFIG)
        )
        if found:
            return found
    if any(uri.startswith("gs://") for uri in _file_uris(call.body)):
        return "a file in Cloud Storage"
    return None


def _requests(body: JsonObject) -> Iterator[JsonObject]:
    yield body
    inner = either(body, "generateContentRequest")
    if isinstance(inner, dict):
        yield inner


def _named(holders: list[JsonObject], words: dict[str, str]) -> str | None:
    """What the first of these fields that is set is called."""
    names = (camel(key) for holder in holders for key, value in holder.items() if value is not None)
    return next((words[name] for name in names if name in words), None)


def _file_uris(body: JsonObject) -> Iterator[str]:
    """Wherever a part may name a file: in turns, system text, and with results of functions."""
    for request in (*_requests(body), *_objects(body.get("requests"))):
        for name in ("contents", "content", "systemInstruction"):
            for content in _objects(either(request, name)):
                for part in _objects(content.get("parts")):
                    yield from _uris_of(part)


def _uris_of(part: JsonObject) -> Iterator[str]:
    result = part.get("functionResponse") or part.get("function_response")
    media = _objects(result.get("parts")) if isinstance(result, dict) else ()
    for holder in (part, *media):
        data = holder.get("fileData") or holder.get("file_data")
        if isinstance(data, dict) and isinstance(uri := either(data, "fileUri"), str):
            yield uri


def _objects(value: object) -> list[JsonObject]:
    """The objects of a list; a lone one, which proto-JSON takes for a list, is one too."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
