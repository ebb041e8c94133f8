"""Anthropic's Messages API: `POST /v1/messages` and `/v1/messages/count_tokens`.

`parse` reads a request with `messages`, `blocks`, `tools` and `options`; `shape` is what it tells
`render`, whose fold is `content` over the frames of `events`, with `sources` of a search and the
`stops` that Google does not know. `signatures` is how Gemini's thought signatures ride in thinking
blocks. Every version of the protocol is taken, and fields that are not known are ignored rather
than refused.
"""

from proxy_core.dialects.anthropic.count import parse_count
from proxy_core.dialects.anthropic.errors import error_reply
from proxy_core.dialects.anthropic.parse import parse
from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.errors import Problem


class Anthropic:
    """Implements Dialect: messages."""

    name = "anthropic"
    action = "messages"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)


class AnthropicCount:
    """Implements Dialect: the tokens of a request that is not made."""

    name = "anthropic_count"
    action = "messages.count_tokens"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse_count(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)
