"""Vectors of one or more calls to OpenAI's list of embeddings.

The SDKs ask for base64 unless told otherwise: little-endian 32-bit floats, a quarter of the size.
"""

import base64
import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from proxy_core.dialects.openai_errors import error_body
from proxy_core.errors import Failed, Problem, ProblemKind
from proxy_core.gemini.wire import Chunk


class Shape(NamedTuple):
    """How the answer is to look."""

    model: str
    base64: bool
    normalise: bool
    "Google's vectors are not of length 1."
    counts: tuple[int, ...]
    "Texts of each call."


class EmbeddingsRenderer:
    """Implements Renderer; there is no stream. Per exchange."""

    content_type = "application/json"
    whole_type = "application/json"
    keep_alive = b""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._vectors: list[list[Sequence[float]]] = [[] for _ in shape.counts]
        self._tokens = 0

    def opening(self) -> bytes:
        return b""

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:
        # The answer of another action than those the chunk's type speaks of.
        for entry in chunk.get("embeddings") or ():  # type: ignore[attr-defined]
            self._vectors[call_index].append(entry.get("values", ()))
        usage = chunk.get("usageMetadata")
        self._tokens += (usage or {}).get("promptTokenCount", 0)
        return b""

    def end(self) -> bytes:
        return b""

    def fail(self, problem: Problem) -> bytes:
        return error_body(problem)

    def whole(self) -> bytes:
        vectors = [vector for of_call in self._vectors for vector in of_call]
        # Texts and vectors belong together by their place alone: one too few shifts all behind it.
        if tuple(map(len, self._vectors)) != self._shape.counts or not all(vectors):
            message = "Google's answer does not hold one embedding for each text."
            raise Failed(Problem(ProblemKind.BAD_UPSTREAM, message))
        data = [
            {"object": "embedding", "index": index, "embedding": self._encoded(vector)}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": self._tokens, "total_tokens": self._tokens}
        return orjson.dumps(
            {"object": "list", "data": data, "model": self._shape.model, "usage": usage}
        )

    def _encoded(self, vector: Sequence[float]) -> Sequence[float] | str:
        if self._shape.normalise:
            vector = unit(vector)
        if not self._shape.base64:
            return vector
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def unit(vector: Sequence[float]) -> Sequence[float]:
    """The vector at length 1; one of nothing but zeros stays."""
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else vector
