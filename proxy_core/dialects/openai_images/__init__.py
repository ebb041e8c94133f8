"""OpenAI's images: `POST /v1/images/generations` and `/v1/images/edits`, drawn by Gemini.

`parse` reads either request with `sizes`; `render` gives the pictures, whole or as a stream.
"""

from proxy_core.dialects.contract import ErrorReply, ParseContext, ParsedRequest
from proxy_core.dialects.openai_errors import error_reply
from proxy_core.dialects.openai_images.parse import parse_edit, parse_generation
from proxy_core.errors import Problem


class OpenAIImages:
    """Implements Dialect."""

    name = "openai_images"
    action = "images.generate"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse_generation(body, context)

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        return error_reply(problem, request_id)


class OpenAIImageEdits(OpenAIImages):
    """Implements Dialect."""

    name = "openai_image_edits"
    action = "images.edit"

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        return parse_edit(body, context)
