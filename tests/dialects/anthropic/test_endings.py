import pytest

from proxy_core.dialects.anthropic.endings import STOP_REASONS, refusal, stop_reason, usage
from proxy_core.gemini import replies


@pytest.mark.parametrize(
    ("reason", "said", "called", "stop"),
    [
        ("STOP", True, False, "end_turn"),
        ("STOP", True, True, "tool_use"),
        ("STOP", False, False, "end_turn"),
        ("MAX_TOKENS", True, False, "max_tokens"),
        ("MAX_TOKENS", True, True, "max_tokens"),
        ("CONTINUATION", True, False, "max_tokens"),
        ("SAFETY", True, True, "refusal"),
        ("MALFORMED_FUNCTION_CALL", True, False, "end_turn"),
        ("OTHER", True, False, "end_turn"),
        ("OTHER", False, False, "refusal"),
        ("OTHER", True, True, "tool_use"),
        ("NEW_REASON", False, False, "refusal"),
        (None, True, False, "end_turn"),
    ],
)
def test_each_reason_has_its_word(reason: str | None, said: bool, called: bool, stop: str) -> None:
    assert stop_reason(reason, said=said, called=called) == stop


def test_every_stop_for_what_is_said_or_drawn_is_a_refusal() -> None:
    stops = replies.CONTENT_STOPS | replies.IMAGE_STOPS
    assert {STOP_REASONS[stop] for stop in stops} == {"refusal"}


def test_a_refusal_says_why() -> None:
    assert refusal("SPII")["explanation"] == "Google stopped the answer: SPII"


def test_cached_tokens_are_not_counted_twice() -> None:
    told = usage(
        {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 60,
            "toolUsePromptTokenCount": 5,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 7,
        }
    )
    assert (told["input_tokens"], told["cache_read_input_tokens"]) == (45, 60)
    assert (told["output_tokens"], told["output_tokens_details"]) == (9, {"thinking_tokens": 7})


def test_usage_that_nobody_told_is_nought() -> None:
    told = usage({})
    assert told.pop("output_tokens_details") == {"thinking_tokens": 0}
    assert set(told.values()) == {0}


def test_input_is_never_less_than_nothing() -> None:
    assert usage({"cachedContentTokenCount": 3})["input_tokens"] == 0
