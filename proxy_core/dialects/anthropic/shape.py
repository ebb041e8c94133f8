"""What a request decides about its answer: handed from parsing to rendering."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from proxy_core.dialects.tools import Toolset

NO_TOOLSETS: Mapping[str, str] = MappingProxyType({})


class Shape(NamedTuple):
    """How the answer is to look. A tuple, because every request makes one."""

    model: str
    stream: bool = False
    thinks: bool = False
    "The client asked for thinking, so it takes thinking blocks, and signatures in them."
    searches: bool = False
    "Google Search was asked for: its sources become citations, and the search blocks."
    stops: tuple[str, ...] = ()
    "Stop sequences that Google was not told of."
    tools: Toolset = Toolset()
    toolsets: Mapping[str, str] = NO_TOOLSETS
    "Name of a tool to the family that its calls must name, for members of one."
