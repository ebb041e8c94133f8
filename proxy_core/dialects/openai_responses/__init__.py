"""OpenAI's Responses: `POST /v1/responses`, translated to Gemini and back, and its
`/input_tokens`.

`parse` reads the request with `items`, `content`, `tools` and `options`; `shape` is what it tells
`render`, whose fold writes `events` and collects the items that `growing` and `calls` make.
`sealed` carries thought signatures through clients, `store` keeps answers for
`previous_response_id`.

The setting THOUGHT_WRAPPER_TAGS plays no part: this API has a place of its own for thoughts.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.dialects.openai_responses.count import parse_count
from proxy_core.dialects.openai_responses.parse import parse
from proxy_core.errors import Problem


class OpenAIResponses:
    """Implements Dialect."""

    name = "openai_responses"
    action = "responses"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)


class OpenAIResponsesCount:
    """Implements Dialect: the tokens of a request that is not made."""

    name = "openai_responses_count"
    action = "responses.input_tokens"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse_count(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)
