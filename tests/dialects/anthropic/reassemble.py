"""Puts a stream of events together again, strictly: order, indices and names must be right."""

from typing import Any

import orjson

from proxy_core.gemini.wire import JsonObject

CALLS = ("tool_use", "server_tool_use")
DELTAS = {
    "text_delta": (("text",), "text"),
    "thinking_delta": (("thinking",), "thinking"),
    "signature_delta": (("thinking",), "signature"),
    "input_json_delta": (CALLS, "partial_json"),
    "citations_delta": (("text",), "citation"),
}
"Type of a delta to the blocks that it belongs in, and its own field."


def events(stream: bytes) -> list[JsonObject]:
    """The data of every event; its name stands in it, too."""
    *blocks, rest = stream.split(b"\n\n")
    assert rest == b""
    found = []
    for block in blocks:
        name, data = block.split(b"\n")
        event = orjson.loads(data.removeprefix(b"data: "))
        assert name == b"event: " + event["type"].encode()
        found.append(event)
    return found


def reassemble(stream: bytes) -> JsonObject:
    """The message that a complete stream amounts to, in the form of a whole one."""
    start, *between, delta, stop = [each for each in events(stream) if each["type"] != "ping"]
    assert start["type"] == "message_start"
    assert (start["message"]["content"], start["message"]["stop_reason"]) == ([], None)
    assert delta["type"] == "message_delta"
    assert stop == {"type": "message_stop"}
    message: JsonObject = start["message"] | {"content": _content(between)} | delta["delta"]
    message["usage"] |= delta["usage"]
    return message


def _content(between: list[JsonObject]) -> list[JsonObject]:
    blocks: list[JsonObject] = []
    is_open = False
    for event in between:
        match event["type"]:
            case "content_block_start":
                assert not is_open, "blocks overlap"
                assert event["index"] == len(blocks)
                blocks.append(event["content_block"])
                is_open = True
            case "content_block_delta":
                assert is_open
                assert event["index"] == len(blocks) - 1
                _take(blocks[-1], event["delta"])
            case "content_block_stop":
                assert is_open
                assert event["index"] == len(blocks) - 1
                is_open = False
                if blocks[-1]["type"] in CALLS:
                    blocks[-1]["input"] = orjson.loads(blocks[-1].pop("partial_json"))
            case other:
                raise AssertionError(other)
    assert not is_open
    return blocks


def _take(block: JsonObject, delta: JsonObject) -> None:
    kinds, field = DELTAS[delta["type"]]
    assert block["type"] in kinds
    value: Any = delta[field]
    if field == "citation":
        block.setdefault("citations", []).append(value)
        return
    assert not block.get("signature"), "the signature is the last of its block"
    assert value or kinds is CALLS, "an empty delta"
    block[field] = block.get(field, "") + value
