"""The fold of one exchange: Gemini chunks in, the events of a response or one response out.

The last event repeats the whole answer, so a stream keeps as much as a whole answer does.
"""

import orjson

from proxy_core.dialects.call_notes import CallNotes
from proxy_core.dialects.citations import merged
from proxy_core.dialects.contract import Stamp
from proxy_core.dialects.openai_endings import service_tier
from proxy_core.dialects.openai_events import KEEP_ALIVE
from proxy_core.dialects.openai_responses import endings
from proxy_core.dialects.openai_responses.calls import Announced, Calls, Steps
from proxy_core.dialects.openai_responses.endings import Ending
from proxy_core.dialects.openai_responses.events import Events, SilentEvents
from proxy_core.dialects.openai_responses.history import RESPONSE
from proxy_core.dialects.openai_responses.output import Output
from proxy_core.dialects.openai_responses.sealed import TEXT
from proxy_core.dialects.openai_responses.shape import Shape
from proxy_core.dialects.openai_responses.store import Kept, ResponseStore
from proxy_core.errors import Problem
from proxy_core.gemini.replies import block_words
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Blob, Chunk, JsonObject, Part, UsageMetadata


class ResponsesRenderer:
    """Implements Renderer. Per exchange."""

    content_type = "text/event-stream"
    whole_type = "application/json"
    keep_alive = KEEP_ALIVE
    """A comment. Where a client's idle timer counts events only, there is nothing to send for it:
    every event means something."""

    def __init__(
        self, shape: Shape, memory: SignatureMemory, store: ResponseStore | None, stamp: Stamp
    ) -> None:
        self._shape = shape
        self._store = store
        self._id = RESPONSE + stamp.id
        self._stamp = stamp
        self._events = Events() if shape.stream else SilentEvents()
        self._output = Output(self._events, stamp.id)
        self._calls = Calls(shape, CallNotes(memory), self._output.make_id)
        self._usage: UsageMetadata | None = None
        "The last one: Google sends running totals."
        self._grounding: JsonObject = {}
        self._code: Announced | None = None
        "Code that runs: its result is the next part."
        self._text_signature: str | None = None
        self._reason: str | None = None
        "Google's finishReason, once it came."
        self._called = False
        self._blocked = False
        self._opened = False

    def opening(self) -> bytes:
        self._opened = True
        response = self._response(endings.RUNNING, [])
        return self._events.response("response.created", response) + self._events.response(
            "response.in_progress", response
        )

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:  # noqa: ARG002 - there is one
        frames = b"" if self._opened or not self._shape.stream else self.opening()
        if "usageMetadata" in chunk:
            self._usage = chunk["usageMetadata"]
        for candidate in chunk.get("candidates", ()):
            if candidate.get("index", 0):
                continue
            if content := candidate.get("content"):
                for part in content.get("parts", ()):
                    frames += self._take(part)
            if "finishReason" in candidate:
                self._reason = candidate["finishReason"]
            if "groundingMetadata" in candidate:
                self._grounding = merged(self._grounding, candidate["groundingMetadata"])
        if reason := block_words(chunk):
            frames += self._block(reason)
        return frames

    def end(self) -> bytes:
        frames = b"" if self._opened or not self._shape.stream else self.opening()
        ending, closing = self._finish()
        return frames + closing + self._events.response(ending.event, self._answer(ending))

    def fail(self, problem: Problem) -> bytes:
        output = list(self._output.items)
        if (unfinished := self._output.unfinished("incomplete")) is not None:
            output.append(unfinished)
        response = self._response(endings.FAILED, output, endings.failure(problem))
        return self._events.response("response.failed", response)

    def whole(self) -> bytes:
        ending, _ = self._finish()
        return self._answer(ending)

    def _take(self, part: Part) -> bytes:
        if len(part) == 1 and "text" in part:  # nearly always so
            return self._text(part["text"])
        if "functionCall" in part:
            return self._call(part)
        if "text" in part:
            if part.get("thought"):
                text = part["text"]
                return self._after_code() + self._output.thought(text) if text else b""
            self._text_signature = part.get("thoughtSignature", self._text_signature)
            return self._text(part["text"])
        if "inlineData" in part and not part.get("thought"):
            return self._picture(part["inlineData"])
        if "executableCode" in part:
            return self._begin_code(part["executableCode"].get("code", ""))
        if "codeExecutionResult" in part:
            return self._after_code(part["codeExecutionResult"].get("output", ""))
        self._calls.take_aside(part)
        return b""

    def _text(self, text: str) -> bytes:
        if self._code is None or not text:
            return self._output.text(text) if text else b""
        return self._after_code() + self._output.text(text)

    def _call(self, part: Part) -> bytes:
        frames = self._after_code()
        answer = self._calls.json_answer(part["functionCall"])
        if answer is not None:
            return frames + self._output.text(answer)
        if self._called and not self._shape.tools.parallel:
            return frames
        self._called = True
        call_id = "call_" + self._stamp.new_id()
        signature = part.get("thoughtSignature")
        if self._shape.seals and signature:
            frames += self._output.sign(call_id, signature)
        else:
            frames += self._output.close()
        return frames + self._output.add(self._calls.announce(part, call_id))

    def _picture(self, blob: Blob) -> bytes:
        mime_type = blob.get("mimeType", "")
        if not mime_type.startswith("image/"):
            return b""
        frames = self._after_code() + self._output.close()
        item = {
            "id": self._output.make_id("ig"),
            "type": "image_generation_call",
            "status": "completed",
            "output_format": mime_type.removeprefix("image/"),
            "result": blob.get("data", ""),
        }
        steps = _steps("response.image_generation_call", "in_progress", "generating", "completed")
        blank = {"status": "in_progress", "result": None}
        return frames + self._output.add(Announced(item, blank, steps))

    def _begin_code(self, code: str) -> bytes:
        frames = self._after_code() + self._output.close()
        item = {
            "id": self._output.make_id("ci"),
            "type": "code_interpreter_call",
            "status": "completed",
            "container_id": "google",
            "code": code,
            "outputs": None,
        }
        kind = "response.code_interpreter_call"
        steps: Steps = (
            (f"{kind}.in_progress", {}),
            (f"{kind}_code.delta", {"delta": code}),
            (f"{kind}_code.done", {"code": code}),
            (f"{kind}.interpreting", {}),
            (f"{kind}.completed", {}),
        )
        self._code = Announced(item, {"status": "in_progress", "code": "", "outputs": None}, steps)
        return frames

    def _after_code(self, logs: str | None = None) -> bytes:
        """Tells of the code that ran, once its result is there or something else follows."""
        if self._code is None:
            return b""
        ran, self._code = self._code, None
        if logs is not None:
            ran.item["outputs"] = [{"type": "logs", "logs": logs}]
        return self._output.add(ran)

    def _block(self, reason: str) -> bytes:
        """A blocked prompt has no candidate: the reason is told as a refusal."""
        if self._blocked:
            return b""
        self._blocked = True
        return self._after_code() + self._output.refuse(f"Google refused the prompt: {reason}")

    def _finish(self) -> tuple[Ending, bytes]:
        """Ends all items; how the response ended, and the events of it."""
        said = bool(self._output.items) or self._output.unfinished("") is not None
        said = said or self._code is not None
        ending = endings.BLOCKED if self._blocked else endings.ending(self._reason, said=said)
        grounding = self._grounding if self._shape.searches else None
        frames = self._after_code() + self._output.close(ending.status, grounding=grounding)
        if grounding and grounding.get("webSearchQueries"):
            frames += self._output.add(self._search(grounding))
        if self._shape.seals and self._signed_text:
            frames += self._output.sign(TEXT, self._signed_text)
        return ending, frames

    @property
    def _signed_text(self) -> str | None:
        """The signature of an answer without calls; before calls, those are what counts."""
        return None if self._called else self._text_signature

    def _search(self, grounding: JsonObject) -> Announced:
        queries = grounding["webSearchQueries"]
        sources = [
            {"type": "url", "url": chunk["web"]["uri"]}
            for chunk in grounding.get("groundingChunks", ())
            if chunk.get("web", {}).get("uri")
        ]
        item = {
            "id": self._output.make_id("ws"),
            "type": "web_search_call",
            "status": "completed",
            "action": {
                "type": "search",
                "query": queries[0],
                "queries": queries,
                "sources": sources,
            },
        }
        steps = _steps("response.web_search_call", "in_progress", "searching", "completed")
        return Announced(item, {"status": "in_progress"}, steps)

    def _answer(self, ending: Ending) -> bytes:
        """The response at its end; kept if the request allows it."""
        response = self._response(ending, self._output.items)
        if self._store is not None and (origin := self._shape.origin) is not None:
            signature = None if self._shape.seals else self._signed_text
            self._store.put(Kept(self._id, origin, response, signature))
        return response

    def _response(
        self, ending: Ending, output: list[JsonObject], error: JsonObject | None = None
    ) -> bytes:
        # Clients read the sums of every answer, also where Google told none.
        used = {} if self._usage is None and ending is not endings.FAILED else self._usage
        told = {
            "id": self._id,
            "object": "response",
            "created_at": self._stamp.created,
            "status": ending.status,
            "error": error,
            "incomplete_details": ending.details,
            "output": output,
            "usage": None if used is None or ending is endings.RUNNING else endings.usage(used),
            "service_tier": service_tier(() if used is None else (used,)),
        }
        return orjson.dumps(told)[:-1] + b"," + self._shape.echo[1:]


def _steps(kind: str, *names: str) -> Steps:
    return tuple((f"{kind}.{name}", {}) for name in names)
