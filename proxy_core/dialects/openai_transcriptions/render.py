"""A transcript as JSON, as bare text, or as OpenAI's events.

A transcript has no way to say that it is cut: one that Google did not end by itself is an error.
"""

import orjson

from proxy_core.dialects.openai_events import KEEP_ALIVE, error_event, typed_event
from proxy_core.dialects.openai_refusals import Ending
from proxy_core.errors import Problem
from proxy_core.gemini.wire import Chunk, JsonObject, UsageMetadata


class TranscriptRenderer:
    """Implements Renderer. Per exchange."""

    content_type = "text/event-stream"
    keep_alive = KEEP_ALIVE

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare
        self.whole_type = "text/plain; charset=utf-8" if bare else "application/json"
        self._texts: list[str] = []
        "Kept in a stream too: its last event repeats all."
        self._usage: UsageMetadata = {}
        self._ending = Ending()

    def opening(self) -> bytes:
        return self.keep_alive

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:  # noqa: ARG002 - there is one
        if "usageMetadata" in chunk:
            self._usage = chunk["usageMetadata"]
        self._ending.take(chunk)
        text = "".join(
            part.get("text", "")
            for candidate in chunk.get("candidates", ())
            for part in candidate.get("content", {}).get("parts", ())
            if not part.get("thought")
        )
        if not text:
            return b""
        self._texts.append(text)
        return typed_event("transcript.text.delta", {"delta": text})

    def end(self) -> bytes:
        return typed_event("transcript.text.done", self._answer())

    def fail(self, problem: Problem) -> bytes:
        return error_event(problem)

    def whole(self) -> bytes:
        answer = self._answer()
        if not self._bare:
            return orjson.dumps(answer)
        text: str = answer["text"]
        return (text if text.endswith("\n") else text + "\n").encode()

    def _answer(self) -> JsonObject:
        """Raises Failed for a transcript that is not complete."""
        if not self._ending.complete:
            raise self._ending.failure("complete transcript")
        return {"text": "".join(self._texts), "usage": _usage(self._usage)}


def _usage(usage: UsageMetadata) -> JsonObject:
    prompt = usage.get("promptTokenCount", 0)
    output = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    sound = sum(
        detail.get("tokenCount", 0)
        for detail in usage.get("promptTokensDetails", ())
        if detail.get("modality") == "AUDIO"
    )
    return {
        "type": "tokens",
        "input_tokens": prompt,
        "input_token_details": {"text_tokens": prompt - sound, "audio_tokens": sound},
        "output_tokens": output,
        "total_tokens": prompt + output,
    }
