"""Any cut of a long answer into hops and drops gives the same answer as one piece."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.gemini.long_answer import Diverged, LongAnswer, token_of
from proxy_core.gemini.wire import Chunk, JsonObject, Part

PLAIN = st.builds(
    lambda text, thought: {"text": text, "thought": True} if thought else {"text": text},
    st.text("abc ", max_size=6),
    st.booleans(),
)
CALL = st.builds(lambda name: {"functionCall": {"name": name, "args": {}}}, st.sampled_from("fg"))
SIGNED = st.just({"text": "", "thoughtSignature": "c2ln"})
PARTS = st.lists(PLAIN | CALL | SIGNED, min_size=1, max_size=8)


def chunk(*parts: JsonObject, finish: str | None = None, token: str | None = None) -> Chunk:
    candidate: JsonObject = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    if finish is not None:
        candidate["finishReason"] = finish
    if token is not None:
        candidate["continuationToken"] = token
    return cast("Chunk", {"candidates": [candidate]})


def runs(parts: Sequence[JsonObject]) -> list[JsonObject]:
    """The parts with plain text of one kind joined, and none that is empty."""
    joined: list[JsonObject] = []
    for part in parts:
        if part.keys() <= {"text", "thought"}:
            if not part["text"]:
                continue
            last = joined[-1] if joined else {}
            if last.keys() == part.keys() and "text" in last and "thoughtSignature" not in last:
                joined[-1] = {**last, "text": last["text"] + part["text"]}
                continue
        joined.append(dict(part))
    return joined


def parts_of(chunks: Sequence[Chunk | None]) -> list[JsonObject]:
    found: list[JsonObject] = []
    for one in chunks:
        for candidate in (one or {}).get("candidates", ()):
            found += cast("list[JsonObject]", candidate.get("content", {}).get("parts", []))
    return found


@dataclass
class Model:
    """Says the same parts at any time, from any place on."""

    parts: list[JsonObject]

    def hop(self, start: int, end: int, checkpoints: set[int]) -> list[Chunk]:
        chunks = []
        for place in range(start, end):
            last = place + 1 == len(self.parts)
            finish = "STOP" if last else ("CONTINUATION" if place + 1 == end else None)
            marked = place + 1 in checkpoints or finish == "CONTINUATION"
            token = str(place + 1) if marked and not last else None
            chunks.append(chunk(self.parts[place], finish=finish, token=token))
        return chunks


@settings(deadline=None)
@given(PARTS, st.data())
def test_any_cut_into_hops_and_drops_says_what_one_piece_says(
    parts: list[JsonObject], data: st.DataObject
) -> None:
    model = Model(parts)
    answer = LongAnswer()
    given_out: list[Chunk | None] = []
    start, ended = 0, False
    for _ in range(30):
        end = data.draw(st.integers(start + 1, len(parts)))
        checkpoints = data.draw(st.sets(st.integers(1, len(parts))))
        chunks = model.hop(start, end, checkpoints)
        dropped_after = data.draw(st.integers(0, len(chunks)))
        resumable = answer.token is not None or any(map(token_of, chunks[:dropped_after]))
        if not resumable:
            dropped_after = len(chunks)
        given_out += [answer.take(one) for one in chunks[:dropped_after]]
        if dropped_after == len(chunks) and end == len(parts):
            ended = True
            break
        start = int(answer.resume())
    if ended:
        assert runs(parts_of(given_out)) == runs(parts)
    else:
        assert runs(parts)[: len(runs(parts_of(given_out))) - 1] == runs(parts_of(given_out))[:-1]


@settings(deadline=None)
@given(st.text("ab", min_size=1, max_size=8), st.data())
def test_text_that_is_cut_otherwise_the_second_time_is_known_again(
    text: str, data: st.DataObject
) -> None:
    answer = LongAnswer()
    answer.take(chunk(token="1"))
    given_first = data.draw(st.integers(1, len(text)))
    out = [answer.take(chunk({"text": one})) for one in text[:given_first]]
    answer.resume()
    cut = data.draw(st.integers(0, len(text)))
    out += [answer.take(chunk({"text": text[:cut]})), answer.take(chunk({"text": text[cut:]}))]
    assert "".join(part["text"] for part in parts_of(out)) == text


def broken_after(*parts: JsonObject) -> LongAnswer:
    """An answer that broke off, and is being resumed, after these parts behind a checkpoint."""
    answer = LongAnswer()
    answer.take(chunk({"text": "before"}, token="t"))
    for part in parts:
        answer.take(chunk(part))
    answer.resume()
    return answer


@pytest.mark.parametrize(
    ("given_out", "comes"),
    [
        ({"text": "red"}, {"text": "rose"}),
        ({"text": "red"}, {"text": "red", "thought": True}),
        ({"text": "red"}, {"functionCall": {"name": "f"}}),
        ({"functionCall": {"name": "f"}}, {"functionCall": {"name": "g"}}),
        ({"functionCall": {"name": "f"}}, {"text": "red"}),
        ({"text": "red", "thoughtSignature": "a"}, {"text": "red", "thoughtSignature": "b"}),
    ],
)
def test_an_answer_that_goes_another_way_is_no_lie_to_the_client(
    given_out: JsonObject, comes: JsonObject
) -> None:
    with pytest.raises(Diverged):
        broken_after(given_out).take(chunk(comes))


def test_an_answer_that_ends_before_what_was_given_out_is_another() -> None:
    with pytest.raises(Diverged):
        broken_after({"text": "red"}).take(chunk({"text": "re"}, finish="STOP"))


def test_a_call_that_was_given_out_does_not_come_again() -> None:
    call: JsonObject = {"functionCall": {"id": "1", "name": "f", "args": {}}}
    answer = broken_after(call)
    assert answer.take(chunk(call)) is None
    assert parts_of([answer.take(chunk({"text": "more"}, finish="STOP"))]) == [{"text": "more"}]


def test_a_hop_may_end_amid_what_was_given_out() -> None:
    answer = broken_after({"text": "red rose"})
    assert parts_of([answer.take(chunk({"text": "red "}, finish="CONTINUATION", token="u"))]) == []
    assert answer.resume() == "u"
    new = answer.take(chunk({"text": "rose is"}, finish="STOP"))
    assert parts_of([new]) == [{"text": " is"}]


def test_the_end_of_a_hop_is_not_shown_and_its_words_are() -> None:
    answer = LongAnswer()
    taken = answer.take(chunk({"text": "red"}, finish="CONTINUATION", token="t"))
    assert answer.is_open
    assert taken == chunk({"text": "red"})


def test_a_hop_that_ends_without_a_token_stays_as_it_is() -> None:
    answer = LongAnswer()
    last = chunk({"text": "red"}, finish="CONTINUATION")
    assert answer.take(last) is last
    assert not answer.is_open


def test_what_cannot_go_on_ends_in_a_continuation_that_nobody_resumes() -> None:
    answer = LongAnswer()
    counts = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}
    answer.take({**chunk(finish="CONTINUATION", token="t"), "usageMetadata": counts})  # type: ignore[typeddict-item]
    assert answer.unresumed() == {
        "candidates": [{"index": 0, "finishReason": "CONTINUATION"}],
        "usageMetadata": counts,
    }
    assert not answer.is_open


def counted(parts: Sequence[Part], token: str | None = None, **counts: int) -> Chunk:
    made: Any = {**chunk(*cast("Any", parts), token=token), "usageMetadata": counts}
    return cast("Chunk", made)


def test_output_is_summed_and_the_prompt_is_that_of_the_first_hop() -> None:
    answer = LongAnswer()
    first = counted(
        [],
        "t",
        promptTokenCount=10,
        cachedContentTokenCount=4,
        candidatesTokenCount=5,
        thoughtsTokenCount=7,
        totalTokenCount=22,
    )
    answer.take(first)
    answer.resume()
    answer.take(counted([], promptTokenCount=12, candidatesTokenCount=6, totalTokenCount=18))
    assert answer.counts == {
        "promptTokenCount": 10,
        "cachedContentTokenCount": 4,
        "candidatesTokenCount": 11,
        "thoughtsTokenCount": 7,
        "totalTokenCount": 28,
    }


def test_output_after_the_checkpoint_is_not_counted_twice() -> None:
    answer = LongAnswer()
    answer.take(counted([{"text": "a"}], "t", promptTokenCount=9, candidatesTokenCount=1))
    answer.take(counted([{"text": "b"}], promptTokenCount=9, candidatesTokenCount=2))
    answer.resume()
    answer.take(counted([{"text": "b"}], promptTokenCount=9, candidatesTokenCount=1))
    assert answer.counts is not None
    assert answer.counts["candidatesTokenCount"] == 2


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"candidates": []},
        {"candidates": [7]},
        {"candidates": [{}, {"continuationToken": "t"}]},
        {"candidates": [{"continuationToken": 7}]},
        {"candidates": [{"content": 7, "continuationToken": ""}]},
        {"candidates": [{"content": {"parts": 7}}], "usageMetadata": 7},
    ],
)
def test_odd_chunks_pass_as_they_are(odd: Any) -> None:
    answer = LongAnswer()
    assert token_of(odd) is None
    assert answer.take(odd) is odd
    assert answer.token is None
