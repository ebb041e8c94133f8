"""Everything of a request but messages and tools, to `generationConfig` and its neighbours.

Read and ignored, as Google's own compatible route does: logit_bias, prediction, store, metadata,
user, safety_identifier, prompt_cache_options, prompt_cache_retention, moderation, verbosity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from proxy_core.dialects import fields
from proxy_core.dialects.answer_format import PLAIN_TEXT, AnswerFormat, json_format
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import (
    EFFORTS,
    LEVELS,
    Family,
    clamp_budget,
    clamp_level,
    output_limit,
    thinking_config,
)
from proxy_core.gemini.wire import JsonObject

MAX_CHOICES = 8
"Choices of one request; several calls run side by side for them."
_MAX_STOPS = 5
_MAX_TOKENS = 2**31 - 1
_SEED_MASK = 0x7FFFFFFF
_SAMPLING = frozenset({"temperature", "top_p", "seed", "presence_penalty", "frequency_penalty"})

_SERVICE_TIERS: Mapping[str, str] = MappingProxyType(
    {"default": "standard", "flex": "flex", "priority": "priority"}
)
"Every other tier leaves the choice to Google."

_EFFORTS = sorted(EFFORTS)
_THINKING_LEVELS = (*LEVELS, *map(str.upper, LEVELS))

_OPENAI_VOICES = frozenset(
    {"alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage"}
    | {"shimmer", "verse"}
)
"Gemini has none of these; its default voice speaks instead."


@dataclass(frozen=True, slots=True)
class Extras:
    """`extra_body.google`, the conventions of Google's own compatible route."""

    fields: JsonObject
    at: str


_NO_EXTRAS = Extras({}, "google")


def read_extras(body: JsonObject) -> Extras:
    """The `google` object: at the top, or inside `extra_body` as Python clients send it."""
    if "extra_body" not in body and "google" not in body:
        return _NO_EXTRAS
    outer = fields.record(body, "extra_body") or {}
    nested = fields.record(outer, "google", "extra_body")
    if nested is not None:
        return Extras(nested, "extra_body.google")
    return Extras(fields.record(body, "google") or {}, "google")


def read_choices(body: JsonObject) -> int:
    return fields.integer(body, "n", 1, MAX_CHOICES) or 1


def generation_config(
    body: JsonObject, family: Family, extras: Extras, *, thoughts: bool
) -> JsonObject:
    """`generationConfig` without the answer format.

    thoughts: they are asked for whatever the request says.
    """
    config = _sampling(body, family)
    limit = fields.integer(body, "max_completion_tokens", 1, _MAX_TOKENS)
    older_limit = fields.integer(body, "max_tokens", 1, _MAX_TOKENS)
    if (wanted := limit if limit is not None else older_limit) is not None:
        config["maxOutputTokens"] = output_limit(family, wanted)
    if "stop" in body and (stops := _stops(body)):
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


def _stops(body: JsonObject) -> list[str]:
    stops = [stop for stop in fields.texts(body, "stop") if stop]
    if len(stops) > _MAX_STOPS:
        raise BadRequest(f"'stop' may name at most {_MAX_STOPS} sequences.", "stop")
    return stops


def _sampling(body: JsonObject, family: Family) -> JsonObject:
    if _SAMPLING.isdisjoint(body):
        return {}
    temperature = fields.number(body, "temperature", 0, 2)
    top_p = fields.number(body, "top_p", 0, 1)
    seed = fields.integer(body, "seed", -(2**63), 2**64)
    config: JsonObject = {}
    if family.sampling and temperature is not None:
        config["temperature"] = temperature
    if family.sampling and top_p is not None:
        config["topP"] = top_p
    if seed is not None:
        config["seed"] = seed & _SEED_MASK
    for ours, googles in (
        ("presence_penalty", "presencePenalty"),
        ("frequency_penalty", "frequencyPenalty"),
    ):
        penalty = fields.number(body, ours, -2, 2)
        if penalty and family.penalties:
            config[googles] = penalty
    return config


def _thinking(body: JsonObject, family: Family, extras: Extras, *, thoughts: bool) -> JsonObject:
    if not (thoughts or extras.fields or "reasoning_effort" in body):
        return {}
    effort = fields.choice(body, "reasoning_effort", _EFFORTS)
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
    budget = fields.integer(asked, "thinking_budget", -1, _MAX_TOKENS, at)
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
    voice = audio.get("voice")
    if voice is None or (isinstance(voice, str) and voice.lower() in _OPENAI_VOICES):
        return {}
    name = fields.need_text(audio, "voice", "audio")
    return {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": name}}}}


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
    if not extras.fields and "service_tier" not in body:
        return {}
    found: JsonObject = {}
    tier = _SERVICE_TIERS.get(fields.text(body, "service_tier") or "")
    if tier:
        found["serviceTier"] = tier
    if cache := fields.text(extras.fields, "cached_content", extras.at):
        found["cachedContent"] = cache
    at = f"{extras.at}.safety_settings"
    settings = fields.records(extras.fields, "safety_settings", extras.at)
    if settings:
        found["safetySettings"] = [
            {
                "category": fields.need_text(entry, "category", f"{at}[{index}]"),
                "threshold": fields.need_text(entry, "threshold", f"{at}[{index}]"),
            }
            for index, entry in enumerate(settings)
        ]
    return found
