"""Bytes of the events of a stream; every one has its name twice, since the SDK needs both.

Text makes up nearly all of a stream, so its frame is put together from bytes that are encoded
once for each block, and only the text itself is encoded anew.
"""

import orjson

from proxy_core.gemini.wire import JsonObject


def event(name: str, **fields: object) -> bytes:
    """One event with its data."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps({"type": name, **fields}))


PING = event("ping")
MESSAGE_STOP = event("message_stop")

_TAIL = b"}}\n\n"


class BlockFrames:
    """Implements Blocks: the frames of one stream's content blocks. Per exchange."""

    __slots__ = ("_head", "_index", "_text_head")

    def __init__(self) -> None:
        self._index = -1
        self._head = self._text_head = b""

    def start(self, block: JsonObject) -> bytes:
        self._index += 1
        self._head = (
            b"event: content_block_delta\n"
            b'data: {"type":"content_block_delta","index":%d,"delta":' % self._index
        )
        self._text_head = self._head + b'{"type":"text_delta","text":'
        return event("content_block_start", index=self._index, content_block=block)

    def text(self, text: str) -> bytes:
        return self._text_head + orjson.dumps(text) + _TAIL

    def thinking(self, text: str) -> bytes:
        return self._delta({"type": "thinking_delta", "thinking": text})

    def signature(self, signature: str) -> bytes:
        return self._delta({"type": "signature_delta", "signature": signature})

    def late_signature(self, signature: str) -> bytes:  # noqa: ARG002
        """Its place is before the text, which is out: Gemini does not insist on this one.

        A block behind the text lost: clients take the last block for the answer.
        """
        return b""

    def tool_input(self, args: JsonObject) -> bytes:
        whole = orjson.dumps(args).decode()
        return self._delta({"type": "input_json_delta", "partial_json": whole})

    def citation(self, citation: JsonObject) -> bytes:
        return self._delta({"type": "citations_delta", "citation": citation})

    def stop(self) -> bytes:
        return event("content_block_stop", index=self._index)

    def search(self, call: JsonObject, result: JsonObject) -> bytes:
        """Behind the text, which did not wait for Google to tell what it rests on."""
        begun = self.start({**call, "input": {}}) + self.tool_input(call["input"]) + self.stop()
        return begun + self.start(result) + self.stop()

    def _delta(self, delta: JsonObject) -> bytes:
        return self._head + orjson.dumps(delta) + b"}\n\n"


class KeptBlocks:
    """Implements Blocks: those of a whole answer, which has no frames. Per exchange."""

    __slots__ = ("_pieces", "blocks")

    def __init__(self) -> None:
        self.blocks: list[JsonObject] = []
        self._pieces: list[str] = []

    def start(self, block: JsonObject) -> bytes:
        self.blocks.append(block)
        self._pieces = []
        return b""

    def text(self, text: str) -> bytes:
        self._pieces.append(text)
        return b""

    thinking = text

    def signature(self, signature: str) -> bytes:
        self.blocks[-1]["signature"] = signature
        return b""

    def late_signature(self, signature: str) -> bytes:
        """The thinking block before the open text takes it; where there is none, one is made."""
        before = self.blocks[-2] if len(self.blocks) > 1 else None
        if before is not None and before["type"] == "thinking":
            before["signature"] = signature
        else:
            block = {"type": "thinking", "thinking": "", "signature": signature}
            self.blocks.insert(-1, block)
        return b""

    def tool_input(self, args: JsonObject) -> bytes:
        self.blocks[-1]["input"] = args
        return b""

    def citation(self, citation: JsonObject) -> bytes:
        self.blocks[-1].setdefault("citations", []).append(citation)
        return b""

    def stop(self) -> bytes:
        block = self.blocks[-1]
        if block["type"] in ("text", "thinking"):
            block[block["type"]] = "".join(self._pieces)
        return b""

    def search(self, call: JsonObject, result: JsonObject) -> bytes:
        """Before the text, as clients take the last block for the answer."""
        kinds = [block["type"] for block in self.blocks]
        place = kinds.index("text") if "text" in kinds else len(kinds)
        self.blocks[place:place] = call, result
        return b""
