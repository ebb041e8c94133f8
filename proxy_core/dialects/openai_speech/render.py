"""Speech as the bytes of a file, or as OpenAI's events with pieces of them.

Bytes of sound leave no room for an error: where one comes too late, the connection breaks off,
so that nobody takes half a file for a whole one.
"""

import base64

from proxy_core.dialects.openai_events import KEEP_ALIVE, error_event, typed_event
from proxy_core.dialects.openai_refusals import Ending
from proxy_core.dialects.openai_speech.sounds import Encoder
from proxy_core.dialects.speech import sample_rate
from proxy_core.errors import Problem
from proxy_core.gemini.wire import Chunk, JsonObject, UsageMetadata


class SpeechRenderer:
    """Implements Renderer. Per exchange."""

    def __init__(self, encoder: Encoder, *, events: bool) -> None:
        self._encoder = encoder
        self._events = events
        self.whole_type = encoder.content_type
        self.content_type = "text/event-stream" if events else encoder.content_type
        self.keep_alive = KEEP_ALIVE if events else b""
        self._ending = Ending()
        self._usage: UsageMetadata = {}
        self._spoke = False
        self._odd = b""
        "Half a sample, whose other half comes with the next piece."

    def opening(self) -> bytes:
        return self.keep_alive

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:  # noqa: ARG002 - there is one
        if "usageMetadata" in chunk:
            self._usage = chunk["usageMetadata"]
        self._ending.take(chunk)
        return b"".join(
            self._sound(part["inlineData"].get("mimeType", ""), part["inlineData"].get("data", ""))
            for candidate in chunk.get("candidates", ())
            for part in candidate.get("content", {}).get("parts", ())
            if "inlineData" in part
        )

    def end(self) -> bytes:
        self._check()
        rest = self._framed(self._encoder.end())
        if not self._events:
            return rest
        return rest + typed_event("speech.audio.done", {"usage": _usage(self._usage)})

    def fail(self, problem: Problem) -> bytes | None:
        return error_event(problem) if self._events else None

    def whole(self) -> bytes:
        """The file; only formats that wait for their end are asked for whole."""
        self._check()
        return self._encoder.end()

    def _sound(self, mime_type: str, data: str) -> bytes:
        self._spoke = True
        pcm = self._odd + base64.b64decode(data)
        cut = len(pcm) - len(pcm) % 2
        self._odd = pcm[cut:]
        return self._framed(self._encoder.encode(pcm[:cut], sample_rate(mime_type)))

    def _framed(self, sound: bytes) -> bytes:
        if not self._events or not sound:
            return sound
        audio = base64.b64encode(sound).decode("ascii")
        return typed_event("speech.audio.delta", {"audio": audio})

    def _check(self) -> None:
        """Raises Failed for an answer that is not whole, or says nothing."""
        if not (self._spoke and self._ending.complete):
            raise self._ending.failure("complete speech")


def _usage(usage: UsageMetadata) -> JsonObject:
    prompt = usage.get("promptTokenCount", 0)
    output = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    return {"input_tokens": prompt, "output_tokens": output, "total_tokens": prompt + output}
