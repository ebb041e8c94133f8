"""The pictures of one exchange, whole or as OpenAI's stream of completed images.

Each call draws one picture. Gemini's first picture counts; those of its thoughts do not.
"""

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_events import KEEP_ALIVE, error_event, typed_event
from proxy_core.dialects.openai_refusals import Ending
from proxy_core.errors import Problem
from proxy_core.gemini.wire import Blob, Chunk, JsonObject, UsageMetadata


class Shape(NamedTuple):
    """How the answer is to look."""

    images: int
    events: str
    "What the events of a stream begin with: `image_generation` or `image_edit`."
    as_url: bool
    size: str
    quality: str


class ImagesRenderer:
    """Implements Renderer. Per exchange."""

    content_type = "text/event-stream"
    whole_type = "application/json"
    keep_alive = KEEP_ALIVE

    def __init__(self, shape: Shape, stamp: Stamp) -> None:
        self._shape = shape
        self._created = stamp.created
        self._pictures: list[Blob | None] = [None] * shape.images
        self._usage: list[UsageMetadata] = [{} for _ in range(shape.images)]
        self._endings = [Ending() for _ in range(shape.images)]

    def opening(self) -> bytes:
        return self.keep_alive

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:
        if "usageMetadata" in chunk:
            self._usage[call_index] = chunk["usageMetadata"]
        self._endings[call_index].take(chunk)
        if self._pictures[call_index] is None:
            self._pictures[call_index] = _first_picture(chunk)
        return b""

    def end(self) -> bytes:
        drawn = self._drawn()
        return b"".join(self._event(blob, self._usage[index]) for index, blob in drawn)

    def fail(self, problem: Problem) -> bytes:
        return error_event(problem)

    def whole(self) -> bytes:
        drawn = self._drawn()
        answer: JsonObject = {"created": self._created, "data": []}
        for _, blob in drawn:
            data = blob["data"]
            if self._shape.as_url:
                picture = {"url": f"data:{blob['mimeType']};base64,{data}"}
            else:
                picture = {"b64_json": data}
            answer["data"].append({**picture, "revised_prompt": None})
        answer["output_format"] = _format(drawn[0][1])
        answer["usage"] = usage(self._usage)
        return orjson.dumps(answer)

    def _drawn(self) -> list[tuple[int, Blob]]:
        """The pictures that came, with the number of their call. Raises Failed without any."""
        drawn = [(index, blob) for index, blob in enumerate(self._pictures) if blob is not None]
        if not drawn:
            raise self._endings[0].failure("image")
        return drawn

    def _event(self, blob: Blob, of_call: UsageMetadata) -> bytes:
        return typed_event(
            f"{self._shape.events}.completed",
            {
                "b64_json": blob["data"],
                "created_at": self._created,
                "size": self._shape.size,
                "quality": self._shape.quality,
                "background": "auto",
                "output_format": _format(blob),
                "usage": usage([of_call]),
            },
        )


def usage(of_calls: Iterable[UsageMetadata]) -> JsonObject:
    """Sum over the calls; thoughts count as output."""
    text = image = output = 0
    for each in of_calls:
        prompt = each.get("promptTokenCount", 0)
        pictures = sum(
            detail.get("tokenCount", 0)
            for detail in each.get("promptTokensDetails", ())
            if detail.get("modality") == "IMAGE"
        )
        image += pictures
        text += prompt - pictures
        output += each.get("candidatesTokenCount", 0) + each.get("thoughtsTokenCount", 0)
    return {
        "input_tokens": text + image,
        "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        "output_tokens": output,
        "total_tokens": text + image + output,
    }


def _first_picture(chunk: Chunk) -> Blob | None:
    for candidate in chunk.get("candidates", ()):
        for part in candidate.get("content", {}).get("parts", ()):
            blob = part.get("inlineData", {})
            if blob.get("mimeType", "").startswith("image/") and not part.get("thought"):
                return blob
    return None


def _format(blob: Blob) -> str:
    return blob["mimeType"].removeprefix("image/")
