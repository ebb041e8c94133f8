"""What a request decides about its answer: handed from parsing to rendering."""

from collections.abc import Mapping
from typing import NamedTuple

from proxy_core.dialects.openai_responses.store import Origin
from proxy_core.dialects.tools import Toolset


class Shape(NamedTuple):
    """How the answer is to look."""

    echo: bytes
    "JSON of the fields of the response that repeat the request; encoded once for all events."
    stream: bool = False
    seals: bool = False
    "Signatures are wanted as `encrypted_content`."
    searches: bool = False
    "Google Search was asked for: its sources become annotations."
    tools: Toolset = Toolset()
    namespaces: Mapping[str, tuple[str, str]] = {}
    "Flattened name of a tool to its namespace and its own name."
    origin: Origin | None = None
    "What is kept of the request beside its answer; None: nothing is kept."
