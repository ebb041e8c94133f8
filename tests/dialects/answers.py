"""Answers as Google may stream them, drawn by Hypothesis: all a candidate can hold or end with.

Every answer is one that Google could give: running counts, one end, and nothing after it.
"""

from typing import Any

from hypothesis import strategies as st

from proxy_core.gemini.replies import CONTENT_STOPS, IMAGE_STOPS, MISSING_SIGNATURE, MODEL_ERRORS
from proxy_core.gemini.wire import JsonObject

ENDS = sorted(
    {"STOP", "MAX_TOKENS", "OTHER", "FINISH_REASON_UNSPECIFIED", "A_REASON_YET_TO_COME"}
    | {MISSING_SIGNATURE, *CONTENT_STOPS, *IMAGE_STOPS, *MODEL_ERRORS}
)
BLOCKS = ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR"]
SIGNATURES = st.sampled_from([{}, {"thoughtSignature": "QQ=="}, {"thoughtSignature": "Qg=="}])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
thought = st.builds(lambda text: {"text": text, "thought": True}, texts)
said = st.builds(lambda text, signed: {"text": text, **signed}, texts, SIGNATURES)
called = st.builds(
    lambda call, signed: {"functionCall": call, **signed},
    st.fixed_dictionaries(
        {"name": st.sampled_from(["get_weather", "patch", "get_time"])},
        optional={
            "id": st.sampled_from(["call-1", "call-2"]),
            "args": st.sampled_from([{}, {"city": "Zürich"}, {"input": "x", "n": 1.0}, {"a": []}]),
        },
    ),
    SIGNATURES,
)
ran = st.sampled_from(
    [
        {"executableCode": {"language": "PYTHON", "code": "print(1)\n"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
    ]
)
drawn = st.just({"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}})
parts: st.SearchStrategy[JsonObject] = st.one_of(thought, said, said, called, ran, drawn)
GROUNDING: JsonObject = {
    "webSearchQueries": ["weather"],
    "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}],
    "groundingSupports": [
        {"segment": {"startIndex": 0, "endIndex": 4}, "groundingChunkIndices": [0]}
    ],
}
COUNTS = ("candidatesTokenCount", "thoughtsTokenCount")


@st.composite
def answers(draw: st.DrawFn) -> list[JsonObject]:
    """The chunks of one complete answer; a few are of a refused prompt."""
    prompt = draw(st.integers(0, 99))
    if not draw(st.integers(0, 9)):
        feedback = {"blockReason": draw(st.sampled_from(BLOCKS))}
        return [{"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": prompt}}]
    groups = draw(st.lists(st.lists(parts, max_size=3), min_size=1, max_size=6))
    chunks: list[JsonObject] = []
    counts = dict.fromkeys(COUNTS, 0)
    for number, group in enumerate(groups, 1):
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": group}, "index": 0}
        if number == len(groups):
            candidate["finishReason"] = draw(st.sampled_from(ENDS) | st.just("STOP"))
            if draw(st.booleans()):
                candidate["groundingMetadata"] = GROUNDING
        counts = {key: known + draw(st.integers(0, 9)) for key, known in counts.items()}
        usage = {"promptTokenCount": prompt, **counts}
        usage["totalTokenCount"] = sum(usage.values())
        chunks.append({"candidates": [candidate], "usageMetadata": usage})
    return chunks
