import io
import math
import struct
import sys
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.openai_speech.sounds import Mp3Encoder, PcmEncoder, WavEncoder, encoder

TONE = struct.pack("<24000h", *(int(8_000 * math.sin(n / 9)) for n in range(24_000)))


@given(
    st.lists(st.integers(0, 24_000).map(lambda n: 2 * n), max_size=4),
    st.sampled_from(["pcm", "wav"]),
)
def test_any_cut_of_the_samples_gives_the_same_sound(cuts: list[int], sound_format: str) -> None:
    whole, cut = encoder(sound_format), encoder(sound_format)
    pieces = b""
    at = 0
    for end in [*sorted(cuts), len(TONE)]:
        pieces += cut.encode(TONE[at:end], 24_000)
        at = end
    assert pieces + cut.end() == whole.encode(TONE, 24_000) + whole.end()


def test_a_wav_file_is_read_by_others() -> None:
    made = WavEncoder()
    assert made.encode(TONE, 16_000) == b""
    with wave.open(io.BytesIO(made.end())) as found:
        assert (found.getframerate(), found.getnchannels(), found.getsampwidth()) == (16_000, 1, 2)
        assert found.readframes(found.getnframes()) == TONE


def test_an_mp3_is_mono_at_its_rate_and_as_long_as_its_samples() -> None:
    made = Mp3Encoder()
    data = made.encode(TONE, 24_000) + made.end()
    frames = mpeg_frames(data)
    assert made.content_type == "audio/mpeg"
    # 576 samples a frame; the encoder's delay adds at most two frames.
    assert 24_000 / 576 <= len(frames) <= 24_000 / 576 + 4


def mpeg_frames(data: bytes) -> list[bytes]:
    """The frames of an MPEG-2 layer III file. Source: ISO/IEC 13818-3."""
    kilobits = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    found = []
    at = 0
    while at < len(data):
        head = int.from_bytes(data[at : at + 4], "big")
        assert head >> 17 == 0b111111111111001, "MPEG-2, layer III"
        assert head >> 10 & 3 == 1, "24 kHz"
        assert head >> 6 & 3 == 3, "mono"
        size = 72 * kilobits[head >> 12 & 15] * 1_000 // 24_000 + (head >> 9 & 1)
        found.append(data[at : at + size])
        at += size
    assert at == len(data)
    return found


def test_mp3_comes_while_it_is_spoken() -> None:
    made = Mp3Encoder()
    assert (
        sum(bool(made.encode(TONE[at : at + 4_800], 24_000)) for at in range(0, 48_000, 4_800)) > 5
    )


def test_an_mp3_of_nothing_is_nothing() -> None:
    assert Mp3Encoder().end() == b""


def test_without_its_library_an_mp3_is_a_wav_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lameenc", None)
    made = encoder("mp3")
    assert made.content_type == "audio/wav"
    made.encode(TONE, 24_000)
    assert made.end().startswith(b"RIFF")


def test_the_encoder_of_mp3_is_loaded_by_its_first_use_only() -> None:
    assert isinstance(encoder("pcm"), PcmEncoder)
    assert "lameenc" not in vars(sys.modules["proxy_core.dialects.openai_speech.sounds"])
