"""Counts the tokens of a request that is not made, for dialects that offer it."""

import orjson

from proxy_core.dialects.contract import ParsedRequest, Stamp
from proxy_core.errors import Problem
from proxy_core.gemini.wire import Call, Chunk, JsonObject


def count_of(name: str, model: str, request: JsonObject, **told: str) -> ParsedRequest:
    """The count of what `request` would send to `model`.

    name: the model as the client named it; told: fields that the answer has beside the count.
    """
    # Contents alone would leave out the system text and the tools.
    counted = {"generateContentRequest": {"model": f"models/{model}", **request}}

    def renderer(_: Stamp) -> CountRenderer:
        return CountRenderer(told)

    return ParsedRequest(
        name, (Call(model, "countTokens", counted),), stream=False, renderer=renderer
    )


class CountRenderer:
    """Implements Renderer, for an answer that is never streamed. Per exchange."""

    content_type = whole_type = "application/json"
    keep_alive = b""

    def __init__(self, told: JsonObject) -> None:
        self._told = told
        self._tokens = 0

    def opening(self) -> bytes:
        return b""

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:  # noqa: ARG002
        """chunk: Google's CountTokensResponse."""
        counted = chunk.get("totalTokens")
        self._tokens = counted if isinstance(counted, int) else 0
        return b""

    def end(self) -> bytes:
        return b""

    def fail(self, problem: Problem) -> bytes:  # noqa: ARG002
        return b""

    def whole(self) -> bytes:
        return orjson.dumps({**self._told, "input_tokens": self._tokens})
