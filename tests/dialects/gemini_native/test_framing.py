"""Streams as server-sent events, and as one JSON array."""

import orjson
import pytest

from proxy_core.dialects.gemini_native.framing import ArrayFraming, SseFraming
from proxy_core.errors import Problem, ProblemKind

BLOCKS = [b'data: {"a":1}\r\n\r\n', b'data: {"b":"]"}\r\n\r\n']
PROBLEM = Problem(ProblemKind.BAD_UPSTREAM, "Cut short.")


def test_events_go_out_as_they_came() -> None:
    framing = SseFraming()
    assert framing.frames(BLOCKS[:1]) == BLOCKS[0]
    assert framing.frames(BLOCKS) + framing.end() == b"".join(BLOCKS)


def test_a_failure_is_an_event_with_an_error_object() -> None:
    frame = SseFraming().fail(PROBLEM)
    assert frame.startswith(b"data: ")
    assert frame.endswith(b"\r\n\r\n")
    assert orjson.loads(frame[6:])["error"]["message"] == "Cut short."


def test_an_array_holds_every_chunk_and_ends_once() -> None:
    framing = ArrayFraming()
    sent = framing.frames(BLOCKS[:1]) + framing.keep_alive + framing.frames(BLOCKS[1:])
    assert orjson.loads(sent + framing.end()) == [{"a": 1}, {"b": "]"}]


def test_an_array_of_nothing_is_an_array() -> None:
    assert orjson.loads(ArrayFraming().end()) == []


@pytest.mark.parametrize("sent", [[], BLOCKS])
def test_a_failure_ends_the_array_so_that_it_can_be_read(sent: list[bytes]) -> None:
    framing = ArrayFraming()
    whole = orjson.loads(framing.frames(sent) + framing.fail(PROBLEM))
    assert len(whole) == len(sent) + 1
    assert whole[-1]["error"]["message"] == "Cut short."


def test_silence_is_filled_with_what_readers_skip() -> None:
    assert not SseFraming.keep_alive.strip()
    assert not ArrayFraming.keep_alive.strip()


def test_a_block_without_data_is_no_element() -> None:
    framing = ArrayFraming()
    assert framing.frames([b": comment\r\n\r\n"]) == b""
    assert orjson.loads(framing.frames(BLOCKS) + framing.end()) == [{"a": 1}, {"b": "]"}]
