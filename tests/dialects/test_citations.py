from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.citations import Piece, citations, merged


def place(pieces: list[Piece], start: int, end: int) -> tuple[int, int]:
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}],
        "groundingSupports": [
            {"segment": {"startIndex": start, "endIndex": end}, "groundingChunkIndices": [0]}
        ],
    }
    (found,) = citations(pieces, grounding)
    return found.start, found.end


@given(st.lists(st.tuples(st.text(max_size=4), st.booleans()), min_size=1, max_size=6), st.data())
def test_byte_offsets_become_the_characters_of_the_same_text(
    pieces: list[Piece], data: st.DataObject
) -> None:
    answer = "".join(text for text, counted in pieces if counted)
    start = data.draw(st.integers(0, len(answer)))
    end = data.draw(st.integers(start, len(answer)))
    found = place(pieces, len(answer[:start].encode()), len(answer[:end].encode()))
    content = "".join(text for text, _ in pieces)
    marks = [mark for text, counted in pieces for mark in [counted] * len(text)]
    cited = [content[index] for index in range(*found) if marks[index]]
    assert "".join(cited) == answer[start:end]


def test_an_offset_beyond_the_text_is_its_end() -> None:
    assert place([("Köln", True)], 0, 99) == (0, 4)


def test_a_source_that_is_no_web_page_is_left_out() -> None:
    grounding = {
        "groundingChunks": [{"retrievedContext": {"uri": "x"}}],
        "groundingSupports": [{"segment": {}, "groundingChunkIndices": [0, 3]}],
    }
    assert citations([("a", True)], grounding) == []


def _source(name: str) -> dict[str, dict[str, str]]:
    return {"web": {"uri": f"https://{name}.example", "title": name}}


def test_sources_of_several_chunks_follow_one_another() -> None:
    first = {"webSearchQueries": ["q"], "groundingChunks": [_source("a")]}
    second = {
        "groundingChunks": [_source("b")],
        "groundingSupports": [
            {"segment": {"endIndex": 1}, "groundingChunkIndices": [0]},
            {"segment": {"startIndex": 1, "endIndex": 2}, "groundingChunkIndices": [1]},
        ],
    }
    grounding = merged(merged({}, first), second)
    assert grounding["webSearchQueries"] == ["q"]
    assert [each.title for each in citations([("xy", True)], grounding)] == ["a", "b"]
    assert first["groundingChunks"] == [_source("a")]


def test_sources_that_are_told_anew_count_once() -> None:
    first = {"groundingChunks": [_source("a")]}
    anew = {"groundingChunks": [_source("a"), _source("b")]}
    assert merged(first, anew) == anew
    assert merged(anew, anew) == anew
