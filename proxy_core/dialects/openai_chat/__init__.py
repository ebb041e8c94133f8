"""OpenAI's Chat Completions: `POST /v1/chat/completions`, translated to Gemini and back.

`parse` reads the request with `messages`, `parts`, `tools` and `options`; `shape` is what it
tells `render`, whose fold is made of one `choice` for each of the client's, and of `frames`.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_chat.parse import parse
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.errors import Problem


class OpenAIChat:
    """Implements Dialect."""

    name = "openai_chat"
    action = "chat.completions"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)
