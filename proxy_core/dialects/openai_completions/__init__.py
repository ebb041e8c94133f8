"""OpenAI's old completions: `POST /v1/completions`, a prompt without roles.

`parse` makes calls of the prompts, `render` and its `choice` fold them into completions.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_completions.parse import parse
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.errors import Problem


class OpenAICompletions:
    """Implements Dialect."""

    name = "openai_completions"
    action = "completions"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)
