"""The content of an answer: takes in the candidate's deltas, gives out blocks one after another.

A block stays open until the next part tells that it is over: so a thinking block can still take
the signature of the call that follows it. Blocks never overlap.
"""

from collections.abc import Callable
from typing import Literal, Protocol

import orjson

from proxy_core.dialects.anthropic.shape import Shape
from proxy_core.dialects.anthropic.signatures import Kind, to_ride
from proxy_core.dialects.anthropic.sources import Sources
from proxy_core.dialects.anthropic.stops import Stops
from proxy_core.dialects.arguments import arguments_of
from proxy_core.dialects.call_notes import CallNotes
from proxy_core.dialects.code_parts import code_in_words
from proxy_core.gemini.schema import WRAPPER
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Candidate, FunctionCall, JsonObject, Part


class Blocks(Protocol):
    """Where content goes: the frames of a stream, or the list of a whole answer.

    Each method returns the frames it causes; all but `start` speak of the block begun last.
    """

    def start(self, block: JsonObject) -> bytes: ...
    def text(self, text: str) -> bytes: ...
    def thinking(self, text: str) -> bytes: ...
    def signature(self, signature: str) -> bytes: ...
    def late_signature(self, signature: str) -> bytes:
        """Of the open text, which has begun already."""

    def tool_input(self, args: JsonObject) -> bytes: ...
    def citation(self, citation: JsonObject) -> bytes: ...
    def stop(self) -> bytes: ...

    def search(self, call: JsonObject, result: JsonObject) -> bytes:
        """Two complete blocks, once everything was said."""


class Content:
    """The fold of one answer's content. Per exchange."""

    __slots__ = (
        "_blocks", "_new_id", "_notes", "_open", "_shape", "_sources", "_stops",
        "called", "said",
    )  # fmt: skip

    def __init__(
        self, shape: Shape, memory: SignatureMemory, new_id: Callable[[], str], blocks: Blocks
    ) -> None:
        self._shape = shape
        self._notes = CallNotes(memory)
        self._new_id = new_id
        self._blocks = blocks
        self._open: Literal["text", "thinking"] | None = None
        "The block that may still grow."
        self._sources = Sources() if shape.searches else None
        self._stops = Stops(shape.stops) if shape.stops else None
        self.said = False
        self.called = False

    @property
    def searches(self) -> int:
        """How often Google searched."""
        return self._sources.searches if self._sources is not None else 0

    @property
    def stopped_by(self) -> str | None:
        """The stop sequence that ended the answer, of those that Google does not know."""
        return self._stops.found if self._stops is not None else None

    def take(self, candidate: Candidate) -> bytes:
        frames = b""
        # First, so that the text that a last delta closes has its sources.
        if self._sources is not None and "groundingMetadata" in candidate:
            self._sources.learn(candidate["groundingMetadata"])
        if content := candidate.get("content"):
            for part in content.get("parts", ()):
                if len(part) == 1 and "text" in part:
                    frames += self._text(part["text"])
                else:
                    frames += self._part(part)
        return frames

    def end(self) -> bytes:
        frames = self._held() + self._close()
        if self._sources is not None:
            search = self._sources.search("srvtoolu_" + self._new_id())
            if search is not None:
                frames += self._blocks.search(*search)
        return frames

    def _part(self, part: Part) -> bytes:
        """Any part but one of plain text alone."""
        if self.stopped_by is not None:
            return b""
        if "functionCall" in part:
            return self._held() + self._call(part)
        thought = part.get("thought", False)
        if "text" in part:
            if thought:
                return self._thought(part["text"])
            return self._signed_text(part["text"], part.get("thoughtSignature", ""))
        if "inlineData" in part and not thought:
            # There is no block for a picture; clients show Markdown.
            blob = part["inlineData"]
            address = f"data:{blob.get('mimeType', '')};base64,{blob.get('data', '')}"
            return self._held() + self._say(f"![image]({address})", counted=False)
        if self._notes.take(part):
            return b""
        return self._held() + self._say(code_in_words(part) or "", counted=False)

    def _text(self, text: str) -> bytes:
        return self._say(text if self._stops is None else self._stops.take(text))

    def _held(self) -> bytes:
        """The end of a text that was no stop sequence after all."""
        return b"" if self._stops is None else self._say(self._stops.rest())

    def _say(self, text: str, *, counted: bool = True) -> bytes:
        """counted: Google's offsets of citations count this text."""
        if not text:
            return b""
        frames = b""
        if self._open != "text":
            frames = self._close() + self._blocks.start({"type": "text", "text": ""})
            self._open = "text"
        self.said = True
        if self._sources is not None:
            self._sources.said(text, counted=counted)
        return frames + self._blocks.text(text)

    def _signed_text(self, text: str, signature: str) -> bytes:
        """The last part of a turn without calls; often an empty one behind all text."""
        if not signature or not self._shape.thinks:
            return self._text(text)
        if self._open == "text":
            return self._text(text) + self._blocks.late_signature(to_ride("text", signature))
        return self._sign("text", signature) + self._text(text) if text else b""

    def _thought(self, text: str) -> bytes:
        if not text or not self._shape.thinks:
            return b""
        return self._held() + self._think() + self._blocks.thinking(text)

    def _think(self) -> bytes:
        """Opens a thinking block, or goes on with the one that is open."""
        if self._open == "thinking":
            return b""
        frames = self._close()
        self._open = "thinking"
        return frames + self._blocks.start({"type": "thinking", "thinking": "", "signature": ""})

    def _sign(self, kind: Kind, signature: str) -> bytes:
        """Puts the signature of what comes next at the end of the thinking block before it."""
        return self._think() + self._blocks.signature(to_ride(kind, signature))

    def _call(self, part: Part) -> bytes:
        call, tools = part["functionCall"], self._shape.tools
        name = call.get("name", "")
        if tools.json_tool is not None and name == tools.json_tool:
            return self._say(orjson.dumps(arguments_of(call, tools)).decode())
        if self.called and not tools.parallel:
            return b""
        self.called = self.said = True
        signature = part.get("thoughtSignature")
        frames = b""
        if signature and self._shape.thinks:
            frames = self._sign("call", signature)
        frames += self._close()
        block = self._tool_use(tools.names.to_client(name))
        self._notes.remember(block["id"], part)
        args = self._input(call)
        return (
            frames
            + self._blocks.start(block)
            + self._blocks.tool_input(args)
            + (self._blocks.stop())
        )

    def _tool_use(self, name: str) -> JsonObject:
        block = {"type": "tool_use", "id": "toolu_" + self._new_id(), "name": name, "input": {}}
        if name in self._shape.toolsets:
            block["toolset_name"] = self._shape.toolsets[name]
        return block

    def _input(self, call: FunctionCall) -> JsonObject:
        """An object always: what a schema of another type asks for stays wrapped."""
        args = arguments_of(call, self._shape.tools)
        return args if isinstance(args, dict) else {WRAPPER: args}

    def _close(self) -> bytes:
        """Ends the open block; a text gets the sources that are known by now."""
        frames = b""
        if self._open is None:
            return frames
        if self._open == "text" and self._sources is not None:
            for citation in self._sources.citations():
                frames += self._blocks.citation(citation)
        self._open = None
        return frames + self._blocks.stop()
