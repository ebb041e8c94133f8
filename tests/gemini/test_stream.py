import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.gemini.stream import EventSplitter, data_blocks, event_data

STREAMS = st.lists(
    st.sampled_from([b"\r\n", b"\n", b"\r", b"data: {}", b": ping", b"\r\n\r\n", b"\n\n", b"x"])
).map(b"".join)


def split(pieces: list[bytes]) -> tuple[list[bytes], bytes]:
    splitter = EventSplitter()
    blocks = [block for piece in pieces for block in splitter.feed(piece)]
    return blocks, splitter.rest()


@given(STREAMS, st.lists(st.integers(0, 60)))
def test_any_cut_of_a_stream_gives_the_same_blocks(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    single = [stream[i : i + 1] for i in range(len(stream))]
    assert split(pieces) == split(single) == split([stream])


@given(STREAMS)
def test_blocks_and_rest_together_are_the_stream(stream: bytes) -> None:
    blocks, rest = split([stream])
    assert b"".join(blocks) + rest == stream


@given(STREAMS)
def test_every_block_ends_at_its_first_empty_line(stream: bytes) -> None:
    for block in split([stream])[0]:
        ends = [m.end() for m in re.finditer(rb"\n\r?\n|\n\r(?!\n)|\r\r", block)]
        assert ends[:1] == [len(block)]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n"])
def test_every_kind_of_boundary_ends_a_block(end: bytes) -> None:
    first, second = b"data: 1" + end, b"data: 2" + end
    assert split([first + second + b"data: 3"]) == ([first, second], b"data: 3")


def test_a_read_of_one_whole_event_is_handed_out_as_it_came() -> None:
    data = b'data: {"a": 1}\r\n\r\n'
    assert EventSplitter().feed(data)[0] is data


def test_a_block_of_many_lines_stays_one() -> None:
    block = b"event: x\ndata: 1\ndata: 2\n\n"
    assert split([block]) == ([block], b"")


def test_a_boundary_cut_in_the_middle_is_found() -> None:
    assert split([b"data: 1\r\n", b"\r", b"\ndata: 2"]) == ([b"data: 1\r\n\r\n"], b"data: 2")


def test_a_large_event_in_many_reads_is_scanned_once() -> None:
    piece = b"x" * 65_536
    blocks, rest = split([b"data: ", *[piece] * 400, b"\r\n", b"\r\n"])
    assert len(blocks) == 1
    assert len(blocks[0]) == 400 * 65_536 + 10
    assert rest == b""


@pytest.mark.parametrize(
    ("block", "data"),
    [
        (b'data: {"a": 1}\r\n\r\n', b'{"a": 1}'),
        (b'data:{"a": 1}\n\n', b'{"a": 1}'),
        (b"event: e\ndata: 1\ndata: 2\n\n", b"1\n2"),
        (b"data: 1\rdata: 2\r\r", b"1\n2"),
        (b": keep-alive\n\n", b""),
        (b"\r\n", b""),
        (b"\r\ndata: 1\r\n\r\n", b"1"),
        (b'{"error": {}}\r\n\r\n', b'{"error": {}}'),
        (b'{\n "error": {}\n}\n', b'{\n "error": {}\n}'),
        (b'[{"error": {}}]', b'[{"error": {}}]'),
        (b"data: [DONE]\n\n", b"[DONE]"),
        (b'\xef\xbb\xbfdata: {"a": 1}\r\n\r\n', b'{"a": 1}'),
        (b"", b""),
    ],
)
def test_the_data_of_a_block(block: bytes, data: bytes) -> None:
    assert event_data(block) == data


def test_of_blocks_only_their_data_goes_on() -> None:
    usual = b'data: {"a": 1}\r\n\r\n'
    assert data_blocks([usual]) == [usual]
    named, bare, page = b'event: e\nid: 1\ndata:{"b": 2}\n\n', b'{"c": 3}\n\n', b"<html>\n\n"
    assert data_blocks([b": hi\n\n", usual, named, b"\r\n", bare, page]) == [
        usual,
        b'data: {"b": 2}\r\n\r\n',
        b'data: {"c": 3}\r\n\r\n',
    ]
    assert data_blocks([b": hi\n\n"]) == []


def test_data_of_several_lines_keeps_them() -> None:
    assert data_blocks([b"data:1\ndata:2\n\n"]) == [b"data: 1\ndata: 2\r\n\r\n"]
