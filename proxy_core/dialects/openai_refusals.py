"""Answers of Google that hold nothing which OpenAI's form could carry.

A picture, a file of sound or a transcript has no `finish_reason`: an answer that was stopped or
cut must not pass for a complete one, so it is told as an error.
"""

from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.replies import (
    CONTENT_STOPS,
    IMAGE_STOPS,
    block_words,
    finish_reason,
    finish_words,
)
from proxy_core.gemini.wire import Chunk

POLICY_CODE = "content_policy_violation"
_REFUSALS = CONTENT_STOPS | IMAGE_STOPS | {"STOP"}


class Ending:
    """Why an answer ended. Per call."""

    __slots__ = ("_blocked", "_reason", "_words")

    def __init__(self) -> None:
        self._reason: str | None = None
        self._words: str | None = None
        self._blocked: str | None = None

    def take(self, chunk: Chunk) -> None:
        self._reason = finish_reason(chunk) or self._reason
        self._words = finish_words(chunk) or self._words
        self._blocked = block_words(chunk) or self._blocked

    @property
    def complete(self) -> bool:
        return self._blocked is None and self._reason == "STOP"

    def failure(self, wanted: str) -> Failed:
        """wanted: what did not come, or not wholly: "image".

        What Google ended itself is the client's 400, since the same again would end the same.
        """
        if self._blocked is not None:
            return _refused(f"Google refused the prompt: {self._blocked}.")
        message = f"Google gave no {wanted}: {self._words}."
        if self._reason == "STOP":
            message = f"Google's answer holds no {wanted}, and does not say why."
        if self._reason in _REFUSALS:
            return _refused(message)
        return Failed(Problem(ProblemKind.BAD_UPSTREAM, message))


def _refused(message: str) -> Failed:
    return Failed(Problem(ProblemKind.BAD_REQUEST, message, code=POLICY_CODE))
