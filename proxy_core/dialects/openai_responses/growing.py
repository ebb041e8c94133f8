"""Output items whose text arrives piece by piece: messages, refusals, thoughts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from proxy_core.dialects.openai_responses.events import Events, delta_head
from proxy_core.gemini.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Kind:
    """How the text of one kind of item is named on the wire."""

    prefix: str
    "Of the item's id."
    parts: str
    "Field of the item that holds its one part."
    index: str
    "Field of events with the part's number."
    part_event: str
    text_event: str
    part: JsonObject
    "The part without its text."
    said: str = "text"
    "Field of the part that holds its text."
    beside: JsonObject = field(default_factory=dict)
    "Further fields of the text's events."


TEXT = Kind(
    prefix="msg",
    parts="content",
    index="content_index",
    part_event="response.content_part",
    text_event="response.output_text",
    part={"type": "output_text", "annotations": [], "logprobs": []},
    beside={"logprobs": []},
)
REFUSAL = Kind(
    prefix="msg",
    parts="content",
    index="content_index",
    part_event="response.content_part",
    text_event="response.refusal",
    part={"type": "refusal"},
    said="refusal",
)
THOUGHT = Kind(
    prefix="rs",
    parts="summary",
    index="summary_index",
    part_event="response.reasoning_summary_part",
    text_event="response.reasoning_summary_text",
    part={"type": "summary_text"},
)


class Growing:
    """One such item, from its first piece to its end. Per item."""

    __slots__ = ("_events", "_head", "_pieces", "_place", "id", "index", "kind")

    def __init__(self, kind: Kind, id_: str, index: int, events: Events) -> None:
        self.kind = kind
        self.id = id_
        self.index = index
        self._events = events
        self._pieces: list[str] = []
        self._place = {"item_id": id_, "output_index": index, kind.index: 0}
        self._head = delta_head(f"{kind.text_event}.delta", {**self._place, **kind.beside})

    def open(self) -> bytes:
        kind, events = self.kind, self._events
        added = events.event(
            "response.output_item.added",
            output_index=self.index,
            item=self._item("in_progress", []),
        )
        part = {**kind.part, kind.said: ""}
        return added + events.event(f"{kind.part_event}.added", **self._place, part=part)

    def add(self, text: str) -> bytes:
        self._pieces.append(text)
        return self._events.delta(self._head, text)

    def close(self, item: JsonObject) -> bytes:
        """item: what `finished` gave, perhaps with more in it."""
        kind, events, place = self.kind, self._events, self._place
        (part,) = item[kind.parts]
        frames = b"".join(
            events.event(
                "response.output_text.annotation.added",
                **place,
                annotation_index=number,
                annotation=annotation,
            )
            for number, annotation in enumerate(part.get("annotations", ()))
        )
        frames += events.event(
            f"{kind.text_event}.done", **place, **kind.beside, **{kind.said: part[kind.said]}
        )
        frames += events.event(f"{kind.part_event}.done", **place, part=part)
        return frames + events.event(
            "response.output_item.done", output_index=self.index, item=item
        )

    def finished(self, status: str, annotations: Sequence[JsonObject] = ()) -> JsonObject:
        """The item as it stands in the answer."""
        part = {**self.kind.part, self.kind.said: "".join(self._pieces)}
        if annotations:
            part["annotations"] = list(annotations)
        return self._item(status, [part])

    def _item(self, status: str, parts: list[JsonObject]) -> JsonObject:
        if self.kind is THOUGHT:
            return {"id": self.id, "type": "reasoning", "summary": parts}
        return {
            "id": self.id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": parts,
        }
