"""One completion: takes in its candidate's deltas, for a stream or for the whole."""

from proxy_core.dialects import openai_endings
from proxy_core.gemini.wire import Candidate, JsonObject


class Choice:
    """The fold of one choice. Per exchange."""

    __slots__ = (
        "_answered", "_blocked", "_keeps", "_length", "_logprobs", "_reason", "_texts", "index",
    )  # fmt: skip

    def __init__(self, index: int, *, keeps: bool) -> None:
        """keeps: the whole will be asked for."""
        self.index = index
        self._keeps = keeps
        self._texts: list[str] = []
        self._logprobs: JsonObject | None = None
        self._length = 0
        "Characters that were said, and with them the offset of the next token."
        self._reason: str | None = None
        self._blocked = self._answered = False

    def echo(self, text: str) -> JsonObject:
        """Begins with the prompt; returns it as the choice of a chunk."""
        return self._said(text, None)

    def take(self, candidate: Candidate) -> JsonObject | None:
        """Takes in a delta; returns it as the choice of a chunk, or None where it says nothing."""
        self._reason = candidate.get("finishReason", self._reason)
        text = "".join(
            part.get("text", "")
            for part in candidate.get("content", {}).get("parts", ())
            if not part.get("thought")
        )
        measured = candidate.get("logprobsResult")
        logprobs = _logprobs(measured, self._length) if measured else None
        if not text and logprobs is None:
            return None
        self._answered = True
        return self._said(text, logprobs)

    def block(self) -> None:
        """The prompt was refused: there will be no candidate."""
        self._blocked = True

    def last(self) -> JsonObject:
        """The choice of the chunk that ends it."""
        return self._choice("", None, self._finish_reason())

    def whole(self) -> JsonObject:
        return self._choice("".join(self._texts), self._logprobs, self._finish_reason())

    def _said(self, text: str, logprobs: JsonObject | None) -> JsonObject:
        self._length += len(text)
        if self._keeps:
            self._texts.append(text)
            self._logprobs = _joined(self._logprobs, logprobs)
        return self._choice(text, logprobs, None)

    def _choice(
        self, text: str, logprobs: JsonObject | None, finish_reason: str | None
    ) -> JsonObject:
        return {
            "text": text,
            "index": self.index,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
        }

    def _finish_reason(self) -> str:
        if self._blocked:
            return "content_filter"
        return openai_endings.finish_reason(self._reason, said=self._answered, calls=None)


def _logprobs(result: JsonObject, offset: int) -> JsonObject | None:
    """Google's `logprobsResult` as parallel lists; offset: where the first token begins."""
    chosen = result.get("chosenCandidates", ())
    if not chosen:
        return None
    offsets = []
    for entry in chosen:
        offsets.append(offset)
        offset += len(entry.get("token", ""))
    tops = [step.get("candidates", ()) for step in result.get("topCandidates", ())]
    return {
        "tokens": [entry.get("token", "") for entry in chosen],
        "token_logprobs": [entry.get("logProbability", 0.0) for entry in chosen],
        "top_logprobs": [
            {one.get("token", ""): one.get("logProbability", 0.0) for one in step} for step in tops
        ],
        "text_offset": offsets,
    }


def _joined(known: JsonObject | None, more: JsonObject | None) -> JsonObject | None:
    if known is None or more is None:
        return known or more
    return {key: known[key] + more[key] for key in known}
