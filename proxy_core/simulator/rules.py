"""Rules between the fields of a GenerateContentRequest, per model.

`check_request` takes the parsed request (lowerCamelCase) and raises the Refusal that Google would
send. Not here: unknown fields and types (`parsing.py`), turn order, signatures, schema contents.
"""

from __future__ import annotations

import re

from proxy_core.simulator.catalogue import Card
from proxy_core.simulator.media_rules import check_media
from proxy_core.simulator.parsing import snake_case
from proxy_core.simulator.refusals import JsonObject, invalid_argument
from proxy_core.simulator.schemas import check_json_schema, check_openapi_schema
from proxy_core.simulator.signatures import Bound, check_signatures
from proxy_core.simulator.turns import check_turns

_FUNCTION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:\-]{0,127}\Z")
_TEXT_TYPES = ("text/plain", "application/json", "text/x.enum")
_BUILT_IN = (
    "googleSearch",
    "googleMaps",
    "urlContext",
    "codeExecution",
    "computerUse",
    "fileSearch",
)
_MOST_STOP_SEQUENCES = 5
_RANGES = (
    ("temperature", 0, 2),
    ("topP", 0, 1),
    ("candidateCount", 1, 8),
    ("maxOutputTokens", 1, 2**31 - 1),
    ("logprobs", 0, 20),
)


def check_request(
    request: JsonObject,
    card: Card,
    project: str,
    *,
    signatures_bound_to: Bound = "nothing",
    field_strict_schemas: bool = False,
) -> None:
    """Everything Google checks before it generates."""
    contents = request.get("contents", [])
    check_turns(contents, card)
    _check_instruction(request, card)
    _check_cache(request, card)
    _check_tools(request, card, field_strict=field_strict_schemas)
    config = request.get("generationConfig", {})
    _check_sampling(config, card)
    _check_thinking(config.get("thinkingConfig"), card)
    _check_output(config, card, field_strict=field_strict_schemas)
    check_media(request, card)
    _check_combination(request, card)
    if card.enforces_signatures:
        check_signatures(contents, project, bound_to=signatures_bound_to)


def declarations_of(request: JsonObject) -> list[JsonObject]:
    return [
        declaration
        for tool in request.get("tools", [])
        for declaration in tool.get("functionDeclarations", [])
    ]


def _check_instruction(request: JsonObject, card: Card) -> None:
    if "systemInstruction" in request and not card.system_instruction:
        raise invalid_argument(f"Developer instruction is not enabled for models/{card.id}")


def _check_cache(request: JsonObject, card: Card) -> None:
    if "cachedContent" not in request:
        return
    if card.generation >= (4, 0):
        raise invalid_argument(f"CachedContent is not supported for models/{card.id}.")
    if any(name in request for name in ("systemInstruction", "tools", "toolConfig")):
        raise invalid_argument(
            "CachedContent can not be used with GenerateContent request setting "
            "system_instruction, tools or tool_config.\n\nProposed fix: move those values to "
            "CachedContent from GenerateContent request."
        )


def _check_tools(request: JsonObject, card: Card, *, field_strict: bool) -> None:
    declarations = declarations_of(request)
    names: set[str] = set()
    for number, declaration in enumerate(declarations):
        path = f"tools[0].function_declarations[{number}]"
        _check_declaration(declaration, path, field_strict=field_strict)
        if declaration["name"] in names:
            raise invalid_argument(f"Duplicate function declaration found: {declaration['name']}")
        names.add(declaration["name"])
    tool_config = request.get("toolConfig", {})
    _check_calling(tool_config.get("functionCallingConfig"), names)
    built_in = [name for tool in request.get("tools", []) for name in _BUILT_IN if name in tool]
    if not (names and built_in):
        return
    if card.generation < (3, 0):
        raise invalid_argument("Tool use with function calling is unsupported")
    if not tool_config.get("includeServerSideToolInvocations"):
        raise invalid_argument(
            "Please enable tool_config.include_server_side_tool_invocations to use Built-in tools "
            "with Function calling."
        )


def _check_declaration(declaration: JsonObject, path: str, *, field_strict: bool) -> None:
    if not _FUNCTION_NAME.match(declaration.get("name", "")):
        raise invalid_argument(
            f"* GenerateContentRequest.{path}.name: Invalid function name. Must start with a "
            "letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots "
            "(.), colons (:), or dashes (-), with a maximum length of 128.",
            f"{path}.name",
        )
    for plain, json in (("parameters", "parametersJsonSchema"), ("response", "responseJsonSchema")):
        if plain in declaration and json in declaration:
            raise invalid_argument(f"Only one of {plain} and {json} may be set.", path)
        if json in declaration:
            check_json_schema(
                declaration[json], f"{path}.{plain}_json_schema", field_strict=field_strict
            )
        elif plain in declaration:
            check_openapi_schema(declaration[plain], f"{path}.{plain}")
    schema = declaration.get("parametersJsonSchema") or declaration.get("parameters") or {}
    kind = schema.get("type")
    if kind not in (None, "object", "OBJECT"):
        raise invalid_argument(f"{path}.parameters schema should be of type OBJECT.", path)


def _check_calling(config: JsonObject | None, names: set[str]) -> None:
    if config is None:
        return
    if not names:
        raise invalid_argument(
            "Function calling config is set without function_declarations.",
            "tool_config.function_calling_config",
        )
    allowed = config.get("allowedFunctionNames", [])
    if allowed and config.get("mode") not in ("ANY", "VALIDATED"):
        raise invalid_argument(
            "Allowed function names should only be set when the function calling mode is ANY or "
            "VALIDATED.",
            "tool_config.function_calling_config",
        )
    unknown = [name for name in allowed if name not in names]
    if unknown:
        raise invalid_argument(f"Allowed function name '{unknown[0]}' is not declared.")


def _check_sampling(config: JsonObject, card: Card) -> None:
    for name, lowest, highest in _RANGES:
        if not lowest <= float(config.get(name, lowest)) <= highest:
            raise invalid_argument(
                f"{snake_case(name)} must be in the range [{lowest}, {highest}].",
                f"generation_config.{snake_case(name)}",
            )
    if int(config.get("candidateCount", 1)) != 1 and card.generation >= (3, 0):
        raise invalid_argument("Multiple candidates is not enabled for this model")
    if card.generation == (2, 5) and config.keys() & {"presencePenalty", "frequencyPenalty"}:
        raise invalid_argument(f"Penalty is not enabled for models/{card.id}")
    if len(config.get("stopSequences", [])) > _MOST_STOP_SEQUENCES:
        raise invalid_argument("stop_sequences must have at most 5 items.")
    if (config.get("responseLogprobs") or "logprobs" in config) and not card.logprobs:
        raise invalid_argument(f"Logprobs is not enabled for models/{card.id}")
    if "logprobs" in config and not config.get("responseLogprobs"):
        raise invalid_argument("logprobs needs response_logprobs to be true.")


def _check_thinking(config: JsonObject | None, card: Card) -> None:
    if config is None:
        return
    if not card.thinks:
        raise invalid_argument("Thinking is not enabled for this model")
    level, budget = config.get("thinkingLevel"), config.get("thinkingBudget")
    if level is not None and budget is not None:
        raise invalid_argument("You can only set only one of thinking budget and thinking level.")
    if level is not None and level.lower() not in card.levels:
        raise invalid_argument(
            f"Thinking level {level} is not supported for this model. Please retry with other "
            "thinking level."
        )
    if budget is not None:
        _check_budget(int(budget), card)


def _check_budget(budget: int, card: Card) -> None:
    if card.budget is None or budget == -1 or (budget == 0 and card.zero_budget):
        return
    lowest, highest = card.budget
    if not lowest <= budget <= highest:
        raise invalid_argument(
            f"The thinking budget {budget} is invalid. Please choose a value between {lowest} and "
            f"{highest}."
        )


def _check_output(config: JsonObject, card: Card, *, field_strict: bool) -> None:
    mime_type = config.get("responseMimeType", "text/plain") or "text/plain"
    if mime_type not in _TEXT_TYPES:
        raise invalid_argument(
            f"* GenerateContentRequest.generation_config.response_mime_type: {mime_type!r} is not "
            "supported. Allowed mimetypes are `text/plain`, `application/json`, `text/x.enum`.",
            "generation_config.response_mime_type",
        )
    plain = config.get("responseSchema")
    json = config.get("responseJsonSchema", config.get("_responseJsonSchema"))
    if plain is not None and json is not None:
        raise invalid_argument("Only one of response_schema and response_json_schema may be set.")
    if (plain is not None or json is not None) and mime_type == "text/plain":
        raise invalid_argument(
            "response_schema and response_json_schema need response_mime_type application/json or "
            "text/x.enum.",
            "generation_config.response_mime_type",
        )
    if plain is not None:
        check_openapi_schema(plain, "generation_config.response_schema")
    if json is not None:
        check_json_schema(json, "generation_config.response_json_schema", field_strict=field_strict)
    _check_modalities(config, card)


def _check_combination(request: JsonObject, card: Card) -> None:
    """2.5 and older take neither functions nor built-in tools together with a JSON answer."""
    config = request.get("generationConfig", {})
    if card.generation >= (3, 0) or config.get("responseMimeType") in (None, "", "text/plain"):
        return
    if request.get("tools"):
        raise invalid_argument(
            "Function calling with a response mime type: 'application/json' is unsupported"
        )


def _check_modalities(config: JsonObject, card: Card) -> None:
    """Text models answer in text, speech models in audio, image models in text and images."""
    offered = {"image": {"TEXT", "IMAGE"}, "speech": {"AUDIO"}}.get(card.kind, {"TEXT"})
    if not set(config.get("responseModalities", [])) <= offered:
        raise invalid_argument(
            f"The requested combination of response modalities is not supported by models/{card.id}"
        )
