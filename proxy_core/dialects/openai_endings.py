"""Why an answer ended, and what it cost, in OpenAI's words; for every dialect of that family."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from proxy_core.gemini import replies
from proxy_core.gemini.wire import JsonObject, UsageMetadata

FinishReason = Literal["stop", "length", "tool_calls", "function_call", "content_filter"]

FINISH_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "STOP": "stop",
        "MAX_TOKENS": "length",
        # A hop of a long decode that nobody resumed: the answer is cut.
        replies.CONTINUATION: "length",
        **dict.fromkeys(replies.CONTENT_STOPS | replies.IMAGE_STOPS, "content_filter"),
        # Whether the model's own errors are one of the exchange was decided before the end.
        **dict.fromkeys(replies.MODEL_ERRORS | {replies.MISSING_SIGNATURE}, "stop"),
    }
)
"Every other reason (OTHER, new ones) is a stop if something was said, else content_filter."

_SERVICE_TIERS = MappingProxyType({"flex": "flex", "priority": "priority"})
_AT_VERTEX = "ON_DEMAND_"
"Before the tier in `trafficType`."


def finish_reason(reason: str | None, *, said: bool, calls: FinishReason | None) -> FinishReason:
    """reason: Google's; said: any content was sent; calls: the word for calls, if any were."""
    finish = FINISH_REASONS.get(reason or "")
    if finish is None:
        finish = "stop" if said or calls else "content_filter"
    if finish == "stop" and calls:
        return calls
    return finish


def usage(of_calls: Iterable[UsageMetadata]) -> JsonObject:
    """Sum over the calls of one exchange. Google counts thoughts beside the candidates."""
    prompt = completion = total = cached = reasoning = 0
    for each in of_calls:
        thoughts = each.get("thoughtsTokenCount", 0)
        prompt += each.get("promptTokenCount", 0) + each.get("toolUsePromptTokenCount", 0)
        completion += each.get("candidatesTokenCount", 0) + thoughts
        total += each.get("totalTokenCount", 0)
        cached += each.get("cachedContentTokenCount", 0)
        reasoning += thoughts
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": total,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def service_tier(of_calls: Iterable[UsageMetadata]) -> str:
    """The tier that Google says it served; `default` where it says standard or nothing."""
    for each in of_calls:
        named = each.get("serviceTier") or each.get("trafficType", "").removeprefix(_AT_VERTEX)
        if named and (tier := _SERVICE_TIERS.get(named.lower())):
            return tier
    return "default"
