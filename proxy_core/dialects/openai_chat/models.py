"""Google's models in the form of `/v1/models`."""

from collections.abc import Iterable

import orjson

from proxy_core.gemini.wire import JsonObject


def models_list(resources: Iterable[JsonObject], created: int, *, for_codex: bool = False) -> bytes:
    """All models that OpenAI's API can be asked for here, as `GET /v1/models` lists them.

    Those that do nothing but hold Live sessions are left out: OpenAI's API has no way to them.

    resources: Google's Model resources; one that does not tell its methods is kept.
    created: epoch seconds; Google does not tell when a model was made.
    for_codex: Codex looks for a catalogue of its own form in the answer, and prints an error at
    each start where there is none; an empty one will do.
    Source: https://github.com/openai/codex/issues/22205
    """
    data = [
        _entry(resource, created)
        for resource in resources
        if _can(resource, "generateContent") or _can(resource, "embedContent")
    ]
    listed: JsonObject = {"object": "list", "data": data}
    return orjson.dumps(listed | {"models": []} if for_codex else listed)


def model(resource: JsonObject, created: int) -> bytes:
    """One model, as `GET /v1/models/{id}` answers."""
    return orjson.dumps(_entry(resource, created))


def _can(resource: JsonObject, method: str) -> bool:
    methods = resource.get("supportedGenerationMethods")
    return methods is None or method in methods


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
    if _can(resource, "embedContent") and not _can(resource, "generateContent"):
        entry["type"] = "embedding"  # as Together's list has it, so that no chat offers it
    return entry
