"""Request bodies that Google refused, changed so that it may take them. One function a cause.

Native clients mix both spellings of proto-JSON in one body (the official SDK does), so both
are looked for. Every function returns a new body that shares what it did not touch, or the
very same one where nothing was to be done. Not here: when to try which (`retry`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from proxy_core.gemini.schema_rungs import OPENAPI_RUNG, RUNGS, lower
from proxy_core.gemini.signatures import DUMMY_SIGNATURE
from proxy_core.gemini.wire import JsonObject

_SIGNATURES = frozenset({"thoughtSignature", "thought_signature"})
_CALLS = ("functionCall", "function_call")
_CONFIG = ("generationConfig", "generation_config")
_THINKING = frozenset({"thinkingConfig", "thinking_config"})
_LEVEL = ("thinkingLevel", "thinking_level")
_PENALTIES = frozenset(
    {"presencePenalty", "presence_penalty", "frequencyPenalty", "frequency_penalty"}
)
_DECLARATIONS = ("functionDeclarations", "function_declarations")
_TOOL_SCHEMAS = {
    "parametersJsonSchema": "parameters",
    "parameters_json_schema": "parameters",
    "responseJsonSchema": "response",
    "response_json_schema": "response",
}
"JSON Schema field of a function to its OpenAPI sibling; both set is a 400."
_ANSWER_SCHEMAS = ("responseJsonSchema", "response_json_schema", "_responseJsonSchema")
_SYSTEM = ("systemInstruction", "system_instruction")
_SCHEMA_IN_WORDS = "Answer with JSON that follows this JSON Schema:\n"


def with_dummy_signatures(body: JsonObject) -> JsonObject:
    """Every thought signature removed, and the dummy on the first function call of each step.

    For signatures that Google does not take (another service's, a broken one) and for
    histories that lack them.
    """
    return _mapped(body, ("contents",), _resigned)


def without_signatures(body: JsonObject, is_foreign: Callable[[str], bool]) -> JsonObject:
    """Turns that hold a foreign signature as `with_dummy_signatures` has them, the others as they
    are."""

    def resigned(content: JsonObject) -> JsonObject:
        signed = (
            part[key]
            for part in _dicts(content.get("parts"))
            for key in _SIGNATURES
            if isinstance(part.get(key), str)
        )
        return _resigned(content) if any(map(is_foreign, signed)) else content

    return _mapped(body, ("contents",), resigned)


def with_lower_thinking(body: JsonObject) -> JsonObject:
    """Level `high` for `xhigh`, which Vertex AI may not know."""
    return _mapped_config(body, _with_lower_level)


def without_thinking(body: JsonObject) -> JsonObject:
    """No `thinkingConfig`: the model decides."""
    return _mapped_config(body, lambda config: _without(config, _THINKING))


def without_penalties(body: JsonObject) -> JsonObject:
    """No presencePenalty and no frequencyPenalty."""
    return _mapped_config(body, lambda config: _without(config, _PENALTIES))


def with_lower_schemas(body: JsonObject, rung: int) -> JsonObject | None:
    """The body with its JSON Schemas as `schema_rungs` has them at `rung` (1, 2 or 3).

    body: as it was first sent, not one that this function made. From rung 2 on the schemas
    move to the OpenAPI fields; at rung 3 the answer's schema goes into the system instruction,
    in words. None: there is no such rung, or no JSON Schema in the body.
    """
    if rung not in RUNGS or not any(True for _ in _schemas(body)):
        return None
    lowered = _mapped(body, ("tools",), lambda tool: _lowered_tool(tool, rung))
    if rung < RUNGS[-1]:
        return _mapped_config(lowered, lambda config: _lowered_answer(config, rung))
    return _answer_in_words(lowered)


def schema_hash(body: JsonObject) -> bytes | None:
    """16 bytes that name the JSON Schemas of a body, to remember the rung that worked.

    None where it holds none.
    """
    schemas = list(_schemas(body))
    if not schemas:
        return None
    return hashlib.blake2b(orjson.dumps(schemas), digest_size=16).digest()


def _schemas(body: JsonObject) -> Iterator[JsonObject]:
    for tool in _dicts(body.get("tools")):
        for key in _DECLARATIONS:
            for declaration in _dicts(tool.get(key)):
                yield from _values(declaration, _TOOL_SCHEMAS)
    for key in _CONFIG:
        for config in _dicts(body.get(key)):
            yield from _values(config, _ANSWER_SCHEMAS)


def _values(holder: JsonObject, keys: Iterable[str]) -> Iterator[JsonObject]:
    return (holder[key] for key in keys if isinstance(holder.get(key), dict))


def _resigned(content: JsonObject) -> JsonObject:
    """One turn, a step of its own: signed by the dummy alone, where it calls a function."""
    given = content.get("parts")
    if not given:
        return content
    parts: list[JsonObject] = []
    signed = False
    for part in _dicts(given):
        plain = _without(part, _SIGNATURES)
        if not signed and any(key in plain for key in _CALLS):
            plain = {**plain, "thoughtSignature": DUMMY_SIGNATURE}
            signed = True
        # A part that held nothing but a signature would be refused as empty.
        if plain:
            parts.append(plain)
    return content if parts == given else {**content, "parts": parts or [{"text": ""}]}


def _with_lower_level(config: JsonObject) -> JsonObject:
    for outer, thinking in config.items():
        if outer in _THINKING and isinstance(thinking, dict):
            for key in _LEVEL:
                if str(thinking.get(key)).upper() == "XHIGH":
                    return {**config, outer: {**thinking, key: "HIGH"}}
    return config


def _lowered_tool(tool: JsonObject, rung: int) -> JsonObject:
    return _mapped(tool, _DECLARATIONS, lambda declaration: _lowered_function(declaration, rung))


def _lowered_function(declaration: JsonObject, rung: int) -> JsonObject:
    lowered: JsonObject = {}
    for key, value in declaration.items():
        if key in _TOOL_SCHEMAS and isinstance(value, dict):
            field = _TOOL_SCHEMAS[key] if rung >= OPENAPI_RUNG else key
            lowered[field] = lower(value, rung)
        else:
            lowered[key] = value
    return lowered


def _lowered_answer(config: JsonObject, rung: int) -> JsonObject:
    lowered = dict(config)
    for key in _ANSWER_SCHEMAS:
        schema = lowered.get(key)
        if isinstance(schema, dict):
            del lowered[key]
            field = "responseSchema" if rung >= OPENAPI_RUNG else key
            lowered[field] = lower(schema, rung)
    return lowered


def _answer_in_words(body: JsonObject) -> JsonObject:
    """The answer's schema as a part of the system instruction; the JSON mime type stays."""
    words = [
        {"text": _SCHEMA_IN_WORDS + orjson.dumps(schema).decode()}
        for key in _CONFIG
        for config in _dicts(body.get(key))
        for schema in _values(config, _ANSWER_SCHEMAS)
    ]
    if not words:
        return body
    told = _mapped_config(body, lambda config: _without(config, frozenset(_ANSWER_SCHEMAS)))
    key = next((key for key in _SYSTEM if key in body), _SYSTEM[0])
    system = body.get(key)
    given = system if isinstance(system, dict) else {}
    parts = [*_dicts(given.get("parts")), *words]
    return {**told, key: {**given, "parts": parts}}


def _mapped(
    holder: JsonObject, keys: Iterable[str], change: Callable[[JsonObject], JsonObject]
) -> JsonObject:
    """`holder` with every object in the lists under `keys` changed."""
    out = holder
    for key in keys:
        value = holder.get(key)
        if isinstance(value, list | dict):
            changed = [change(one) if isinstance(one, dict) else one for one in _as_list(value)]
            if any(new is not old for new, old in zip(changed, _as_list(value), strict=True)):
                out = {**out, key: changed}
    return out


def _mapped_config(body: JsonObject, change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    out = body
    for key in _CONFIG:
        config = body.get(key)
        if isinstance(config, dict) and (changed := change(config)) is not config:
            out = {**out, key: changed}
    return out


def _without(holder: JsonObject, keys: frozenset[str]) -> JsonObject:
    if keys.isdisjoint(holder):
        return holder
    return {key: value for key, value in holder.items() if key not in keys}


def _dicts(value: object) -> list[JsonObject]:
    return [one for one in _as_list(value) if isinstance(one, dict)]


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
