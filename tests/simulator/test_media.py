"""What the pretend image and speech models make."""

import base64
import struct
from typing import Any

import pytest

from proxy_core.simulator.media import picture, speech


def data_of(part: dict[str, Any]) -> bytes:
    return base64.b64decode(part["inlineData"]["data"])


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ({}, (2, 2)),
        ({"aspectRatio": "16:9"}, (32, 18)),
        ({"aspectRatio": "16:9", "imageSize": "4K"}, (128, 72)),
    ],
)
def test_a_picture_has_the_ratio_that_was_asked_for(
    wanted: dict[str, str], size: tuple[int, int]
) -> None:
    assert struct.unpack(">II", data_of(picture("a fox", wanted))[16:24]) == size


def test_pictures_of_other_words_differ() -> None:
    assert picture("a fox", {}) != picture("a bear", {})
    assert picture("a fox", {}) == picture("a fox", {})


def test_more_words_take_longer_to_say_and_voices_differ() -> None:
    assert len(speech("Hello", {})) == 1
    assert len(speech("word " * 12, {})) == 3
    assert len(data_of(speech("Hello", {})[0])) == 4_800
    assert speech("Hello", {"voiceConfig": {"a": 1}}) != speech("Hello", {})
