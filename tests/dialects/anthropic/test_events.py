import orjson

from proxy_core.dialects.anthropic.events import MESSAGE_STOP, PING, BlockFrames, KeptBlocks, event
from tests.dialects.anthropic.reassemble import events


def test_every_event_has_both_its_lines() -> None:
    assert PING == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert MESSAGE_STOP == b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    assert event("x", a=1) == b'event: x\ndata: {"type":"x","a":1}\n\n'


def test_indices_rise_by_one() -> None:
    frames = BlockFrames()
    told = frames.start({"type": "text", "text": ""}) + frames.text('"\né') + frames.stop()
    told += frames.start({"type": "thinking"}) + frames.thinking("a") + frames.signature("s")
    assert [each["index"] for each in events(told + frames.stop())] == [0, 0, 0, 1, 1, 1, 1]


def test_text_put_together_from_bytes_is_the_event_as_json() -> None:
    frames = BlockFrames()
    frames.start({"type": "text", "text": ""})
    delta = {"type": "text_delta", "text": '"\né'}
    assert frames.text('"\né') == event("content_block_delta", index=0, delta=delta)


def test_input_goes_out_whole_even_where_there_is_none() -> None:
    frames = BlockFrames()
    frames.start({"type": "tool_use"})
    (sent,) = events(frames.tool_input({}))
    assert orjson.loads(sent["delta"]["partial_json"]) == {}


def test_a_stream_lets_the_signature_go_whose_text_is_out() -> None:
    assert BlockFrames().late_signature("s") == b""


def test_a_whole_answer_puts_it_before_the_text() -> None:
    kept = KeptBlocks()
    kept.start({"type": "text", "text": ""})
    kept.text("a")
    kept.late_signature("s")
    kept.text("b")
    kept.stop()
    assert kept.blocks == [
        {"type": "thinking", "thinking": "", "signature": "s"},
        {"type": "text", "text": "ab"},
    ]


def test_or_into_the_thoughts_before_the_text() -> None:
    kept = KeptBlocks()
    kept.start({"type": "thinking", "thinking": "", "signature": ""})
    kept.thinking("hm")
    kept.stop()
    kept.start({"type": "text", "text": ""})
    kept.late_signature("s")
    kept.stop()
    assert kept.blocks[0] == {"type": "thinking", "thinking": "hm", "signature": "s"}
    assert len(kept.blocks) == 2


CALL = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}}
RESULT = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}


def test_a_stream_tells_of_a_search_behind_the_text() -> None:
    frames = BlockFrames()
    frames.start({"type": "text", "text": ""})
    start, delta, _stop, result, _end = events(frames.search(CALL, RESULT))
    assert start["content_block"] == {**CALL, "input": {}}
    assert orjson.loads(delta["delta"]["partial_json"]) == CALL["input"]
    assert (result["index"], result["content_block"]) == (2, RESULT)


def test_a_whole_answer_tells_of_it_before_the_text() -> None:
    kept = KeptBlocks()
    kept.search(CALL, RESULT)
    assert kept.blocks == [CALL, RESULT]
    kept = KeptBlocks()
    for kind in ("thinking", "text", "tool_use"):
        kept.start({"type": kind})
    kept.search(CALL, RESULT)
    assert [block["type"] for block in kept.blocks] == [
        "thinking", "server_tool_use", "web_search_tool_result", "text", "tool_use"
    ]  # fmt: skip
