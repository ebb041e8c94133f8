"""Bytes of `chat.completion.chunk` frames; what is constant in a stream is encoded once.

Text makes up nearly all frames of a stream, so only the text itself is encoded anew: measured
at a quarter of encoding the whole object (0.29 against 1.14 µs).
"""

import orjson

from proxy_core.gemini.wire import JsonObject

_OPENING = b'{"role":"assistant","content":""}'
_TAIL = b',"logprobs":null,"finish_reason":null}]}\n\n'
_TEXT_TAIL = b"}" + _TAIL


class Frames:
    """Frames of one stream. Per exchange."""

    __slots__ = ("_head",)

    def __init__(self, id_: str, created: int, model: str) -> None:
        head = orjson.dumps(
            {"id": id_, "object": "chat.completion.chunk", "created": created, "model": model}
        )
        self._head = b"data: " + head[:-1] + b","

    def choice(self, index: int) -> "ChoiceFrames":
        return ChoiceFrames(self._head + b'"choices":[{"index":%d,"delta":' % index)

    def usage(self, usage: JsonObject) -> bytes:
        """The extra last chunk of `include_usage`, which has no choice."""
        return b'%b"choices":[],"usage":%b}\n\n' % (self._head, orjson.dumps(usage))


class ChoiceFrames:
    """Frames of one choice of a stream."""

    __slots__ = ("_head", "_reasoning_head", "_text_head")

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._text_head = head + b'{"content":'
        self._reasoning_head = head + b'{"reasoning_content":'

    def opening(self) -> bytes:
        return self._head + _OPENING + _TAIL

    def text(self, text: str) -> bytes:
        return self._text_head + orjson.dumps(text) + _TEXT_TAIL

    def reasoning(self, text: str) -> bytes:
        return self._reasoning_head + orjson.dumps(text) + _TEXT_TAIL

    def delta(self, delta: JsonObject) -> bytes:
        return self._head + orjson.dumps(delta) + _TAIL

    def logprobs(self, content: list[JsonObject]) -> bytes:
        logprobs = orjson.dumps({"content": content, "refusal": None})
        return b'%b{},"logprobs":%b,"finish_reason":null}]}\n\n' % (self._head, logprobs)

    def tool_call(self, index: int, entry: JsonObject) -> bytes:
        """Id and name once, then the arguments: the SDKs join the strings of all deltas."""
        kind = entry["type"]
        value = "input" if kind == "custom" else "arguments"
        head = {"index": index, **entry, kind: {"name": entry[kind]["name"], value: ""}}
        rest = {"index": index, kind: {value: entry[kind][value]}}
        return self.delta({"tool_calls": [head]}) + self.delta({"tool_calls": [rest]})

    def function_call(self, call: JsonObject) -> bytes:
        head = {"name": call["name"], "arguments": ""}
        rest = {"arguments": call["arguments"]}
        return self.delta({"function_call": head}) + self.delta({"function_call": rest})

    def finish(self, reason: str) -> bytes:
        return b'%b{},"logprobs":null,"finish_reason":"%b"}]}\n\n' % (self._head, reason.encode())


class SilentFrames(ChoiceFrames):
    """Frames of a whole answer: there are none."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(b"")

    def opening(self) -> bytes:
        return b""

    def text(self, text: str) -> bytes:  # noqa: ARG002
        return b""

    reasoning = text

    def delta(self, delta: JsonObject) -> bytes:  # noqa: ARG002
        return b""

    def logprobs(self, content: list[JsonObject]) -> bytes:  # noqa: ARG002
        return b""

    def tool_call(self, index: int, entry: JsonObject) -> bytes:  # noqa: ARG002
        return b""

    def function_call(self, call: JsonObject) -> bytes:  # noqa: ARG002
        return b""


SILENT = SilentFrames()
