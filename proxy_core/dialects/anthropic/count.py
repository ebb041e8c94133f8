"""Counts the tokens of a request that is not made: `{"input_tokens": n}`."""

from proxy_core.dialects import fields
from proxy_core.dialects.anthropic import options
from proxy_core.dialects.anthropic.parse import read_request
from proxy_core.dialects.anthropic.stand_ins import gemini_model
from proxy_core.dialects.anthropic.tools import read_tools
from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.counting import count_of


def parse_count(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = gemini_model(name, context)
    family = context.family(model)
    thinking = options.read_thinking(body, family)
    request = read_request(body, family, read_tools(body), thinking, context)
    return count_of(name, model, request)
