"""OpenAI's speech: `POST /v1/audio/speech`, spoken by Gemini's speech models.

`parse` makes the prompt, `sounds` the bytes of a format, `render` sends them as they come.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.dialects.openai_speech.parse import parse
from proxy_core.errors import Problem


class OpenAISpeech:
    """Implements Dialect."""

    name = "openai_speech"
    action = "audio.speech"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)
