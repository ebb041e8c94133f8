"""Why an answer ended, and what it cost, in Anthropic's words.

Gemini does not tell that a stop sequence of its own ended an answer: that is an `end_turn` here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini import replies
from proxy_core.gemini.wire import JsonObject, UsageMetadata

StopReason = Literal["end_turn", "tool_use", "max_tokens", "refusal"]
"Those that follow from Google's; a stop sequence that we found is another."

STOP_REASONS: Mapping[str, StopReason] = MappingProxyType(
    {
        "STOP": "end_turn",
        "MAX_TOKENS": "max_tokens",
        # A hop of a long decode that nobody resumed: the answer is cut. `pause_turn` would ask
        # the client to send everything again.
        replies.CONTINUATION: "max_tokens",
        **dict.fromkeys(replies.CONTENT_STOPS | replies.IMAGE_STOPS, "refusal"),
    }
)
"Every other reason (OTHER, new ones) is the end of a turn if something was said, else a refusal."


def stop_reason(reason: str | None, *, said: bool, called: bool) -> StopReason:
    """reason: Google's; said: any content was sent; called: a tool use among it."""
    stop = STOP_REASONS.get(reason or "")
    if stop is None:
        stop = "end_turn" if said else "refusal"
    return "tool_use" if stop == "end_turn" and called else stop


def failure(reason: str | None, *, called: bool) -> Problem | None:
    """What to tell where the model broke off its own answer, by a call that is malformed say.

    Agents take an end of a turn for the end of their work, but go on after an error: Claude Code
    asks again. Calls that came before are worth their results all the same.
    """
    if called or reason not in _BROKEN_OFF:
        return None
    message = f"The model broke off its own answer ({reason}); ask again."
    return Problem(ProblemKind.BAD_UPSTREAM, message)


_BROKEN_OFF = replies.MODEL_ERRORS | {replies.MISSING_SIGNATURE}


def refusal(reason: str) -> JsonObject:
    """`stop_details` of a refusal."""
    return {
        "type": "refusal",
        "category": None,
        "explanation": f"Google stopped the answer: {reason}",
    }


def usage(counts: UsageMetadata, searches: int = 0) -> JsonObject:
    """Google counts cached tokens in the prompt, and thoughts beside the candidates.

    searches: how often it searched the web.
    """
    cached = counts.get("cachedContentTokenCount", 0)
    thoughts = counts.get("thoughtsTokenCount", 0)
    prompt = counts.get("promptTokenCount", 0) + counts.get("toolUsePromptTokenCount", 0)
    used: JsonObject = {
        "input_tokens": max(prompt - cached, 0),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": counts.get("candidatesTokenCount", 0) + thoughts,
        "output_tokens_details": {"thinking_tokens": thoughts},
    }
    if searches:
        used["server_tool_use"] = {"web_search_requests": searches, "web_fetch_requests": 0}
    return used
