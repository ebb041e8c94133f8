"""OpenAI's embeddings: `POST /v1/embeddings`, answered by Gemini's embedding models.

`parse` cuts the inputs into calls, `render` puts the vectors together again.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_embeddings.parse import parse
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.errors import Problem


class OpenAIEmbeddings:
    """Implements Dialect."""

    name = "openai_embeddings"
    action = "embeddings"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)
