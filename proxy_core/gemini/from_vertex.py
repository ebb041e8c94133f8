"""Requests of clients in Vertex mode as calls of the Gemini API, and answers back in Vertex's form.

Pure. The pivot stays the Gemini API's own JSON: where a credential of Vertex AI serves after all,
the finisher (`vertex`) converts again. What the Gemini API has no field for and what changes
nothing of the answer is dropped; what would change it (grounding on Vertex AI, files in Cloud
Storage) stays, so that the call goes to a credential of Vertex AI or fails for a reason.
Source: aiplatform v1beta1 discovery document of November 2026, and google-genai's requests.
"""

from collections.abc import Mapping
from typing import Any

from proxy_core.errors import BadRequest, ProblemKind
from proxy_core.gemini.vertex_bodies import camel, either
from proxy_core.gemini.wire import JsonObject

TIER_HEADER = "X-Vertex-AI-LLM-Shared-Request-Type"
_TIERS = frozenset({"flex", "priority"})
_CONFIG = "embedContentConfig"
_SETTINGS = frozenset({"taskType", "title", "outputDimensionality"})
"Of an embedding; the Gemini API cuts texts that are too long by itself."
_DROPPED = frozenset({"labels", "modelSelectionConfig", "outputConfig"})
_DROPPED_CONFIG = frozenset({"routingConfig", "modelSelectionConfig", "modelConfig"})
_DROPPED_CALLING = frozenset({"streamFunctionCallArguments"})
_DROPPED_SAFETY = frozenset({"method"})


def to_gemini(model: str, action: str, body: JsonObject, tier: str = "") -> tuple[str, JsonObject]:
    """Action and body of the same call at the Gemini API. Raises BadRequest.

    model: bare. tier: value of the header that asks for a service tier.
    """
    match action:
        case "generateContent" | "streamGenerateContent":
            return action, _generate(body, tier)
        case "countTokens":
            return action, _count(model, body)
        case "embedContent":
            return action, _embedding(body)
        case "batchEmbedContents":
            return action, _batch(model, [_embedding(one) for one in _dicts(body.get("requests"))])
        case "predict":
            return "batchEmbedContents", _prediction(model, body)
        case _:
            return action, body


def to_vertex(action: str, answer: JsonObject) -> JsonObject:
    """A whole answer as Vertex AI gives it to `action`; the very object where that is the same."""
    if action != "predict":
        return answer
    embeddings = _dicts(answer.get("embeddings"))
    return {"predictions": [{"embeddings": {"values": one.get("values")}} for one in embeddings]}


def publisher_model(resource: JsonObject) -> JsonObject:
    """A model of the Gemini API as Vertex AI lists its own."""
    name = str(resource.get("name", "")).removeprefix("models/")
    return {
        "name": f"publishers/google/models/{name}",
        "versionId": resource.get("version", "default"),
        "launchStage": "PUBLIC_PREVIEW" if "preview" in name else "GA",
    }


def _generate(body: JsonObject, tier: str) -> JsonObject:
    request = _without(body, _DROPPED)
    for key, value in body.items():
        match camel(key):
            case "generationConfig" if isinstance(value, dict):
                request[key] = _config(value)
            case "toolConfig" if isinstance(value, dict):
                request[key] = _whole_calls(value)
            case "safetySettings":
                request[key] = [_without(one, _DROPPED_SAFETY) for one in _dicts(value)]
    if tier.lower() in _TIERS and either(request, "serviceTier") is None:
        request["serviceTier"] = tier.lower()
    return request


def _config(config: JsonObject) -> JsonObject:
    kept = _without(config, _DROPPED_CONFIG)
    for key, value in config.items():
        if camel(key) == "responseFormat" and isinstance(value, list) and len(value) == 1:
            kept[key] = value[0]  # one format at the Gemini API, a list of them here
    return kept


def _whole_calls(tool_config: JsonObject) -> JsonObject:
    """Without the wish for arguments in pieces, which only Vertex AI can fulfil."""
    return {
        key: _without(value, _DROPPED_CALLING) if isinstance(value, dict) else value
        for key, value in tool_config.items()
    }


def _count(model: str, body: JsonObject) -> JsonObject:
    """Contents alone, or all that is to be counted as one request inside."""
    request = _generate(body, "")
    if set(map(camel, request)) <= {"contents", "generationConfig"}:
        return {"contents": request.get("contents", [])}
    return {"generateContentRequest": {**request, "model": f"models/{model}"}}


def _embedding(request: JsonObject) -> JsonObject:
    config = either(request, _CONFIG)
    settings = config if isinstance(config, dict) else {}
    flat = {key: value for key, value in request.items() if camel(key) != _CONFIG}
    told = {camel(key): value for key, value in settings.items() if camel(key) in _SETTINGS}
    return {key: value for key, value in flat.items() if camel(key) != "autoTruncate"} | told


def _batch(model: str, requests: list[JsonObject]) -> JsonObject:
    return {"requests": [{**request, "model": f"models/{model}"} for request in requests]}


def _prediction(model: str, body: JsonObject) -> JsonObject:
    """Texts of `predict`, which is how the older embedding models are asked."""
    if "embedding" not in model:
        raise BadRequest(
            f"{model} cannot be asked by predict here; image models answer generateContent.",
            kind=ProblemKind.NOT_FOUND,
        )
    parameters = body.get("parameters")
    size = either(parameters, "outputDimensionality") if isinstance(parameters, dict) else None
    return _batch(model, [_instance(one, size) for one in _dicts(body.get("instances"))])


def _instance(instance: Mapping[str, Any], size: object) -> JsonObject:
    text = instance.get("content")
    if not isinstance(text, str):
        raise BadRequest("Each instance needs its text in `content`.", "instances")
    request: JsonObject = {"content": {"role": "user", "parts": [{"text": text}]}}
    for key in ("taskType", "title"):
        if (value := either(dict(instance), key)) is not None:
            request[key] = value
    if size is not None:
        request["outputDimensionality"] = size
    return request


def _without(value: JsonObject, names: frozenset[str]) -> JsonObject:
    return {key: item for key, item in value.items() if camel(key) not in names}


def _dicts(value: object) -> list[JsonObject]:
    """The objects of a list; a lone one, which proto-JSON takes for a list, is one too."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
