"""Counts the tokens of a request that is not made: `{"input_tokens": n}`."""

import orjson

from proxy_core.dialects import fields
from proxy_core.dialects.anthropic import options
from proxy_core.dialects.anthropic.parse import read_request
from proxy_core.dialects.anthropic.stand_ins import gemini_model
from proxy_core.dialects.anthropic.tools import read_tools
from proxy_core.dialects.contract import ParseContext, ParsedRequest, Renderer, Stamp
from proxy_core.errors import Problem
from proxy_core.gemini.wire import Call, Chunk


def parse_count(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = gemini_model(name, context)
    family = context.family(model)
    thinking = options.read_thinking(body, family)
    request = read_request(body, family, read_tools(body), thinking, context)
    # Contents alone would leave out the system text and the tools.
    counted = {"generateContentRequest": {"model": f"models/{model}", **request}}
    return ParsedRequest(
        name, (Call(model, "countTokens", counted),), stream=False, renderer=_renderer
    )


def _renderer(_: Stamp) -> Renderer:
    return CountRenderer()


class CountRenderer:
    """Implements Renderer, for an answer that is never streamed. Per exchange."""

    content_type = whole_type = "application/json"
    keep_alive = b""

    def __init__(self) -> None:
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
        return orjson.dumps({"input_tokens": self._tokens})
