"""The fold of one exchange: Gemini chunks in, events of a stream or one message out.

No stop reason goes out before `end`: until then the caller may still have to `fail`.
"""

import orjson

from proxy_core.dialects.anthropic import endings
from proxy_core.dialects.anthropic.content import Content
from proxy_core.dialects.anthropic.errors import error_body
from proxy_core.dialects.anthropic.events import (
    MESSAGE_STOP,
    PING,
    BlockFrames,
    KeptBlocks,
    event,
)
from proxy_core.dialects.anthropic.shape import Shape
from proxy_core.dialects.contract import Stamp
from proxy_core.errors import Failed, Problem
from proxy_core.gemini.replies import block_words
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Chunk, JsonObject, UsageMetadata


class MessageRenderer:
    """Implements Renderer. Per exchange."""

    content_type = "text/event-stream"
    whole_type = "application/json"
    keep_alive = PING

    def __init__(self, shape: Shape, stamp: Stamp, memory: SignatureMemory) -> None:
        self._exchange_id = stamp.id
        self._model = shape.model
        self._kept = KeptBlocks()
        "Of a whole answer; a stream keeps nothing."
        self._content = Content(
            shape, memory, stamp.new_id, BlockFrames() if shape.stream else self._kept
        )
        self._usage: UsageMetadata = {}
        "The last one: Google sends running totals."
        self._reason: str | None = None
        "Google's finishReason, once it came."
        self._blocked: str | None = None
        self._opened = not shape.stream

    def opening(self) -> bytes:
        """Without usage, which nobody knows yet; the one at the end counts."""
        self._opened = True
        # Each answer has one token at least, as far as the API's own streams tell.
        counts = {**endings.usage(self._usage), "output_tokens": 1}
        return event("message_start", message=self._message([], None, counts))

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:  # noqa: ARG002
        if "usageMetadata" in chunk:
            self._usage = chunk["usageMetadata"]
        frames = b"" if self._opened else self.opening()
        for candidate in chunk.get("candidates", ()):
            if candidate.get("index", 0) == 0:
                frames += self._content.take(candidate)
                self._reason = candidate.get("finishReason", self._reason)
        if "promptFeedback" in chunk:
            self._blocked = block_words(chunk) or self._blocked
        return frames

    def end(self) -> bytes:
        frames = b"" if self._opened else self.opening()
        frames += self._content.end()
        usage = endings.usage(self._usage, self._content.searches)
        return frames + event("message_delta", delta=self._ending(), usage=usage) + MESSAGE_STOP

    def fail(self, problem: Problem) -> bytes:
        return b"event: error\ndata: %b\n\n" % error_body(problem, self._exchange_id)

    def whole(self) -> bytes:
        self._content.end()
        ending = self._ending()
        usage = endings.usage(self._usage, self._content.searches)
        message = self._message(self._kept.blocks, ending.pop("stop_reason"), usage)
        return orjson.dumps(message | ending)

    def _message(
        self, content: list[JsonObject], stop_reason: str | None, usage: JsonObject
    ) -> JsonObject:
        return {
            "id": f"msg_{self._exchange_id}",
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {**usage, "service_tier": "standard"},
        }

    def _ending(self) -> JsonObject:
        """What a message says of its end, and the last delta of a stream. Raises Failed."""
        if sequence := self._content.stopped_by:
            return {"stop_reason": "stop_sequence", "stop_sequence": sequence}
        if problem := endings.failure(self._reason, called=self._content.called):
            raise Failed(problem)
        if self._blocked is not None:
            stop: str = "refusal"
        else:
            content = self._content
            stop = endings.stop_reason(self._reason, said=content.said, called=content.called)
        ending: JsonObject = {"stop_reason": stop, "stop_sequence": None}
        if stop == "refusal":
            ending["stop_details"] = endings.refusal(self._blocked or self._reason or "no reason")
        return ending
