import pytest

from proxy_core.dialects import openai_endings as endings


@pytest.mark.parametrize(
    ("reason", "said", "calls", "expected"),
    [
        ("STOP", True, None, "stop"),
        ("STOP", False, None, "stop"),
        ("STOP", False, "tool_calls", "tool_calls"),
        ("STOP", True, "function_call", "function_call"),
        ("MAX_TOKENS", True, "tool_calls", "length"),
        ("CONTINUATION", True, None, "length"),
        *((reason, True, "tool_calls", "content_filter") for reason in ("SAFETY", "NO_IMAGE")),
        *((reason, True, None, "content_filter") for reason in ("MODEL_ARMOR", "IMAGE_OTHER")),
        ("MALFORMED_FUNCTION_CALL", True, None, "stop"),
        ("MISSING_THOUGHT_SIGNATURE", True, None, "stop"),
        ("OTHER", True, None, "stop"),
        ("OTHER", False, None, "content_filter"),
        ("SOMETHING_NEW", False, None, "content_filter"),
        ("SOMETHING_NEW", False, "tool_calls", "tool_calls"),
        (None, False, None, "content_filter"),
    ],
)
def test_an_end_is_told_in_openais_words(
    reason: str | None, said: bool, calls: endings.FinishReason | None, expected: str
) -> None:
    assert endings.finish_reason(reason, said=said, calls=calls) == expected


def test_usage_is_the_sum_over_all_calls() -> None:
    total = endings.usage(
        [
            {
                "promptTokenCount": 10,
                "toolUsePromptTokenCount": 5,
                "candidatesTokenCount": 2,
                "thoughtsTokenCount": 3,
                "cachedContentTokenCount": 8,
                "totalTokenCount": 20,
            },
            {"promptTokenCount": 10, "totalTokenCount": 10},
        ]
    )
    assert total == {
        "prompt_tokens": 25,
        "completion_tokens": 5,
        "total_tokens": 30,
        "prompt_tokens_details": {"cached_tokens": 8},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }


@pytest.mark.parametrize(
    ("told", "tier"), [("FLEX", "flex"), ("priority", "priority"), ("standard", "default")]
)
def test_the_tier_that_served_is_told(told: str, tier: str) -> None:
    assert endings.service_tier([{"serviceTier": told}]) == tier


def test_no_tier_is_the_default_one() -> None:
    assert endings.service_tier([]) == "default"


@pytest.mark.parametrize(
    ("told", "tier"),
    [
        ("ON_DEMAND_FLEX", "flex"),
        ("ON_DEMAND_PRIORITY", "priority"),
        ("ON_DEMAND", "default"),
        ("PROVISIONED_THROUGHPUT", "default"),
    ],
)
def test_vertex_tells_the_tier_as_traffic(told: str, tier: str) -> None:
    assert endings.service_tier([{"trafficType": told}]) == tier
