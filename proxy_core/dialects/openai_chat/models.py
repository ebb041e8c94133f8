"""Google's models in the form of `/v1/models`."""

from collections.abc import Iterable

import orjson

from proxy_core.gemini.wire import JsonObject


def models_list(resources: Iterable[JsonObject], created: int) -> bytes:
    """All models that can chat, as `GET /v1/models` lists them.

    resources: Google's Model resources; one that does not tell its methods is kept.
    created: epoch seconds; Google does not tell when a model was made.
    """
    chatting = (resource for resource in resources if _chats(resource))
    return orjson.dumps({"object": "list", "data": [_entry(each, created) for each in chatting]})


def model(resource: JsonObject, created: int) -> bytes:
    """One model, as `GET /v1/models/{id}` answers."""
    return orjson.dumps(_entry(resource, created))


def _chats(resource: JsonObject) -> bool:
    methods = resource.get("supportedGenerationMethods")
    return methods is None or "generateContent" in methods


def _entry(resource: JsonObject, created: int) -> JsonObject:
    entry: JsonObject = {
        "id": resource["name"].removeprefix("models/"),
        "object": "model",
        "created": created,
        "owned_by": "google",
    }
    # Read by several clients to size their prompts; unknown to the OpenAI API itself.
    for ours, googles in (
        ("name", "displayName"),
        ("context_length", "inputTokenLimit"),
        ("max_completion_tokens", "outputTokenLimit"),
    ):
        if googles in resource:
            entry[ours] = resource[googles]
    return entry
