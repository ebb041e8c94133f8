"""Embeddings: what Vertex AI is asked for them, and its answers in the Gemini API's form.

Its older models (`text-embedding-…`) are asked by `predict`, with texts alone; the others by the
actions of the Gemini API, whose settings move into `embedContentConfig`. Pure.
Source: google-genai's requests to both services, and its reading of the answers.
"""

from collections.abc import Iterator
from typing import Any

from proxy_core.gemini.vertex_bodies import camel, either, with_role
from proxy_core.gemini.wire import JsonObject

ACTIONS = frozenset({"embedContent", "batchEmbedContents"})

_CONFIG = "embedContentConfig"
_SETTINGS = frozenset({"taskType", "title", "outputDimensionality"})
_SPOKEN_TASK = "task_type"
"Inside an instance it is spelled so."


def to_vertex(model: str, action: str, body: JsonObject) -> tuple[str, JsonObject]:
    """Action and body."""
    requests = list(_requests(body)) if action == "batchEmbedContents" else [body]
    if model.startswith("text-embedding-"):
        return "predict", _prediction(requests)
    if action == "embedContent":
        return action, _request(body)
    return action, {"requests": [_request(request) for request in requests]}


def from_vertex(action: str, answer: JsonObject) -> JsonObject:
    predictions = answer.get("predictions")
    if isinstance(predictions, list):
        answer = _of_predictions(predictions)
    embeddings = answer.get("embeddings", [answer.get("embedding")])
    vectors = [{"values": one.get("values", [])} for one in embeddings if isinstance(one, dict)]
    told: JsonObject = {"embeddings": vectors}
    if action == "embedContent":
        told = {"embedding": vectors[0] if vectors else {}}
    if "usageMetadata" in answer:
        told["usageMetadata"] = answer["usageMetadata"]
    return told


def _requests(body: JsonObject) -> Iterator[JsonObject]:
    given = body.get("requests")
    for request in given if isinstance(given, list) else [given]:
        if isinstance(request, dict):
            yield request


def _settings(request: JsonObject) -> JsonObject:
    """Those of the request, and of a config that it may hold already."""
    config = either(request, _CONFIG)
    settings = {camel(key): value for key, value in request.items() if camel(key) in _SETTINGS}
    return {**(config if isinstance(config, dict) else {}), **settings}


def _request(request: JsonObject) -> JsonObject:
    settings = _settings(request)
    content = with_role(request.get("content"))
    return {"content": content, _CONFIG: settings} if settings else {"content": content}


def _prediction(requests: list[JsonObject]) -> JsonObject:
    settings = [_settings(request) for request in requests]
    instances: list[JsonObject] = []
    for request, own in zip(requests, settings, strict=True):
        instance: JsonObject = {"content": _text(request.get("content"))}
        if "taskType" in own:
            instance[_SPOKEN_TASK] = own["taskType"]
        if "title" in own:
            instance["title"] = own["title"]
        instances.append(instance)
    # One for all instances: whoever asks for several sizes at once gets the first.
    named = (own[name] for own in settings for name in ("outputDimensionality",) if name in own)
    size = next(named, None)
    return {"instances": instances} | (
        {} if size is None else {"parameters": {"outputDimensionality": size}}
    )


def _text(content: Any) -> str:
    parts = content.get("parts") if isinstance(content, dict) else None
    texts = (part.get("text") for part in parts or () if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def _of_predictions(predictions: list[Any]) -> JsonObject:
    found = [one.get("embeddings") for one in predictions if isinstance(one, dict)]
    embeddings = [one for one in found if isinstance(one, dict)]
    counts = [either(one.get("statistics") or {}, "tokenCount") or 0 for one in embeddings]
    return {"embeddings": embeddings, "usageMetadata": {"promptTokenCount": int(sum(counts))}}
