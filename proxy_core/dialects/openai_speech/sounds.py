"""PCM into the formats that a client may ask for, piece by piece.

Opus, AAC and FLAC are not among them: none has a small encoder for all systems. Each encoder
is per exchange.
"""

from typing import Protocol

from proxy_core.dialects.speech import SAMPLES_PER_SECOND, wav_header

MP3_KILOBITS = 64
"Of mono at 24 kHz, where MP3 is transparent for speech."
MP3_EFFORT = 5
"LAME's scale from 2 (best) to 7 (fastest): a minute of speech takes 80 ms."


class Encoder(Protocol):
    """Turns samples into bytes of one format."""

    content_type: str

    def encode(self, pcm: bytes, rate: int) -> bytes:
        """The bytes that are ready after these samples, maybe none."""

    def end(self) -> bytes:
        """The rest."""


class PcmEncoder:
    """Bare samples as they come, 16 bits, little-endian."""

    content_type = "audio/pcm"

    def encode(self, pcm: bytes, rate: int) -> bytes:  # noqa: ARG002 - the client knows 24 kHz
        return pcm

    def end(self) -> bytes:
        return b""


class WavEncoder:
    """A WAV file: its header tells the length, so all waits for the end."""

    content_type = "audio/wav"

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._rate = SAMPLES_PER_SECOND

    def encode(self, pcm: bytes, rate: int) -> bytes:
        self._pieces.append(pcm)
        self._rate = rate
        return b""

    def end(self) -> bytes:
        pcm = b"".join(self._pieces)
        return wav_header(len(pcm), self._rate) + pcm


class Mp3Encoder:
    """MP3 by LAME. Raises ImportError where its library is missing."""

    content_type = "audio/mpeg"

    def __init__(self) -> None:
        # Here, since few exchanges need it, and it comes with the extras `desktop` and `speech`.
        import lameenc  # noqa: PLC0415

        self._lame = lameenc.Encoder()
        self._started = False

    def encode(self, pcm: bytes, rate: int) -> bytes:
        if not self._started:
            self._started = True
            self._lame.silence()
            self._lame.set_channels(1)
            self._lame.set_in_sample_rate(rate)
            self._lame.set_bit_rate(MP3_KILOBITS)
            self._lame.set_quality(MP3_EFFORT)
        return bytes(self._lame.encode(pcm))

    def end(self) -> bytes:
        return bytes(self._lame.flush()) if self._started else b""


def encoder(sound_format: str) -> Encoder:
    """The encoder of `mp3`, `wav` or `pcm`; WAV stands in for an MP3 that cannot be made.

    `content_type` tells which it is: an answer never claims to be what it is not.
    """
    if sound_format == "pcm":
        return PcmEncoder()
    if sound_format == "mp3":
        try:
            return Mp3Encoder()
        except ImportError:
            pass
    return WavEncoder()
