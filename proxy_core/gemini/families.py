"""What each family of models can do, and the rules for models that no row names.

The rows are data: `families.toml` beside this module, and the owner's file over it. Reading them
is not done here (`engine.shipped_families`, `settings`), nor is checking them (`family_rows`).
Not a list of the models that exist: that is the union of what the projects report.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
    "Takes `systemInstruction`; elsewhere it goes before the first words of the user."
    functions: bool = True
    "Takes functions to call."
    response_parts: bool = True
    "Accepts images inside `functionResponse.parts`."
    images: bool = False
    "Answers with images."
    speech: bool = False
    "Answers with audio."
    embeds: bool = False
    "Answers with vectors."
    unit_vectors: bool = True
    "Its vectors have length 1, also those shortened by `outputDimensionality`."
    max_output_tokens: int | None = None
    "Largest maxOutputTokens accepted; None where unknown."

    @property
    def thinks(self) -> bool:
        return bool(self.levels) or self.budget is not None

    @property
    def can_stop_thinking(self) -> bool:
        """Whether thinking can be off. Even the level `minimal` may think."""
        return not self.levels and (self.budget is None or self.budget.can_be_zero)


class Families:
    """A table of families, by the start of their models' ids. Per engine; never changed."""

    def __init__(self, rows: Mapping[str, Family] = MappingProxyType({})) -> None:
        self.rows = rows
        self.of = lru_cache(maxsize=1024)(self._find)
        "The family of a bare model id (`gemini-3.8-flash`, no `models/`), by row or by rule."

    def knows(self, model: str) -> bool:
        """Whether a row names the model, or the start of its id."""
        starts = itertools.accumulate(model.split("-"), "{}-{}".format)
        return any(start in self.rows for start in starts)

    def _find(self, model: str) -> Family:
        start = model
        while start:
            known = self.rows.get(start)
            if known is not None and (start == model or _same_output(known, model)):
                return known
            start = start.rpartition("-")[0]
        return self.rows.get(_model_row(model), _NEWEST)


_NEWEST = Family()
_GENERATION = re.compile(r"gemini-(\d{1,3})(?:\.(\d{1,3}))?(?![\d.])")


def _same_output(known: Family, model: str) -> bool:
    """Keeps `gemini-3.9-flash-tts-preview` from passing for a text model of its name."""
    words = model.split("-")
    return known.images == _draws(words) and known.speech == ("tts" in words)


def _draws(words: list[str]) -> bool:
    return "image" in words or "banana" in words


def _model_row(model: str) -> str:
    """The row to go by for a model that none names; empty: the newest generation's defaults."""
    words = model.split("-")
    if _draws(words):
        return "gemini-3-pro-image"
    if "tts" in words:
        return "gemini-3.8-flash-tts"
    if "embedding" in words:
        return "gemini-embedding-2"
    match = _GENERATION.match(model)
    if match is None:
        return ""
    generation = (int(match[1]), int(match[2] or 0))
    if generation < (3, 0):
        return "gemini-2.5"
    return "gemini-3" if generation < (3, 6) else ""


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
