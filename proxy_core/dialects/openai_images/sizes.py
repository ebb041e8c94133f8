"""Sizes and qualities of pictures, to Gemini's `imageConfig`.

Gemini takes a ratio and one of three sizes, no pixels: of the ratios that every image model has
the nearest is taken, and of the sizes the first that is no smaller.
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from proxy_core.dialects import fields
from proxy_core.gemini.wire import JsonObject

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9")
"Source: Gemini API reference, ImageConfig."

QUALITIES: Mapping[str, str | None] = MappingProxyType(
    {
        **dict.fromkeys(("auto", "low", "medium", "standard"), None),
        **dict.fromkeys(("high", "xhigh", "max", "hd"), "2K"),
    }
)

ONE_SIZE = ("gemini-2.5-flash-image",)
"Models by the start of their ids that draw 1K only. Source: Google's guide to image generation."

_LARGER: tuple[tuple[int, str], ...] = ((2_560, "4K"), (1_536, "2K"))
"A larger side beyond these pixels asks for this size."
_SIZE = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})")


def image_config(body: JsonObject, model: str) -> JsonObject:
    """`imageConfig`, empty where Gemini is to choose."""
    size = fields.text(body, "size") or "auto"
    large = QUALITIES[fields.choice(body, "quality", tuple(QUALITIES)) or "auto"]
    config: JsonObject = {}
    if size != "auto":
        match = _SIZE.fullmatch(size)
        if match is None:
            raise fields.wrong("size", "auto, or width and height as in 1024x1024")
        width, height = int(match[1]), int(match[2])
        config["aspectRatio"] = nearest_ratio(width, height)
        large = _large(max(width, height)) or large
    if large is not None and not model.startswith(ONE_SIZE):
        config["imageSize"] = large
    return config


def nearest_ratio(width: int, height: int) -> str:
    """The ratio that needs the least stretching."""
    wanted = math.log(width / height)
    return min(RATIOS, key=lambda ratio: abs(wanted - _log(ratio)))


def _log(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return math.log(int(width) / int(height))


def _large(side: int) -> str | None:
    return next((size for beyond, size in _LARGER if side > beyond), None)
