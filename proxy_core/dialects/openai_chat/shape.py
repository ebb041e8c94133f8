"""What a request decides about its answer: handed from parsing to rendering."""

from typing import NamedTuple

from proxy_core.dialects.tools import Toolset


class Shape(NamedTuple):
    """How the answer is to look.

    A tuple, because every request makes one: less than half the time of a frozen dataclass.
    """

    model: str
    stream: bool = False
    usage_chunk: bool = False
    "The stream ends with a chunk of usage (`include_usage`)."
    choices: int = 1
    one_call_each: bool = True
    "Choices come from calls of their own rather than as candidates of one."
    tags: tuple[str, str] | None = None
    "Around thoughts in the content; None: thoughts go to `reasoning_content`."
    searches: bool = False
    "Google Search was asked for: its sources become citations."
    wav: bool = False
    "Audio as a WAV file rather than bare samples."
    tools: Toolset = Toolset()
