from typing import Any

from proxy_core.dialects.anthropic.sources import Sources
from proxy_core.gemini.wire import JsonObject


def grounding(*places: tuple[int, int], **fields: Any) -> JsonObject:
    """Metadata by which one source stands behind each place, in bytes of the answer."""
    return {
        "webSearchQueries": ["tallest tower", "its height"],
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}, {"maps": {}}],
        "groundingSupports": [
            {"segment": {"startIndex": start, "endIndex": end}, "groundingChunkIndices": [0]}
            for start, end in places
        ],
        **fields,
    }


def cited(sources: Sources) -> list[str]:
    return [citation["cited_text"] for citation in sources.citations()]


def test_a_source_is_cited_once_behind_the_text_that_it_stands_for() -> None:
    sources = Sources()
    sources.learn(grounding((0, 3), (3, 6)))
    sources.said("abc", counted=True)
    assert cited(sources) == ["abc"]
    sources.said("def", counted=True)
    assert cited(sources) == ["def"]
    assert cited(sources) == []


def test_a_source_that_is_known_late_is_cited_all_the_same() -> None:
    sources = Sources()
    sources.said("abc", counted=True)
    assert cited(sources) == []
    sources.learn(grounding((0, 3)))
    assert cited(sources) == ["abc"]


def test_a_search_tells_its_queries_and_every_page_once() -> None:
    sources = Sources()
    sources.learn(grounding(groundingChunks=[{"web": {"uri": "https://a.example"}}] * 2))
    search = sources.search("srvtoolu_1")
    assert search is not None
    call, result = search
    assert call == {
        "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
        "input": {"query": "tallest tower; its height"},
    }  # fmt: skip
    assert result["tool_use_id"] == "srvtoolu_1"
    assert result["content"] == [
        {
            "type": "web_search_result", "url": "https://a.example", "title": "",
            "encrypted_content": "", "page_age": None,
        }
    ]  # fmt: skip
    assert sources.searches == 2


def test_an_answer_without_a_search_tells_of_none() -> None:
    sources = Sources()
    assert sources.search("srvtoolu_1") is None
    sources.learn({"searchEntryPoint": {}})
    assert sources.search("srvtoolu_1") is None
    assert sources.searches == 0
