"""Gemini models that stand in for Anthropic's names, where no alias of the owner's does.

Many clients can only name models of the `claude-` family. All stand-ins are in Google's free
tier. Setting MODEL_ALIASES goes before this table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.model_names import resolve_model

PREFIX = "claude-"
USUAL = "gemini-3.8-flash"
"For Sonnet, and for every family that has no row."

STAND_INS: Mapping[str, str] = MappingProxyType(
    {
        "opus": "gemini-4-hydrogen",
        "sonnet": USUAL,
        "haiku": "gemini-3.5-flash-lite",
    }
)
"By a word in the name. Source of models and tiers: Google's model pages, November 2026."


def gemini_model(name: str, context: ParseContext) -> str:
    """The bare Gemini model id for what the client wrote. Raises BadRequest for odd names."""
    if name.startswith(PREFIX) and name not in context.aliases:
        name = next((model for word, model in STAND_INS.items() if word in name), USUAL)
    return resolve_model(name, context)
