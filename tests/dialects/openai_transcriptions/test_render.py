import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.audio import (
    Transcription,
    TranscriptionTextDeltaEvent,
    TranscriptionTextDoneEvent,
)

from proxy_core.dialects.openai_transcriptions.render import TranscriptRenderer
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.wire import Chunk, JsonObject

END: Chunk = {"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 3}}


def says(text: str) -> Chunk:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}]}


def events(frames: bytes) -> list[JsonObject]:
    *blocks, rest = frames.split(b"\n\n")
    assert rest == b""
    return [orjson.loads(block.split(b"\n")[1].removeprefix(b"data: ")) for block in blocks]


@given(st.lists(st.text(max_size=5), max_size=6))
def test_a_stream_says_the_same_as_the_whole(texts: list[str]) -> None:
    stream, whole, bare = (TranscriptRenderer(bare=each) for each in (False, False, True))
    frames = b"".join(stream.chunk(says(text)) for text in texts) + stream.chunk(END)
    for renderer in (whole, bare):
        for text in texts:
            renderer.chunk(says(text))
        renderer.chunk(END)
    answer = orjson.loads(whole.whole())
    *deltas, done = events(frames + stream.end())
    Transcription.model_validate(answer)
    TranscriptionTextDoneEvent.model_validate(done)
    for delta in deltas:
        TranscriptionTextDeltaEvent.model_validate(delta)
    said = "".join(texts)
    assert "".join(delta["delta"] for delta in deltas) == said
    assert answer == {key: value for key, value in done.items() if key != "type"}
    assert answer["text"] == said
    assert bare.whole().decode().removesuffix("\n") == said.removesuffix("\n")


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "SAFETY", "RECITATION", "OTHER"])
def test_a_transcript_that_was_cut_is_a_failure(reason: str) -> None:
    renderer = TranscriptRenderer(bare=False)
    renderer.chunk(says("Half a"))
    renderer.chunk({"candidates": [{"finishReason": reason}]})
    for ask in (renderer.whole, renderer.end):
        with pytest.raises(Failed, match=reason):
            ask()


def test_a_failure_inside_a_stream_is_an_error() -> None:
    told = TranscriptRenderer(bare=False).fail(Problem(ProblemKind.BAD_UPSTREAM, "cut short"))
    assert b'"error"' in told
