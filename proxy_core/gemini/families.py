"""What each family of models can do: a table, and the rules for models it does not know.

Not a list of the models that exist: that is the union of what the projects report.
`/models` only tells whether a model thinks at all, so the rest is written down here.
Sources: Gemini API documentation (thinking, function calling, models) as of November 2026,
and reports where a row says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from proxy_core.gemini.wire import JsonObject

LEVELS = ("minimal", "low", "medium", "high", "xhigh")
"Every thinking level, weakest first."

THOUGHT_RESERVE = 1024
"Tokens added to a small output limit of a model that cannot stop thinking."


@dataclass(frozen=True, slots=True)
class Budget:
    """Range of `thinkingBudget`, in tokens."""

    lowest: int
    highest: int
    can_be_zero: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The abilities of models that behave alike. The defaults are the newest generation's."""

    levels: tuple[str, ...] = ("low", "medium", "high")
    "Thinking levels offered, weakest first; empty: `thinkingLevel` is refused."
    budget: Budget | None = None
    "Set where thinking is asked for by budget instead of level."
    sampling: bool = False
    "Heeds temperature, topP and topK. Elsewhere they are announced to become a 400."
    penalties: bool = True
    "Accepts presencePenalty and frequencyPenalty."
    single_candidate: bool = True
    "Refuses candidateCount above 1."
    enforces_signatures: bool = True
    "Refuses a step whose first function call carries no thought signature."
    prefill: bool = False
    "Accepts a request that ends in a model turn."
    json_with_tools: bool = True
    "Accepts a JSON answer format beside functions."
    system_instruction: bool = True
    functions: bool = True
    response_parts: bool = True
    "Accepts images inside `functionResponse.parts`."
    images: bool = False
    "Answers with images."
    speech: bool = False
    "Answers with audio."
    max_output_tokens: int | None = None
    "Largest maxOutputTokens accepted; None where unknown."

    @property
    def thinks(self) -> bool:
        return bool(self.levels) or self.budget is not None

    @property
    def can_stop_thinking(self) -> bool:
        """Whether thinking can be off. Even the level `minimal` may think."""
        return not self.levels and (self.budget is None or self.budget.can_be_zero)


_LONG = 1_048_576
"Gemini 4 continues over several hops; the limit counts them together."
_USUAL = 65_536

_NEWEST = Family()
_FLASH = Family(max_output_tokens=_USUAL)
_BEFORE_3_6 = replace(
    _FLASH, levels=("minimal", "low", "medium", "high"), sampling=True, prefill=True
)
_PRO_3_1 = replace(_FLASH, sampling=True, prefill=True)
_2_5 = Family(
    levels=(),
    sampling=True,
    penalties=False,
    single_candidate=False,
    enforces_signatures=False,
    prefill=True,
    json_with_tools=False,
    response_parts=False,
    max_output_tokens=_USUAL,
)
_IMAGE = Family(
    levels=(),
    sampling=True,
    enforces_signatures=False,
    prefill=True,
    json_with_tools=False,
    functions=False,
    response_parts=False,
    images=True,
)
_SPEECH = replace(_IMAGE, images=False, speech=True, system_instruction=False)
_GEMMA = replace(
    _2_5, system_instruction=False, functions=False, single_candidate=True, max_output_tokens=None
)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        # Gemini 4: sampling parameters are ignored, level minimal is a 400.
        "gemini-4-hydrogen": Family(
            levels=("low", "medium", "high", "xhigh"), max_output_tokens=_LONG
        ),
        "gemini-4-argon": Family(max_output_tokens=_LONG),
        "gemini-4-carbon": Family(max_output_tokens=_LONG),
        # 3.7 and later Flash: level minimal is a 400. From 3.6 on no request may end in a
        # model turn, and sampling parameters are ignored.
        "gemini-3.8-flash": _FLASH,
        "gemini-3.7-flash": _FLASH,
        "gemini-3.6-flash": replace(_BEFORE_3_6, sampling=False, prefill=False),
        "gemini-3.5-flash": _BEFORE_3_6,
        "gemini-3.5-flash-lite": replace(_BEFORE_3_6, sampling=False),
        "gemini-3.1-flash-lite": _BEFORE_3_6,
        "gemini-3.1-pro": _PRO_3_1,
        "gemini-3-flash": _BEFORE_3_6,
        # Budgets; penalties are a 400 on the Gemini API. 2.5 Pro cannot stop thinking.
        "gemini-2.5-pro": replace(_2_5, budget=Budget(128, 32_768, can_be_zero=False)),
        "gemini-2.5-flash": replace(_2_5, budget=Budget(1, 24_576, can_be_zero=True)),
        "gemini-2.5-flash-lite": replace(_2_5, budget=Budget(512, 24_576, can_be_zero=True)),
        # Image models do not enforce signatures and know no functions.
        "gemini-nano-banana": _IMAGE,
        "gemini-3-pro-image": _IMAGE,
        "gemini-3.1-flash-image": replace(_IMAGE, levels=("minimal", "high")),
        "gemini-3.1-flash-lite-image": replace(_IMAGE, levels=("minimal", "high")),
        "gemini-2.5-flash-image": replace(_IMAGE, penalties=False),
        # Speech models refuse a system instruction [reported].
        "gemini-3.8-flash-tts": _SPEECH,
        "gemini-3.8-flash-lite-tts": _SPEECH,
        "gemini-3.1-flash-tts": _SPEECH,
        # Gemma knows no systemInstruction; functions came with the fourth.
        "gemma-4": replace(_GEMMA, functions=True),
        "gemma": _GEMMA,
        # Google moves the aliases on without notice: the strictest of what they may mean.
        "gemini-flash-latest": _FLASH,
        "gemini-flash-lite-latest": replace(_BEFORE_3_6, sampling=False, prefill=False),
        "gemini-pro-latest": replace(_PRO_3_1, prefill=False),
    }
)
"Family by the start of its models' ids, cut at dashes; the longest start wins."

_GENERATION = re.compile(r"gemini-(\d{1,3})(?:\.(\d{1,3}))?(?![\d.])")


@lru_cache(maxsize=1024)
def family(model: str) -> Family:
    """The family of a bare model id (`gemini-3.8-flash`, no `models/`), by row or by rule."""
    start = model
    while start:
        known = FAMILIES.get(start)
        if known is not None and _same_output(known, model):
            return known
        start = start.rpartition("-")[0]
    return _by_rule(model)


def _same_output(known: Family, model: str) -> bool:
    """Keeps `gemini-3.9-flash-tts-preview` from passing for a text model of its name."""
    words = model.split("-")
    return known.images == _draws(words) and known.speech == ("tts" in words)


def _draws(words: list[str]) -> bool:
    return "image" in words or "banana" in words


def _by_rule(model: str) -> Family:
    """A model that no row names: what its generation asks for, the newest one's if unclear."""
    words = model.split("-")
    if _draws(words):
        return _IMAGE
    if "tts" in words:
        return _SPEECH
    match = _GENERATION.match(model)
    if match is None:
        return _NEWEST
    generation = (int(match[1]), int(match[2] or 0))
    if generation < (3, 0):
        return _2_5
    return _NEWEST if generation >= (3, 6) else replace(_NEWEST, sampling=True, prefill=True)


_EFFORT_LEVELS: Mapping[str, str] = MappingProxyType(
    {
        "none": "minimal",
        "minimal": "minimal",
        "low": "low",
        "medium": "medium",
        "high": "high",
        "xhigh": "xhigh",
        "max": "xhigh",
    }
)

_EFFORT_BUDGETS: Mapping[str, int] = MappingProxyType(
    {
        "none": 0,
        "minimal": 1024,
        "low": 1024,
        "medium": 8192,
        "high": 24_576,
        "xhigh": 24_576,
        "max": 24_576,
    }
)
"The budgets of Google's own OpenAI compatibility, which knows none to high."

EFFORTS = frozenset(_EFFORT_LEVELS)
"Every effort that a client may name."


def clamp_level(family: Family, level: str) -> str | None:
    """The offered level nearest to `level`, the weaker of two; None where none is offered.

    level: any case, as native clients write it; an unknown one counts as none.
    """
    wanted = level.lower()
    if wanted in family.levels:
        return wanted
    if not family.levels or wanted not in LEVELS:
        return None
    place = LEVELS.index(wanted)
    return min(family.levels, key=lambda offered: abs(LEVELS.index(offered) - place))


def clamp_budget(budget: Budget, tokens: int) -> int:
    """`tokens` brought into the range that the family accepts; -1 (dynamic) stays."""
    if tokens == -1 or (tokens == 0 and budget.can_be_zero):
        return tokens
    return max(budget.lowest, min(tokens, budget.highest))


def thinking_config(family: Family, effort: str) -> JsonObject | None:
    """`thinkingConfig` for an effort of OpenAI or Anthropic, without `includeThoughts`.

    None where the effort is unknown or the family takes no such setting. Effort `none` is the
    weakest level, which is not off.
    """
    if effort not in EFFORTS:
        return None
    if family.budget is not None:
        return {"thinkingBudget": clamp_budget(family.budget, _EFFORT_BUDGETS[effort])}
    level = clamp_level(family, _EFFORT_LEVELS[effort])
    return None if level is None else {"thinkingLevel": level.upper()}


def output_limit(family: Family, asked: int) -> int:
    """maxOutputTokens for a limit that a client gave for its answer.

    Gemini counts thoughts in it: a small limit on a model that cannot stop thinking would
    come back as an empty answer, so it gets a reserve. Never more than the model accepts.
    """
    limit = asked
    if asked < THOUGHT_RESERVE and not family.can_stop_thinking:
        limit += THOUGHT_RESERVE
    return limit if family.max_output_tokens is None else min(limit, family.max_output_tokens)
