"""Puts a stream of chat completion chunks together again, by the rules that the SDKs go by.

Strings of deltas are joined, objects merged, lists of objects joined by their `index`.
"""

from typing import Any

import orjson

from proxy_core.gemini.wire import JsonObject


def events(stream: bytes) -> list[JsonObject]:
    """The chunks of a complete stream, without its `[DONE]`."""
    *blocks, rest = stream.split(b"\n\n")
    assert rest == b""
    assert blocks.pop() == b"data: [DONE]"
    return [orjson.loads(block.removeprefix(b"data: ")) for block in blocks]


def reassemble(stream: bytes) -> JsonObject:
    """The answer that the stream amounts to, in the form of a whole one."""
    choices: dict[int, JsonObject] = {}
    answer: JsonObject = {}
    for event in events(stream):
        assert event["object"] == "chat.completion.chunk"
        if event.get("usage"):
            answer["usage"] = event["usage"]
        for delta in event["choices"]:
            _take(choices.setdefault(delta["index"], {"message": {}, "logprobs": None}), delta)
        answer |= {key: event[key] for key in ("id", "created", "model")}
    return {**answer, "choices": [choices[index] for index in sorted(choices)]}


def _take(choice: JsonObject, delta: JsonObject) -> None:
    assert "finish_reason" not in choice, "something came after the end of the choice"
    choice["index"] = delta["index"]
    merge(choice["message"], delta["delta"])
    if delta["logprobs"]:
        known = choice["logprobs"] or {"content": [], "refusal": None}
        known["content"] += delta["logprobs"]["content"]
        choice["logprobs"] = known
    if delta["finish_reason"]:
        choice["finish_reason"] = delta["finish_reason"]


def merge(into: JsonObject, delta: JsonObject) -> None:
    for key, value in delta.items():
        into[key] = _joined(into[key], value) if key in into else _first(value)


def _first(value: Any) -> Any:
    if isinstance(value, list) and value and "index" in value[0]:
        return _joined([], value)
    return value


def _joined(known: Any, value: Any) -> Any:
    if isinstance(value, str):
        return known + value
    if isinstance(value, dict):
        merge(known, value)
        return known
    assert isinstance(value, list), f"{value!r} was sent twice"
    for entry in value:
        rest = {key: each for key, each in entry.items() if key != "index"}
        if entry["index"] == len(known):
            known.append(rest)
        else:
            merge(known[entry["index"]], rest)
    return known
