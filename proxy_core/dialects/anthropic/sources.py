"""What Google searched for an answer: citations of its texts, and the search as blocks.

Clients read either of the two: Claude Code takes the links of its web search from the blocks
alone. Not here: pages that Google read (`urlContext`), whose text it keeps to itself.
"""

from collections.abc import Iterator

from proxy_core.dialects.citations import Citation, Piece, citations, merged
from proxy_core.gemini.wire import JsonObject

_TOOL = "web_search"


class Sources:
    """The sources of one answer. Per exchange."""

    __slots__ = ("_cited", "_grounding", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._grounding: JsonObject = {}
        self._cited: set[Citation] = set()

    def said(self, text: str, *, counted: bool) -> None:
        """counted: Google's offsets of citations count this text."""
        self._pieces.append((text, counted))

    def learn(self, grounding: JsonObject) -> None:
        """grounding: Google's `groundingMetadata`, or a part of it."""
        self._grounding = merged(self._grounding, grounding)

    def citations(self) -> Iterator[JsonObject]:
        """Those of what was said by now that were not given out before."""
        if not self._grounding or not self._pieces:
            return
        said = "".join(text for text, _ in self._pieces)
        for each in citations(self._pieces, self._grounding):
            # What ends where it starts stands for a text that is still to come.
            if each in self._cited or each.start == each.end:
                continue
            self._cited.add(each)
            yield {
                "type": "web_search_result_location",
                "cited_text": said[each.start : each.end],
                "url": each.url,
                "title": each.title,
                "encrypted_index": "",
            }

    @property
    def searches(self) -> int:
        """How often Google searched."""
        return len(self._queries) or (1 if self._pages() else 0)

    def search(self, id_: str) -> tuple[JsonObject, JsonObject] | None:
        """The blocks of the call and of its result; None where nothing was searched.

        One pair for all queries: Google does not tell which of them found what.
        """
        pages = self._pages()
        if not (self._queries or pages):
            return None
        query = "; ".join(self._queries)
        found = [
            {
                "type": "web_search_result",
                "url": url,
                "title": title,
                "encrypted_content": "",
                "page_age": None,
            }
            for url, title in pages.items()
        ]
        return (
            {"type": "server_tool_use", "id": id_, "name": _TOOL, "input": {"query": query}},
            {"type": f"{_TOOL}_tool_result", "tool_use_id": id_, "content": found},
        )

    @property
    def _queries(self) -> list[str]:
        queries: list[str] = self._grounding.get("webSearchQueries", [])
        return queries

    def _pages(self) -> dict[str, str]:
        """Address to title."""
        webs = (chunk.get("web") or {} for chunk in self._grounding.get("groundingChunks", ()))
        return {web["uri"]: web.get("title", "") for web in webs if web.get("uri")}
