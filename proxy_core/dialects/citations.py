"""Google's grounding sources, and their places in the text that a client gets.

Google counts offsets in UTF-8 bytes of its own answer text, other APIs in characters.
The two texts differ where thoughts or generated code stand between pieces of the answer.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from proxy_core.gemini.wire import JsonObject

Piece = tuple[str, bool]
"A run of `content`, and whether Google counts it as answer text."


class Citation(NamedTuple):
    """One source of a stretch of text, by its first character and the one after its last."""

    start: int
    end: int
    title: str
    url: str


def citations(pieces: Sequence[Piece], grounding: JsonObject) -> list[Citation]:
    """All web sources of a merged `groundingMetadata`, with their places in the content."""
    ruler = _Ruler(pieces)
    return [
        Citation(ruler.characters(start), ruler.characters(end), title, url)
        for start, end, title, url in _sources(grounding)
    ]


def merged(known: JsonObject, more: JsonObject) -> JsonObject:
    """The `groundingMetadata` of several chunks as one; neither is changed.

    What a list brings goes behind what is known, so that indices count over all of it; one that
    begins with what is known tells it anew.
    """
    united = {**known, **more}
    for field, value in more.items():
        before = known.get(field)
        if isinstance(before, list) and isinstance(value, list) and value[: len(before)] != before:
            united[field] = before + value
    return united


def _sources(grounding: JsonObject) -> Iterator[tuple[int, int, str, str]]:
    chunks = grounding.get("groundingChunks", ())
    for support in grounding.get("groundingSupports", ()):
        segment = support.get("segment", {})
        for index in support.get("groundingChunkIndices", ()):
            source = chunks[index].get("web") if index < len(chunks) else None
            if source and source.get("uri"):
                start, end = segment.get("startIndex", 0), segment.get("endIndex", 0)
                yield start, end, source.get("title", ""), source["uri"]


class _Ruler:
    """Turns byte offsets of the answer into character offsets of the content."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._runs: list[tuple[int, int, bytes]] = []
        "Start in answer bytes, start in content characters, and the bytes."
        at_byte = at_character = 0
        for text, counted in pieces:
            if counted:
                raw = text.encode()
                self._runs.append((at_byte, at_character, raw))
                at_byte += len(raw)
            at_character += len(text)
        self._length = at_character

    def characters(self, offset: int) -> int:
        for at_byte, at_character, raw in self._runs:
            if offset <= at_byte + len(raw):
                return at_character + len(raw[: offset - at_byte].decode(errors="ignore"))
        return self._length
