"""OpenAI's transcriptions and translations of speech: `POST /v1/audio/transcriptions` and
`/v1/audio/translations`, done by a Gemini model that hears.

`parse` reads the form, `render` gives the text as JSON, as bare text or as events.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.dialects.openai_transcriptions.parse import TRANSCRIBE, TRANSLATE, parse
from proxy_core.errors import Problem


class OpenAITranscriptions:
    """Implements Dialect."""

    name = "openai_transcriptions"
    action = "audio.transcribe"
    task = TRANSCRIBE

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse(body, context, self.task)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)


class OpenAITranslations(OpenAITranscriptions):
    """Implements Dialect."""

    name = "openai_translations"
    action = "audio.translate"
    task = TRANSLATE
