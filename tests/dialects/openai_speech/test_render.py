import base64
import itertools
import struct

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.openai_speech.render import SpeechRenderer
from proxy_core.dialects.openai_speech.sounds import PcmEncoder, WavEncoder
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.wire import Chunk

PCM = "audio/L16;codec=pcm;rate=24000"
SAMPLES = struct.pack("<100h", *range(100))
FAILURE = Problem(ProblemKind.BAD_UPSTREAM, "cut short")


def says(data: bytes, reason: str | None = None) -> Chunk:
    blob = {"mimeType": PCM, "data": base64.b64encode(data).decode()}
    candidate = {"content": {"parts": [{"inlineData": blob}]}}
    if reason is not None:
        candidate["finishReason"] = reason  # type: ignore[assignment]
    return {"candidates": [candidate]}  # type: ignore[list-item]


def heard(frames: bytes) -> bytes:
    """A strict fold of the events: the sound that they amount to."""
    *blocks, rest = frames.split(b"\n\n")
    assert rest == b""
    events = [orjson.loads(block.split(b"\n")[1].removeprefix(b"data: ")) for block in blocks]
    assert [event["type"] for event in events] == [
        *["speech.audio.delta"] * (len(events) - 1),
        "speech.audio.done",
    ]
    return b"".join(base64.b64decode(event["audio"]) for event in events[:-1])


@given(st.lists(st.integers(0, len(SAMPLES)), max_size=5))
def test_bytes_events_and_file_hold_the_same_sound_however_it_is_cut(cuts: list[int]) -> None:
    plain, events = (
        SpeechRenderer(PcmEncoder(), events=False),
        SpeechRenderer(PcmEncoder(), events=True),
    )
    whole = SpeechRenderer(WavEncoder(), events=False)
    sound = frames = b""
    places = [0, *sorted(cuts), len(SAMPLES)]
    for start, end in itertools.pairwise(places):
        chunk = says(SAMPLES[start:end])
        sound += plain.chunk(chunk)
        frames += events.chunk(chunk)
        whole.chunk(chunk)
    last: Chunk = {"candidates": [{"finishReason": "STOP"}]}
    for renderer in (plain, events, whole):
        renderer.chunk(last)
    assert sound + plain.end() == heard(frames + events.end()) == whole.whole()[44:] == SAMPLES


def test_bytes_of_sound_have_no_words_for_a_failure() -> None:
    assert SpeechRenderer(PcmEncoder(), events=False).fail(FAILURE) is None
    told = SpeechRenderer(PcmEncoder(), events=True).fail(FAILURE)
    assert told is not None
    assert b'"cut short"' in told


def test_silence_is_filled_in_events_only() -> None:
    assert SpeechRenderer(PcmEncoder(), events=False).keep_alive == b""
    assert SpeechRenderer(PcmEncoder(), events=True).keep_alive.startswith(b":")


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "SAFETY", "OTHER", None])
def test_speech_that_was_cut_is_a_failure(reason: str | None) -> None:
    renderer = SpeechRenderer(PcmEncoder(), events=False)
    assert renderer.chunk(says(SAMPLES, reason)) == SAMPLES
    with pytest.raises(Failed):
        renderer.end()
