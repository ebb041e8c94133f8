"""The models of the pretend Google and what each of them accepts, as data.

State: November 2026. Source: Google's model pages and the thinking and function-calling guides.
Not here: what a request must look like (the rule modules read this table).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from proxy_core.simulator.refusals import JsonObject

Kind = Literal["text", "image", "speech", "embedding", "live"]

_METHODS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("generateContent", "countTokens", "createCachedContent", "batchGenerateContent"),
    "image": ("generateContent", "countTokens", "batchGenerateContent"),
    "speech": ("generateContent", "countTokens"),
    "embedding": ("embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"),
    "live": ("bidiGenerateContent", "countTokens"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One model. `generation` orders the families: (2, 5) < (3, 6) < (4, 0)."""

    id: str
    generation: tuple[int, int]
    kind: Kind = "text"
    levels: tuple[str, ...] = ()
    default_level: str = ""
    budget: tuple[int, int] | None = None
    """Bounds of thinkingBudget; models with levels and no bounds take any, for compatibility."""
    zero_budget: bool = False
    """0 switches thinking off although it lies outside the bounds."""
    free: bool = True
    logprobs: bool = False
    system_instruction: bool = True
    closed_to_new: bool = False
    alias_of: str | None = None
    input_limit: int = 1_048_576
    output_limit: int = 65_536
    cache_minimum: int = 4_096
    hop_tokens: int = 0
    """Output tokens of one hop, of models with long decode."""
    dimensions: int = 0
    unit_vectors: bool = True
    """Whether shortened embeddings still have length 1."""

    @property
    def thinks(self) -> bool:
        return bool(self.levels) or self.budget is not None

    @property
    def enforces_signatures(self) -> bool:
        """Gemini 3 and later; image models only issue them."""
        return self.generation >= (3, 0) and self.kind == "text"

    @property
    def strict_turns(self) -> bool:
        """Gemini 3.6 and later: no prefill, calls and answers must pair exactly."""
        return self.generation >= (3, 6) and self.kind == "text"

    def resource(self) -> JsonObject:
        """The model as `models.get` shows it."""
        return {
            "name": f"models/{self.id}",
            "baseModelId": self.alias_of or self.id,
            "version": "001",
            "displayName": self.id.replace("-", " ").title(),
            "description": f"Pretend {self.id}",
            "inputTokenLimit": self.input_limit,
            "outputTokenLimit": self.output_limit,
            "supportedGenerationMethods": list(_METHODS[self.kind]),
            "temperature": 1,
            "topP": 0.95,
            "topK": 64,
            "maxTemperature": 2,
            "thinking": self.thinks,
        }


_LOW_UP = ("low", "medium", "high")
_MINIMAL_UP = ("minimal", *_LOW_UP)
_TWO = ("minimal", "high")
_PRO_BUDGET = (128, 32_768)
_HOP = 65_536

_CARDS = (
    Card(
        "gemini-4-carbon",
        (4, 0),
        levels=_LOW_UP,
        default_level="medium",
        free=False,
        hop_tokens=_HOP,
    ),
    Card(
        "gemini-4-argon",
        (4, 0),
        levels=_LOW_UP,
        default_level="medium",
        free=False,
        cache_minimum=6_144,
        hop_tokens=_HOP,
    ),
    Card(
        "gemini-4-hydrogen",
        (4, 0),
        levels=(*_LOW_UP, "xhigh"),
        default_level="high",
        hop_tokens=_HOP,
    ),
    Card("gemini-3.8-flash", (3, 8), levels=_LOW_UP, default_level="medium", logprobs=True),
    Card("gemini-3.7-flash", (3, 7), levels=_LOW_UP, default_level="medium"),
    Card("gemini-3.6-flash", (3, 6), levels=_MINIMAL_UP, default_level="medium"),
    Card("gemini-3.5-flash", (3, 5), levels=_MINIMAL_UP, default_level="medium"),
    Card("gemini-3.5-flash-lite", (3, 5), levels=_MINIMAL_UP, default_level="minimal"),
    Card("gemini-3.1-flash-lite", (3, 1), levels=_MINIMAL_UP, default_level="minimal"),
    Card(
        "gemini-3.1-pro-preview", (3, 1), levels=_LOW_UP, default_level="high", budget=_PRO_BUDGET
    ),
    Card(
        "gemini-3.1-pro-preview-customtools",
        (3, 1),
        levels=_LOW_UP,
        default_level="high",
        budget=_PRO_BUDGET,
    ),
    Card("gemini-3-flash-preview", (3, 0), levels=_MINIMAL_UP, default_level="high"),
    Card("gemini-2.5-pro", (2, 5), budget=_PRO_BUDGET, closed_to_new=True, cache_minimum=1_024),
    Card(
        "gemini-2.5-flash",
        (2, 5),
        budget=(0, 24_576),
        logprobs=True,
        closed_to_new=True,
        cache_minimum=1_024,
    ),
    Card(
        "gemini-2.5-flash-lite",
        (2, 5),
        budget=(512, 24_576),
        zero_budget=True,
        default_level="minimal",
        closed_to_new=True,
        cache_minimum=1_024,
    ),
    Card(
        "gemini-flash-latest",
        (3, 8),
        levels=_LOW_UP,
        default_level="medium",
        alias_of="gemini-3.8-flash",
    ),
    Card(
        "gemini-flash-lite-latest",
        (3, 5),
        levels=_MINIMAL_UP,
        default_level="minimal",
        alias_of="gemini-3.5-flash-lite",
    ),
    Card(
        "gemini-pro-latest",
        (3, 1),
        levels=_LOW_UP,
        default_level="high",
        budget=_PRO_BUDGET,
        alias_of="gemini-3.1-pro-preview",
    ),
    Card("gemini-nano-banana-2.1", (3, 1), "image", free=False),
    Card("gemini-3-pro-image", (3, 0), "image", free=False),
    Card("gemini-3.1-flash-image", (3, 1), "image", levels=_TWO, default_level="minimal"),
    Card("gemini-3.1-flash-lite-image", (3, 1), "image", levels=_TWO, default_level="minimal"),
    Card("gemini-2.5-flash-image", (2, 5), "image"),
    Card("gemini-3.8-flash-tts", (3, 8), "speech"),
    Card("gemini-3.8-flash-lite-tts", (3, 8), "speech"),
    Card("gemini-3.1-flash-tts-preview", (3, 1), "speech"),
    Card("gemini-3.8-live", (3, 8), "live"),
    Card("gemini-embedding-2", (3, 0), "embedding", input_limit=8_192, dimensions=3_072),
    Card(
        "gemini-embedding-001",
        (2, 0),
        "embedding",
        input_limit=2_048,
        dimensions=3_072,
        unit_vectors=False,
    ),
    Card("gemma-4-31b-it", (2, 0), system_instruction=False),
    Card("gemma-4-26b-a4b-it", (2, 0), system_instruction=False),
)

CATALOGUE: Mapping[str, Card] = {card.id: card for card in _CARDS}
