import pytest

from proxy_core.dialects.openai_refusals import Ending
from proxy_core.gemini.wire import Chunk


def ending(*chunks: Chunk) -> Ending:
    made = Ending()
    for chunk in chunks:
        made.take(chunk)
    return made


def test_only_a_stop_is_complete() -> None:
    assert ending({}, {"candidates": [{"finishReason": "STOP"}]}, {}).complete
    assert not ending({}).complete
    assert not ending({"candidates": [{"finishReason": "MAX_TOKENS"}]}).complete
    assert not ending({"promptFeedback": {"blockReason": "SAFETY"}}).complete


@pytest.mark.parametrize(
    ("chunk", "kind", "words"),
    [
        (
            {"promptFeedback": {"blockReason": "SAFETY"}},
            "bad_request",
            "refused the prompt: SAFETY",
        ),
        (
            {"candidates": [{"finishReason": "IMAGE_SAFETY"}]},
            "bad_request",
            "no image: IMAGE_SAFETY",
        ),
        (
            {"promptFeedback": {"blockReason": "MODEL_ARMOR", "blockReasonMessage": "Rule 7."}},
            "bad_request",
            "refused the prompt: MODEL_ARMOR (Rule 7).",
        ),
        (
            {"candidates": [{"finishReason": "NO_IMAGE", "finishMessage": "Say what to draw."}]},
            "bad_request",
            "no image: NO_IMAGE (Say what to draw).",
        ),
        (
            {"candidates": [{"finishReason": "STOP"}]},
            "bad_request",
            "Google's answer holds no image, and does not say why.",
        ),
        ({"candidates": [{"finishReason": "MAX_TOKENS"}]}, "bad_upstream", "no image: MAX_TOKENS"),
    ],
)
def test_a_failure_tells_googles_reason(chunk: Chunk, kind: str, words: str) -> None:
    problem = ending(chunk).failure("image").problem
    assert problem.kind == kind
    assert words in problem.message
    assert problem.code == ("content_policy_violation" if kind == "bad_request" else None)
