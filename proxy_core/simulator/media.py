"""What the pretend image and speech models make: small pictures and tones that depend on what
was asked for, so that a test can tell them apart.

Not here: which wishes a model takes (`media_rules.py`).
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib

from proxy_core.simulator.refusals import JsonObject

_PIXELS = {"512": 1, "1K": 2, "2K": 4, "4K": 8}
"""Pixels per unit of the ratio: real ones would be megabytes."""
_RATE = 24_000
_PIECE_SAMPLES = 2_400
_WORDS_PER_PIECE = 5
_MOST_PIECES = 6


def picture(prompt: str, image_config: JsonObject) -> JsonObject:
    """A part with a PNG of one colour, in the ratio that was asked for."""
    ratio = image_config.get("aspectRatio") or "1:1"
    size = _PIXELS.get(image_config.get("imageSize") or "1K", 2)
    width, height = (int(side) * size for side in ratio.split(":"))
    data = base64.b64encode(_png(width, height, _digest(prompt)[:3])).decode()
    return {"inlineData": {"mimeType": "image/png", "data": data}}


def speech(text: str, speech_config: JsonObject) -> tuple[JsonObject, ...]:
    """Parts with 16-bit samples, a tenth of a second for every few words; voices differ."""
    level = 1_000 + int.from_bytes(_digest(repr(speech_config))[:2]) // 3
    pieces = min(1 + len(text.split()) // _WORDS_PER_PIECE, _MOST_PIECES)
    wave = struct.pack(f"<{_PIECE_SAMPLES}h", *(level, -level) * (_PIECE_SAMPLES // 2))
    blob = {
        "mimeType": f"audio/L16;codec=pcm;rate={_RATE}",
        "data": base64.b64encode(wave).decode(),
    }
    return ({"inlineData": blob},) * pieces


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _png(width: int, height: int, colour: bytes) -> bytes:
    header = _png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = _png_chunk(b"IDAT", zlib.compress((b"\x00" + colour * width) * height))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + _png_chunk(b"IEND", b"")


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum
