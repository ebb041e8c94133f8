"""Gemini's own API, the identity: body bytes pass as they came, answers too.

Not a translation, so it does not implement Renderer. What it has of its own is the reading of
paths and queries, the form of errors, and the framing of streams (`framing`).
"""

from proxy_core.dialects.contract import ErrorReply
from proxy_core.dialects.gemini_native.errors import error_reply
from proxy_core.errors import Problem


class GeminiNative:
    """Answers errors in Google's form."""

    name = "gemini"

    def error(self, problem: Problem, request_id: str) -> ErrorReply:  # noqa: ARG002
        return error_reply(problem)
