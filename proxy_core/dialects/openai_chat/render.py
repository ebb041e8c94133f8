"""The fold of one exchange: Gemini chunks in, chat completion chunks or one completion out.

`chunk` runs for every event of every stream, so a delta of plain text takes the shortest way
through it. What a stream has sent is kept only where the end needs it again (citations).
No `finish_reason` goes out before `end`: until then the caller may still have to `fail`.
"""

import orjson

from proxy_core.dialects import openai_endings
from proxy_core.dialects.call_notes import CallNotes
from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_chat.calls import ToolCalls
from proxy_core.dialects.openai_chat.choice import Choice
from proxy_core.dialects.openai_chat.frames import SILENT, Frames
from proxy_core.dialects.openai_chat.shape import Shape
from proxy_core.dialects.openai_events import DONE, KEEP_ALIVE, error_event
from proxy_core.errors import Problem
from proxy_core.gemini.replies import block_words
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Chunk, UsageMetadata


class ChatRenderer:
    """Implements Renderer. Per exchange."""

    content_type = "text/event-stream"
    whole_type = "application/json"
    keep_alive = KEEP_ALIVE

    def __init__(self, shape: Shape, stamp: Stamp, memory: SignatureMemory) -> None:
        self._shape = shape
        self._id = f"chatcmpl-{stamp.id}"
        self._created = stamp.created
        self._frames = Frames(self._id, stamp.created, shape.model) if shape.stream else None
        self._choices = [
            Choice(
                shape,
                ToolCalls(shape.tools, CallNotes(memory), stamp.new_id),
                SILENT if self._frames is None else self._frames.choice(index),
                f"audio_{stamp.id}_{index}",
            )
            for index in range(shape.choices)
        ]
        self._usage: dict[int, UsageMetadata] = {}
        "The last of each call: Google sends running totals."
        self._opened = False

    def opening(self) -> bytes:
        return self.keep_alive  # the role waits for the first chunk: clients may not

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:
        if "usageMetadata" in chunk:
            self._usage[call_index] = chunk["usageMetadata"]
        frames = b""
        if not self._opened:
            self._opened = True
            frames = self._open()
        for candidate in chunk.get("candidates", ()):
            index = call_index + candidate.get("index", 0)
            if index < len(self._choices):
                frames += self._choices[index].take(candidate)
        if "promptFeedback" in chunk:
            frames += self._block(chunk, call_index)
        return frames

    def end(self) -> bytes:
        frames = b"" if self._opened else self._open()
        frames += b"".join(choice.end(self._created) for choice in self._choices)
        if self._shape.usage_chunk and self._frames is not None:
            frames += self._frames.usage(openai_endings.usage(self._usage.values()))
        return frames + DONE

    def fail(self, problem: Problem) -> bytes:
        return error_event(problem)

    def whole(self) -> bytes:
        choices = [
            {"index": index, **choice.whole(self._created)}
            for index, choice in enumerate(self._choices)
        ]
        return orjson.dumps(
            {
                "id": self._id,
                "object": "chat.completion",
                "created": self._created,
                "model": self._shape.model,
                "choices": choices,
                "usage": openai_endings.usage(self._usage.values()),
                "service_tier": openai_endings.service_tier(self._usage.values()),
                "system_fingerprint": None,
            }
        )

    def _open(self) -> bytes:
        """All choices in order: the SDK files them by the order in which they first appear."""
        return b"".join(choice.open() for choice in self._choices)

    def _block(self, chunk: Chunk, call_index: int) -> bytes:
        """A blocked prompt has no candidate: the reason is told as a refusal."""
        reason = block_words(chunk)
        if reason is None:
            return b""
        blocked = (
            self._choices[call_index : call_index + 1]
            if self._shape.one_call_each
            else self._choices
        )
        return b"".join(choice.refuse(reason) for choice in blocked)
