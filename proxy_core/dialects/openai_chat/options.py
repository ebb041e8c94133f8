"""Everything of a request but messages and tools, to `generationConfig` and its neighbours.

Read and ignored, as Google's own compatible route does: logit_bias, prediction, store, metadata,
user, safety_identifier, prompt_cache_options, prompt_cache_retention, moderation, verbosity.
"""

from proxy_core.dialects import fields
from proxy_core.dialects.answer_format import PLAIN_TEXT, AnswerFormat, json_format
from proxy_core.dialects.openai_extras import Extras, cache_and_safety
from proxy_core.dialects.openai_options import (
    EFFORTS,
    MAX_CHOICES,
    MAX_TOKENS,
    sampling,
    service_tier,
    stop_sequences,
)
from proxy_core.dialects.openai_voices import speech_config
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import (
    LEVELS,
    Family,
    clamp_budget,
    clamp_level,
    output_limit,
    thinking_config,
)
from proxy_core.gemini.wire import JsonObject

_THINKING_LEVELS = (*LEVELS, *map(str.upper, LEVELS))


def read_choices(body: JsonObject) -> int:
    return fields.integer(body, "n", 1, MAX_CHOICES) or 1


def generation_config(
    body: JsonObject, family: Family, extras: Extras, *, thoughts: bool
) -> JsonObject:
    """`generationConfig` without the answer format.

    thoughts: they are asked for whatever the request says.
    """
    config = sampling(body, family)
    limit = fields.integer(body, "max_completion_tokens", 1, MAX_TOKENS)
    older_limit = fields.integer(body, "max_tokens", 1, MAX_TOKENS)
    if (wanted := limit if limit is not None else older_limit) is not None:
        config["maxOutputTokens"] = output_limit(family, wanted)
    if "stop" in body and (stops := stop_sequences(body)):
        config["stopSequences"] = stops
    if fields.flag(body, "logprobs"):
        config["responseLogprobs"] = True
        top = fields.integer(body, "top_logprobs", 0, 20)
        if top is not None:
            config["logprobs"] = top
    thinking = _thinking(body, family, extras, thoughts=thoughts)
    if thinking:
        config["thinkingConfig"] = thinking
    config.update(_modalities(body, family))
    return config


def _thinking(body: JsonObject, family: Family, extras: Extras, *, thoughts: bool) -> JsonObject:
    if not (thoughts or extras.fields or "reasoning_effort" in body):
        return {}
    effort = fields.choice(body, "reasoning_effort", EFFORTS)
    asked = fields.record(extras.fields, "thinking_config", extras.at)
    at = f"{extras.at}.thinking_config"
    if effort is not None and asked is not None:
        raise BadRequest(f"'reasoning_effort' and '{at}' exclude each other.", "reasoning_effort")
    config: JsonObject = {}
    if effort is not None:
        config = thinking_config(family, effort) or {}
    elif asked is not None:
        config = _asked_thinking(asked, family, at)
    include = fields.flag(asked or {}, "include_thoughts", at)
    if include is None:
        include = thoughts or effort is not None or asked is not None
    # Google refuses to include thoughts where thinking is off.
    off = effort == "none" or config.get("thinkingBudget") == 0
    if family.thinks and include and not off:
        config["includeThoughts"] = True
    return config


def _asked_thinking(asked: JsonObject, family: Family, at: str) -> JsonObject:
    level = fields.choice(asked, "thinking_level", _THINKING_LEVELS, at)
    budget = fields.integer(asked, "thinking_budget", -1, MAX_TOKENS, at)
    if level is not None and budget is not None:
        raise BadRequest(
            f"'{at}' may hold thinking_level or thinking_budget, not both.", f"{at}.thinking_budget"
        )
    if level is not None:
        if family.levels:
            clamped = clamp_level(family, level)
            return {"thinkingLevel": clamped.upper()} if clamped else {}
        return thinking_config(family, level.lower()) or {}
    if budget is not None and family.thinks:
        fitting = clamp_budget(family.budget, budget) if family.budget else budget
        return {"thinkingBudget": fitting}
    return {}


def _modalities(body: JsonObject, family: Family) -> JsonObject:
    """`responseModalities` and the voice; only models made for it draw or speak."""
    if "modalities" not in body and not family.speech:
        return {}
    wanted = set(fields.texts(body, "modalities"))
    if unknown := wanted - {"text", "audio", "image"}:
        raise BadRequest(f"'modalities' names {min(unknown)!r}.", "modalities")
    if "audio" in wanted and not family.speech:
        raise BadRequest("The model does not answer with audio.", "modalities")
    if "image" in wanted and not family.images:
        raise BadRequest("The model does not answer with images.", "modalities")
    if family.speech:
        return {"responseModalities": ["AUDIO"], **_voice(body)}
    return {"responseModalities": ["TEXT", "IMAGE"]} if "image" in wanted else {}


def _voice(body: JsonObject) -> JsonObject:
    audio = fields.record(body, "audio") or {}
    if audio.get("voice") is None:
        return {}
    return {"speechConfig": speech_config(fields.need_text(audio, "voice", "audio"))}


def read_wav(body: JsonObject, *, stream: bool) -> bool:
    """Whether audio is to be a WAV file; the other form that needs no encoder is `pcm16`."""
    audio = fields.record(body, "audio") or {}
    form = fields.choice(audio, "format", ("wav", "pcm16"), "audio")
    if stream and form == "wav":
        raise BadRequest("A stream of audio takes the format 'pcm16' only.", "audio.format")
    return form != "pcm16"


def answer_format(body: JsonObject, family: Family, tools: Tools) -> AnswerFormat:
    at = "response_format"
    if at not in body:
        return PLAIN_TEXT
    wanted = fields.record(body, at) or {}
    kind = fields.choice(wanted, "type", ("text", "json_object", "json_schema"), at)
    if kind is None or kind == "text":
        return PLAIN_TEXT
    schema: JsonObject | None = None
    if kind == "json_schema":
        described = fields.need_record(wanted, "json_schema", at)
        schema = fields.record(described, "schema", f"{at}.json_schema")
    return json_format(schema, family, tools)


def neighbours(body: JsonObject, extras: Extras) -> JsonObject:
    """Top-level fields of the request: service tier, cache, safety."""
    found = cache_and_safety(extras)
    if tier := service_tier(body):
        found["serviceTier"] = tier
    return found
