"""Sampling, stop sequences and service tier, which the OpenAI APIs name alike."""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects import fields
from proxy_core.errors import BadRequest
from proxy_core.gemini.families import EFFORTS as _EFFORTS
from proxy_core.gemini.families import Family
from proxy_core.gemini.wire import JsonObject

MAX_TOKENS = 2**31 - 1
MAX_CHOICES = 8
"Choices of one request; several calls run side by side for them."
_MAX_STOPS = 5
EFFORTS = sorted(_EFFORTS)
_SEED_MASK = 0x7FFFFFFF
_SAMPLING = frozenset({"temperature", "top_p", "seed", "presence_penalty", "frequency_penalty"})

_SERVICE_TIERS: Mapping[str, str] = MappingProxyType(
    {"default": "standard", "flex": "flex", "priority": "priority"}
)
"Every other tier leaves the choice to Google."


def sampling(body: JsonObject, family: Family) -> JsonObject:
    """Fields of `generationConfig`; what the family does not heed is left out."""
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


def stop_sequences(body: JsonObject) -> list[str]:
    stops = [stop for stop in fields.texts(body, "stop") if stop]
    if len(stops) > _MAX_STOPS:
        raise BadRequest(f"'stop' may name at most {_MAX_STOPS} sequences.", "stop")
    return stops


def service_tier(body: JsonObject) -> str | None:
    """Google's name of the tier that is asked for."""
    return _SERVICE_TIERS.get(fields.text(body, "service_tier") or "")
