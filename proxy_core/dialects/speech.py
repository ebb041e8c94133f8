"""Audio of speech models: Google's pieces of 16-bit mono PCM, as they come and as WAV."""

import base64
import re

SAMPLES_PER_SECOND = 24_000
_RATE = re.compile(r"rate=(\d{1,6})")


class Speech:
    """The audio of one choice, joined from pieces of 16-bit mono PCM. Per exchange."""

    def __init__(self, *, keeps: bool) -> None:
        """keeps: `whole` will be asked for."""
        self._keeps = keeps
        self._pieces: list[bytes] = []
        self._rest = b""
        self._rate = SAMPLES_PER_SECOND

    def add(self, mime_type: str, data: str) -> str:
        """Takes in base64 of Google; returns base64 that may be joined to what was returned.

        Clients join the strings of a stream, which only works at borders of three bytes, so up
        to two bytes wait for the next piece.
        """
        self._rate = sample_rate(mime_type, self._rate)
        piece = base64.b64decode(data)
        if self._keeps:
            self._pieces.append(piece)
        ready = self._rest + piece
        cut = len(ready) - len(ready) % 3
        self._rest = ready[cut:]
        return base64.b64encode(ready[:cut]).decode()

    def rest(self) -> str:
        return base64.b64encode(self._rest).decode()

    def whole(self, *, wav: bool) -> str:
        pcm = b"".join(self._pieces)
        return base64.b64encode(wav_header(len(pcm), self._rate) + pcm if wav else pcm).decode()


def sample_rate(mime_type: str, otherwise: int = SAMPLES_PER_SECOND) -> int:
    """Samples per second that Google's type names (`audio/L16;codec=pcm;rate=24000`)."""
    match = _RATE.search(mime_type)
    return int(match[1]) or otherwise if match else otherwise


def wav_header(length: int, rate: int) -> bytes:
    """RIFF header of 16-bit mono PCM. Source: RFC 2361 and the WAVE format of Microsoft."""
    fields = (16, 4), (1, 2), (1, 2), (rate, 4), (rate * 2, 4), (2, 2), (16, 2)
    described = b"".join(value.to_bytes(size, "little") for value, size in fields)
    riff = b"RIFF" + (36 + length).to_bytes(4, "little") + b"WAVEfmt "
    return riff + described + b"data" + length.to_bytes(4, "little")
