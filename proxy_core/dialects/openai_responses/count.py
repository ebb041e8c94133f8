"""Counts the tokens of a request for a response: `responses.input_tokens.count` of the SDKs."""

from proxy_core.dialects import fields
from proxy_core.dialects.contract import ParseContext, ParsedRequest
from proxy_core.dialects.counting import count_of
from proxy_core.dialects.model_names import resolve_model
from proxy_core.dialects.openai_responses.history import previous_of
from proxy_core.dialects.openai_responses.parse import read_request


def parse_count(raw: bytes, context: ParseContext) -> ParsedRequest:
    """Raises BadRequest, and nothing else, whatever the bytes."""
    body = fields.load_body(raw)
    name = fields.need_text(body, "model")
    model = resolve_model(name, context)
    request, _ = read_request(body, model, previous_of(body, context.responses), context)
    return count_of(name, model, request, object="response.input_tokens")
