"""The output items of one answer, one after the other; the same for a stream and for the whole.

Every method that takes something in returns the events it causes. An item is finished before the
next one begins, since clients take `output_item.done` for the truth and its order for the answer's.
A signature that comes after the text it signs therefore follows it, in a reasoning item of its own.
"""

from proxy_core.dialects.citations import Piece, citations
from proxy_core.dialects.openai_responses import growing
from proxy_core.dialects.openai_responses.calls import Announced
from proxy_core.dialects.openai_responses.events import Events
from proxy_core.dialects.openai_responses.growing import Growing, Kind
from proxy_core.dialects.openai_responses.history import item_id
from proxy_core.dialects.openai_responses.sealed import seal
from proxy_core.gemini.wire import JsonObject


class Output:
    """Per exchange."""

    __slots__ = ("_events", "_exchange", "_growing", "_pieces", "_started_at", "items")

    def __init__(self, events: Events, exchange: str) -> None:
        self.items: list[JsonObject] = []
        "The finished ones."
        self._events = events
        self._exchange = exchange
        self._growing: Growing | None = None
        self._pieces: list[Piece] = []
        "Text of all messages, by which Google counts."
        self._started_at = 0
        "Characters of it before the message that is growing."

    def make_id(self, prefix: str) -> str:
        return item_id(prefix, self._exchange, len(self.items))

    def text(self, text: str) -> bytes:
        """A piece of the answer."""
        pieces, message = self._pieces, self._growing
        if message is not None and message.kind is growing.TEXT:
            pieces.append((text, True))
            return message.add(text)
        self._started_at = sum(len(piece) for piece, _ in pieces)
        pieces.append((text, True))
        return self._begin(growing.TEXT) + self._grow(text)

    def thought(self, text: str) -> bytes:
        return self._of(growing.THOUGHT) + self._grow(text)

    def refuse(self, text: str) -> bytes:
        return self._of(growing.REFUSAL) + self._grow(text)

    def add(self, announced: Announced) -> bytes:
        """An item that is complete at once."""
        item, events, index = announced.item, self._events, len(self.items)
        self.items.append(item)
        frames = events.event(
            "response.output_item.added", output_index=index, item={**item, **announced.blank}
        )
        for kind, more in announced.steps:
            frames += events.event(kind, item_id=item["id"], output_index=index, **more)
        return frames + events.event("response.output_item.done", output_index=index, item=item)

    def sign(self, key: str, signature: str) -> bytes:
        """Gives a signature along: in the thoughts that lead to what it signs, or on its own."""
        sealed = seal({key: signature})
        if self._growing is not None and self._growing.kind is growing.THOUGHT:
            return self.close(sealed=sealed)
        frames = self.close()
        item = {
            "id": self.make_id("rs"),
            "type": "reasoning",
            "summary": [],
            "encrypted_content": sealed,
        }
        return frames + self.add(Announced(item, {}))

    def close(
        self,
        status: str = "completed",
        *,
        sealed: str | None = None,
        grounding: JsonObject | None = None,
    ) -> bytes:
        """Ends the item that is growing, if any."""
        item = self.unfinished(status, grounding)
        if self._growing is None or item is None:
            return b""
        if sealed is not None:
            item["encrypted_content"] = sealed
        frames = self._growing.close(item)
        self.items.append(item)
        self._growing = None
        return frames

    def unfinished(self, status: str, grounding: JsonObject | None = None) -> JsonObject | None:
        """The item that is growing, as it would stand in the answer."""
        if self._growing is None:
            return None
        if grounding and self._growing.kind is growing.TEXT:
            return self._growing.finished(status, self._annotations(grounding))
        return self._growing.finished(status)

    def _annotations(self, grounding: JsonObject) -> list[JsonObject]:
        """The sources of the message that is growing; earlier ones went out without."""
        return [
            {
                "type": "url_citation",
                "start_index": each.start - self._started_at,
                "end_index": each.end - self._started_at,
                "title": each.title,
                "url": each.url,
            }
            for each in citations(self._pieces, grounding)
            if each.start >= self._started_at
        ]

    def _of(self, kind: Kind) -> bytes:
        """Makes sure that an item of this kind is growing."""
        if self._growing is not None and self._growing.kind is kind:
            return b""
        return self._begin(kind)

    def _begin(self, kind: Kind) -> bytes:
        frames = self.close()
        id_ = self.make_id(kind.prefix)
        self._growing = Growing(kind, id_, len(self.items), self._events)
        return frames + self._growing.open()

    def _grow(self, text: str) -> bytes:
        assert self._growing is not None
        return self._growing.add(text)
