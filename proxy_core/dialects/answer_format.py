"""Structured output: the JSON that a client wants, as its model's family can give it."""

from dataclasses import dataclass

import orjson

from proxy_core.dialects.tools import Tools
from proxy_core.gemini.families import Family
from proxy_core.gemini.schema import clean
from proxy_core.gemini.wire import JsonObject


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """What a wanted format comes to; it may also have changed the tools."""

    config: JsonObject
    "Fields of `generationConfig`."
    instruction: str | None = None
    "The format in words, where nothing else is taken beside the tools."


PLAIN_TEXT = AnswerFormat({})


def json_format(schema: JsonObject | None, family: Family, tools: Tools) -> AnswerFormat:
    """JSON by `schema`, or any JSON where there is none.

    Models before Gemini 3 take no JSON format beside tools, so `tools` may be changed.
    """
    if not family.json_with_tools:
        if tools.mode == "NONE":
            tools.declarations.clear()
        if tools.declarations and schema:
            tools.answer_with_json(schema)
            return PLAIN_TEXT
        if tools.declarations or tools.built_in:
            return AnswerFormat({}, _in_words(schema))
    config: JsonObject = {"responseMimeType": "application/json"}
    if schema:
        config["responseJsonSchema"] = clean(schema)
    return AnswerFormat(config)


def _in_words(schema: JsonObject | None) -> str:
    text = "Answer with JSON only, without Markdown."
    if schema:
        text += f" It must follow this JSON Schema:\n{orjson.dumps(clean(schema)).decode()}"
    return text
