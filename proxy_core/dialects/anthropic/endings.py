"""Why an answer ended, and what it cost, in Anthropic's words.

Gemini does not tell that a stop sequence ended an answer: that is an `end_turn` here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from proxy_core.gemini import replies
from proxy_core.gemini.wire import JsonObject, UsageMetadata

StopReason = Literal["end_turn", "tool_use", "max_tokens", "refusal"]

STOP_REASONS: Mapping[str, StopReason] = MappingProxyType(
    {
        "STOP": "end_turn",
        "MAX_TOKENS": "max_tokens",
        # A hop of a long decode that nobody resumed: the answer is cut. `pause_turn` would ask
        # the client to send everything again.
        replies.CONTINUATION: "max_tokens",
        **dict.fromkeys(replies.CONTENT_STOPS | replies.IMAGE_STOPS, "refusal"),
        # Whether the model's own errors are one of the exchange was decided before the end.
        **dict.fromkeys(replies.MODEL_ERRORS | {replies.MISSING_SIGNATURE}, "end_turn"),
    }
)
"Every other reason (OTHER, new ones) is the end of a turn if something was said, else a refusal."


def stop_reason(reason: str | None, *, said: bool, called: bool) -> StopReason:
    """reason: Google's; said: any content was sent; called: a tool use among it."""
    stop = STOP_REASONS.get(reason or "")
    if stop is None:
        stop = "end_turn" if said else "refusal"
    return "tool_use" if stop == "end_turn" and called else stop


def refusal(reason: str) -> JsonObject:
    """`stop_details` of a refusal."""
    return {
        "type": "refusal",
        "category": None,
        "explanation": f"Google stopped the answer: {reason}",
    }


def usage(counts: UsageMetadata) -> JsonObject:
    """Google counts cached tokens in the prompt, and thoughts beside the candidates."""
    cached = counts.get("cachedContentTokenCount", 0)
    thoughts = counts.get("thoughtsTokenCount", 0)
    prompt = counts.get("promptTokenCount", 0) + counts.get("toolUsePromptTokenCount", 0)
    return {
        "input_tokens": max(prompt - cached, 0),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": counts.get("candidatesTokenCount", 0) + thoughts,
        "output_tokens_details": {"thinking_tokens": thoughts},
    }
