from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.replies import (
    CONTENT_STOPS,
    IMAGE_STOPS,
    MODEL_ERRORS,
    block_reason,
    block_words,
    finish_reason,
    finish_words,
    has_content,
    is_empty_answer,
    is_finished,
    stream_error,
    usage,
)
from proxy_core.gemini.wire import Chunk

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def answer(reason: str | None, *parts: dict[str, Any]) -> Any:
    candidate: dict[str, Any] = {"index": 0}
    if parts:
        candidate["content"] = {"role": "model", "parts": list(parts)}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate]}


def test_an_answer_ends_with_a_finish_reason() -> None:
    assert finish_reason(answer("STOP")) == "STOP"
    assert is_finished(answer("MAX_TOKENS", {"text": "x"}))
    assert not is_finished(answer(None, {"text": "x"}))
    assert not is_finished({})


def test_a_blocked_prompt_is_finished() -> None:
    blocked: Chunk = {"promptFeedback": {"blockReason": "SAFETY"}}
    assert block_reason(blocked) == "SAFETY"
    assert is_finished(blocked)
    assert not is_empty_answer(blocked)


@pytest.mark.parametrize(
    ("message", "words"),
    [("By rule 7.", "OTHER (By rule 7)"), (" ", "OTHER"), (None, "OTHER"), (7, "OTHER")],
)
def test_a_reason_is_told_with_googles_own_words(message: object, words: str) -> None:
    feedback = {"blockReason": "OTHER", "blockReasonMessage": message}
    blocked: Any = {"promptFeedback": feedback}
    ended: Any = {"candidates": [{}, {"finishReason": "OTHER", "finishMessage": message}]}
    assert block_words(blocked) == finish_words(ended) == words
    assert block_words(ended) is finish_words(blocked) is None


@pytest.mark.parametrize("parts", [(), ({"text": ""},), ({},)])
def test_a_stop_without_words_is_empty(parts: tuple[dict[str, Any], ...]) -> None:
    assert is_empty_answer(answer("STOP", *parts))


@pytest.mark.parametrize(
    "part",
    [
        {"text": "x"},
        {"text": "", "thoughtSignature": "s"},
        {"functionCall": {"name": "f"}},
        {"inlineData": {}},
    ],
)
def test_a_stop_that_says_something_is_not_empty(part: dict[str, Any]) -> None:
    assert not is_empty_answer(answer("STOP", part))


def test_only_a_stop_is_empty() -> None:
    assert not is_empty_answer(answer("MAX_TOKENS"))
    assert not is_empty_answer(answer(None))
    assert not is_empty_answer({})


def test_thoughts_alone_are_no_content() -> None:
    assert has_content(answer(None, {"text": "x"}))
    assert has_content(answer(None, {"functionCall": {"name": "f"}}))
    assert not has_content(answer(None, {"text": "x", "thought": True}))
    assert not has_content(answer(None, {"text": "", "thoughtSignature": "s"}))
    assert not has_content({})


def test_the_reasons_are_told_apart() -> None:
    assert not MODEL_ERRORS & CONTENT_STOPS
    assert not CONTENT_STOPS & IMAGE_STOPS
    assert "STOP" not in MODEL_ERRORS | CONTENT_STOPS | IMAGE_STOPS


def test_usage_is_the_chunks_own() -> None:
    assert usage({"usageMetadata": {"totalTokenCount": 3}}) == {"totalTokenCount": 3}
    assert usage({}) is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b'{"error": {"code": 503}}', {"code": 503}),
        (b'[{"error": {"code": 503}}]', {"code": 503}),
        (b'[{\n  "error": {\n    "code": 503\n  }\n}\n]', {"code": 503}),
        (b'{"candidates": []}', None),
        (b'{"candidates": [{"content": {"parts": [{"text": "\\"error\\""}]}}]}', None),
        (b'{"error": "text"}', None),
        (b'{"error": {', None),
        (b'["error"]', None),
        (b"[]", None),
        (b"", None),
    ],
)
def test_an_error_in_a_stream_is_known_by_its_object(
    data: bytes, error: dict[str, Any] | None
) -> None:
    assert stream_error(data) == error


@given(JSON, JSON)
def test_no_shape_of_an_answer_breaks_the_judging(candidates: Any, feedback: Any) -> None:
    for chunk in (
        {"candidates": candidates, "promptFeedback": feedback},
        {"candidates": [{"content": candidates, "finishReason": feedback}]},
        {"candidates": [{"content": {"parts": candidates}, "finishReason": "STOP"}]},
    ):
        is_finished(chunk)  # type: ignore[arg-type]  # broken on purpose
        is_empty_answer(chunk)  # type: ignore[arg-type]
        has_content(chunk)  # type: ignore[arg-type]
        usage(chunk)  # type: ignore[arg-type]
