import pytest

from proxy_core.dialects.anthropic.endings import (
    STOP_REASONS,
    failure,
    refusal,
    stop_reason,
    usage,
)
from proxy_core.errors import ProblemKind
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
        ("MALFORMED_FUNCTION_CALL", True, True, "tool_use"),
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


def test_an_answer_that_the_model_broke_off_is_none() -> None:
    for reason in (*replies.MODEL_ERRORS, "MISSING_THOUGHT_SIGNATURE"):
        problem = failure(reason, called=False)
        assert problem is not None
        assert problem.kind is ProblemKind.BAD_UPSTREAM
        assert reason in problem.message
        assert failure(reason, called=True) is None
    assert failure("STOP", called=False) is None
    assert failure(None, called=False) is None


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


def test_searches_are_told_where_there_were_some() -> None:
    assert usage({}, 2)["server_tool_use"] == {"web_search_requests": 2, "web_fetch_requests": 0}
    assert "server_tool_use" not in usage({})


def test_usage_that_nobody_told_is_nought() -> None:
    told = usage({})
    assert told.pop("output_tokens_details") == {"thinking_tokens": 0}
    assert set(told.values()) == {0}


def test_input_is_never_less_than_nothing() -> None:
    assert usage({"cachedContentTokenCount": 3})["input_tokens"] == 0
