"""Puts a stream of response events together again, and holds it to every rule of the sequence.

Numbers rise by one from 0, the response keeps its id, items are announced in order, one at a time,
and grow only between announcement and end, and the last event repeats them all.
"""

from typing import Any

import orjson

from proxy_core.gemini.wire import JsonObject

LAST = ("response.completed", "response.incomplete", "response.failed")
_GROWS = {
    "response.output_text.delta": ("content", "text"),
    "response.refusal.delta": ("content", "refusal"),
    "response.reasoning_summary_text.delta": ("summary", "text"),
}
_FILLS = {
    "response.function_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
    "response.code_interpreter_call_code.delta": "code",
}


def events(stream: bytes) -> list[JsonObject]:
    """The events of a stream; `event:` says what `type` says, and the numbers are right."""
    *blocks, rest = stream.split(b"\n\n")
    assert rest == b""
    found = []
    for number, block in enumerate(blocks):
        first, second = block.split(b"\n")
        event = orjson.loads(second.removeprefix(b"data: "))
        assert first == b"event: " + event["type"].encode()
        assert event["sequence_number"] == number
        found.append(event)
    return found


def fold(stream: bytes) -> JsonObject:
    """The response that the stream amounts to, built from its small events."""
    created, in_progress, *middle, last = events(stream)
    assert created["type"] == "response.created"
    assert in_progress["type"] == "response.in_progress"
    assert created["response"] == in_progress["response"]
    assert created["response"]["status"] == "in_progress"
    assert created["response"]["output"] == []
    assert last["type"] in LAST
    assert last["type"] == f"response.{last['response']['status']}"
    assert last["response"]["id"] == created["response"]["id"]
    state = _Items()
    for event in middle:
        state.take(event)
    if last["type"] != "response.failed":
        assert state.open is None
        assert state.done == last["response"]["output"]
    return {**last["response"], "output": last["response"]["output"]}


class _Items:
    def __init__(self) -> None:
        self.done: list[JsonObject] = []
        self.open: JsonObject | None = None

    def take(self, event: JsonObject) -> None:
        kind = event["type"]
        assert event["output_index"] == len(self.done)
        if kind == "response.output_item.added":
            assert self.open is None
            self.open = event["item"]
            return
        assert self.open is not None, f"{kind} before its item"
        if kind == "response.output_item.done":
            self._finish(event["item"])
            return
        assert event["item_id"] == self.open["id"]
        if kind in _FILLS:
            self.open[_FILLS[kind]] += event["delta"]
        else:
            self._grow(kind, event)

    def _grow(self, kind: str, event: JsonObject) -> None:
        assert self.open is not None
        if kind.endswith("part.added"):
            parts = self._parts(event)
            assert len(parts) == event.get("content_index", event.get("summary_index"))
            parts.append(event["part"])
        elif kind in _GROWS:
            field, said = _GROWS[kind]
            self.open[field][0][said] += event["delta"]
        elif kind == "response.output_text.annotation.added":
            annotations = self.open["content"][0]["annotations"]
            assert len(annotations) == event["annotation_index"]
            annotations.append(event["annotation"])
        elif kind.endswith("part.done"):
            assert self._parts(event)[0] == event["part"]

    def _parts(self, event: JsonObject) -> list[Any]:
        assert self.open is not None
        parts: list[Any] = self.open["summary" if "summary_index" in event else "content"]
        return parts

    def _finish(self, item: JsonObject) -> None:
        assert self.open is not None
        grown = {**self.open, "status": item.get("status")}
        late = {"result": item.get("result"), "outputs": item.get("outputs")}
        known = {key: value for key, value in grown.items() if key not in late}
        for key, value in known.items():
            assert item.get(key) == value, key
        self.done.append(item)
        self.open = None
