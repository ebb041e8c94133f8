from hypothesis import given
from hypothesis import strategies as st

from desktop.chat.sse import EventReader

_LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
_EVENTS = st.lists(st.lists(_LINES, min_size=1, max_size=3), max_size=6)


@given(_EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_any_cut_of_the_bytes_gives_the_same_events(
    events: list[list[str]], end: str, data: st.DataObject
) -> None:
    told = "".join(
        f": a comment{end}event: chunk{end}" + "".join(f"data: {line}{end}" for line in lines) + end
        for lines in events
    ).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(told)), max_size=8)))
    reader, read = EventReader(), []
    for start, stop in zip([0, *cuts], [*cuts, len(told)], strict=True):
        read += reader.feed(told[start:stop])
    assert read == ["\n".join(lines) for lines in events]


def test_a_line_end_torn_apart_counts_once() -> None:
    reader = EventReader()
    assert reader.feed(b"data: a\r") == []
    assert reader.feed(b"\ndata: b\r") == []
    assert reader.feed(b"\n") == []
    assert reader.feed(b"\r\n") == ["a\nb"]


def test_an_event_without_data_is_nothing() -> None:
    assert EventReader().feed(b": keep-alive\n\nevent: ping\n\n") == []


def test_an_event_that_has_not_ended_is_not_handed_out() -> None:
    assert EventReader().feed(b"data: half\n") == []
