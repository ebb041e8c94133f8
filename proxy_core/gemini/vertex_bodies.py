"""Request bodies of the Gemini API as Vertex AI takes them: fields dropped, added and moved.

A table for each message says what becomes of its fields; all others stay as they are, so that
Google judges them. Native clients mix both spellings of proto-JSON in one body, so both are
looked for. Not here: embeddings (`vertex_embeddings`), paths and headers (`vertex`).
Source: the fields of GenerateContentRequest and CountTokensRequest in the aiplatform v1beta1
discovery document; what google-genai refuses for one service or the other.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeAlias

from proxy_core.gemini.wire import JsonObject

Change: TypeAlias = Callable[[Any], Any]
Changes: TypeAlias = Mapping[str, Change]

_GONE: Any = object()
"What a change gives for a field that is to be left out."


@lru_cache(maxsize=512)
def camel(key: str) -> str:
    """A field's name in its JSON spelling, whichever of the two it came in."""
    head, *rest = key.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest) if head else key


def either(holder: JsonObject, name: str) -> Any:
    """The field `name` (in lowerCamelCase) in either spelling; None where it is missing."""
    if name in holder:
        return holder[name]
    return next((value for key, value in holder.items() if camel(key) == name), None)


def service_tier(body: JsonObject) -> str:
    """The tier that a request asks for, in lower case; empty where it asks for none."""
    tier = either(body, "serviceTier")
    return tier.lower() if isinstance(tier, str) else ""


def generate_request(body: JsonObject) -> JsonObject:
    """GenerateContentRequest."""
    changed: JsonObject = _changed(body, _REQUEST)
    return changed


def count_request(body: JsonObject) -> JsonObject:
    """CountTokensRequest, which is flat here."""
    inner = either(body, "generateContentRequest")
    request = inner if isinstance(inner, dict) else body
    return generate_request({k: v for k, v in request.items() if camel(k) in _COUNTED})


def with_role(content: Any) -> Any:
    """A turn with its role, which Vertex AI demands; it knows no role `function`."""
    if not isinstance(content, dict) or content.get("role") not in (None, "", "function"):
        return content
    parts = _listed(content.get("parts"))
    calls = any(isinstance(one, dict) and either(one, "functionCall") for one in parts)
    return {**content, "role": "model" if calls and not content.get("role") else "user"}


def _changed(value: Any, changes: Changes) -> Any:
    """An object with its fields changed, and without those that are gone."""
    if not isinstance(value, dict):
        return value
    changed: JsonObject = {}
    for key, field in value.items():
        change = changes.get(camel(key))
        if change is None:
            changed[key] = field
        elif (new := change(field)) is not _GONE:
            changed[key] = new
    return changed


def _gone(_: Any) -> Any:
    return _GONE


def _unless_emptied(value: Any, changes: Changes) -> Any:
    """As `_changed`; gone where the changes left nothing of it."""
    changed = _changed(value, changes)
    return _GONE if value and not changed else changed


def _each(value: Any, change: Change) -> Any:
    """A list with its items changed; gone where that left none. A lone item stands for a list."""
    items = _listed(value)
    changed = [new for item in items if (new := change(item)) is not _GONE]
    return _GONE if items and not changed else changed


def _content(content: Any) -> Any:
    changed = _changed(content, _CONTENT)
    if isinstance(content, dict) and "parts" in content and "parts" not in changed:
        return _GONE
    return with_role(changed)


def _part(part: Any) -> Any:
    if isinstance(part, dict) and any(camel(key) in _SERVER_SIDE for key in part):
        return _GONE
    return _unless_emptied(part, _PART)


def _config(value: Any) -> Any:
    changed = _changed(value, _CONFIG)
    if isinstance(changed, dict) and _ALIAS in changed:
        changed["responseJsonSchema"] = changed.pop(_ALIAS)
    return changed


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_ALIAS = "_responseJsonSchema"
"An older name of responseJsonSchema that only the Gemini API has."
_COUNTED = frozenset({"contents", "systemInstruction", "tools", "generationConfig"})
_SERVER_SIDE = frozenset({"toolCall", "toolResponse"})
"Parts that tell of tools at the Gemini API's side."

_PART: Changes = {
    "partMetadata": _gone,
    "functionResponse": partial(_changed, changes={"willContinue": _gone}),
}
_CONTENT: Changes = {"parts": partial(_each, change=_part)}
_TOOL: Changes = {"fileSearch": _gone, "mcpServers": _gone}
_TOOL_CONFIG: Changes = {
    "includeServerSideToolInvocations": _gone,
    # Arguments in pieces would be news to every dialect.
    "functionCallingConfig": partial(
        _unless_emptied, changes={"streamFunctionCallArguments": _gone}
    ),
}
_CONFIG: Changes = {
    "enableEnhancedCivicAnswers": _gone,
    # One format at the Gemini API, a list of them here.
    "responseFormat": _listed,
}
_REQUEST: Changes = {
    "model": _gone,
    "serviceTier": _gone,
    "store": _gone,
    "contents": partial(_each, change=_content),
    "systemInstruction": partial(_changed, changes=_CONTENT),
    "tools": partial(_each, change=partial(_unless_emptied, changes=_TOOL)),
    "toolConfig": partial(_unless_emptied, changes=_TOOL_CONFIG),
    "generationConfig": _config,
}
