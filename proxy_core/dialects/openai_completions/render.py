"""The fold of one exchange: Gemini chunks in, text completion chunks or one completion out."""

import orjson

from proxy_core.dialects import openai_endings
from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_completions.choice import Choice
from proxy_core.dialects.openai_completions.shape import Shape
from proxy_core.dialects.openai_events import DONE, KEEP_ALIVE, error_event
from proxy_core.errors import Problem
from proxy_core.gemini.replies import block_reason
from proxy_core.gemini.wire import Chunk, JsonObject, UsageMetadata


class CompletionsRenderer:
    """Implements Renderer. Per exchange."""

    content_type = "text/event-stream"
    whole_type = "application/json"
    keep_alive = KEEP_ALIVE

    def __init__(self, shape: Shape, stamp: Stamp) -> None:
        self._shape = shape
        self._head: JsonObject = {
            "id": f"cmpl-{stamp.id}",
            "object": "text_completion",
            "created": stamp.created,
            "model": shape.model,
        }
        self._choices = [
            Choice(index, keeps=not shape.stream) for index in range(shape.prompts * shape.choices)
        ]
        self._usage: dict[int, UsageMetadata] = {}
        "The last of each call: Google sends running totals."
        self._echoed = False

    def opening(self) -> bytes:
        return self.keep_alive

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:
        if "usageMetadata" in chunk:
            self._usage[call_index] = chunk["usageMetadata"]
        frames = self._echo()
        first = call_index * self._shape.per_call
        for candidate in chunk.get("candidates", ()):
            place = candidate.get("index", 0)
            if place < self._shape.per_call:
                delta = self._choices[first + place].take(candidate)
                frames += self._frame([delta]) if delta else b""
        if block_reason(chunk):
            for choice in self._choices[first : first + self._shape.per_call]:
                choice.block()
        return frames

    def end(self) -> bytes:
        frames = self._echo()
        frames += b"".join(self._frame([choice.last()]) for choice in self._choices)
        if self._shape.usage_chunk:
            frames += self._frame([], usage=openai_endings.usage(self._usage.values()))
        return frames + DONE

    def fail(self, problem: Problem) -> bytes:
        return error_event(problem)

    def whole(self) -> bytes:
        self._echo()
        choices = [choice.whole() for choice in self._choices]
        usage = openai_endings.usage(self._usage.values())
        return orjson.dumps({**self._head, "choices": choices, "usage": usage})

    def _echo(self) -> bytes:
        """The prompts themselves, once and before anything else, where they are wanted."""
        if self._echoed or not self._shape.echoes:
            return b""
        self._echoed = True
        return b"".join(
            self._frame([choice.echo(self._shape.echo(choice.index))]) for choice in self._choices
        )

    def _frame(self, choices: list[JsonObject], **more: JsonObject) -> bytes:
        if not self._shape.stream:
            return b""
        return b"data: %b\n\n" % orjson.dumps({**self._head, "choices": choices, **more})
