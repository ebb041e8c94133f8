"""What a request decides about its answer: handed from parsing to rendering."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from proxy_core.gemini.names import NameMap
from proxy_core.gemini.schema import ToolSchema


@dataclass(frozen=True, slots=True)
class Toolset:
    """The request's tools, as far as the answer must know them."""

    names: NameMap = field(default_factory=NameMap)
    schemas: Mapping[str, ToolSchema] = field(default_factory=dict)
    "Gemini name of a function to its parameters."
    custom: frozenset[str] = frozenset()
    "Names of custom tools, which take one text."
    json_tool: str | None = None
    """Gemini name of the function whose arguments are the answer itself: structured output for
    models that take no JSON format beside functions."""
    parallel: bool = True
    "False: only the first call of the step reaches the client."
    legacy: bool = False
    "The request used `functions`: answer with `function_call`."


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
