"""One choice of an answer: takes in its candidate's deltas, for a stream or for the whole.

Every method that takes something in returns the frames it causes. A choice of a whole answer
has silent frames and keeps what it takes in; one of a stream keeps only what its end needs.
"""

from proxy_core.dialects import openai_endings
from proxy_core.dialects.citations import Piece, citations, merged
from proxy_core.dialects.code_parts import code_in_words
from proxy_core.dialects.openai_chat.calls import ToolCalls
from proxy_core.dialects.openai_chat.frames import ChoiceFrames
from proxy_core.dialects.openai_chat.shape import Shape
from proxy_core.dialects.speech import Speech
from proxy_core.gemini.wire import Blob, Candidate, JsonObject, Part

_AUDIO_LIFETIME_S = 3600
"The field is required; nothing can refer to the audio later."


class Choice:
    """The fold of one choice. Per exchange."""

    __slots__ = (
        "_audio_id", "_calls", "_content", "_frames", "_grounding", "_images", "_keeps_content",
        "_logprobs", "_reason", "_reasoning", "_refusal", "_said", "_shape", "_signature",
        "_speech", "_thinking", "_tool_calls",
    )  # fmt: skip

    def __init__(self, shape: Shape, calls: ToolCalls, frames: ChoiceFrames, audio_id: str) -> None:
        self._shape = shape
        self._frames = frames
        self._calls = calls
        self._keeps_content = shape.searches or not shape.stream
        self._content: list[Piece] = []
        self._reasoning: list[str] = []
        self._tool_calls: list[JsonObject] = []
        self._images: list[JsonObject] = []
        self._logprobs: list[JsonObject] = []
        self._audio_id = audio_id
        self._speech: Speech | None = None
        self._grounding: JsonObject = {}
        self._signature: str | None = None
        self._refusal: str | None = None
        self._reason: str | None = None
        "Google's finishReason, once it came."
        self._said = False
        self._thinking = False
        "The opening tag of thoughts is out, the closing one is not."

    def open(self) -> bytes:
        return self._frames.opening()

    def take(self, candidate: Candidate) -> bytes:
        frames = b""
        if content := candidate.get("content"):
            for part in content.get("parts", ()):
                if len(part) == 1 and "text" in part:
                    frames += self._answer(part["text"])
                else:
                    frames += self._part(part)
        if "finishReason" in candidate:
            self._reason = candidate["finishReason"]
        if "groundingMetadata" in candidate:
            self._grounding = merged(self._grounding, candidate["groundingMetadata"])
        if "logprobsResult" in candidate:
            frames += self._measure(candidate["logprobsResult"])
        return frames

    def refuse(self, reason: str) -> bytes:
        """The prompt was blocked: there will be no candidate."""
        if self._refusal is not None:
            return b""
        self._refusal = f"Google refused the prompt: {reason}"
        return self._frames.delta({"refusal": self._refusal})

    def end(self, created: int) -> bytes:
        frames = self._close_thoughts()
        last = self._last_fields(created, stream=True)
        if last:
            frames += self._frames.delta(last)
        return frames + self._frames.finish(self._finish_reason())

    def whole(self, created: int) -> JsonObject:
        self._close_thoughts()
        message: JsonObject = {
            "role": "assistant",
            "content": "".join(text for text, _ in self._content) or None,
            "refusal": self._refusal,
        }
        if self._reasoning:
            message["reasoning_content"] = "".join(self._reasoning)
        if self._tool_calls and self._shape.tools.legacy:
            message["function_call"] = self._tool_calls[0]
        elif self._tool_calls:
            message["tool_calls"] = self._tool_calls
        if self._images:
            message["images"] = self._images
        message.update(self._last_fields(created, stream=False))
        logprobs = {"content": self._logprobs, "refusal": None} if self._logprobs else None
        return {"message": message, "logprobs": logprobs, "finish_reason": self._finish_reason()}

    def _part(self, part: Part) -> bytes:
        """Any part but one of plain text alone."""
        if "functionCall" in part:
            return self._call(part)
        thought = part.get("thought", False)
        if "text" in part:
            if thought:
                return self._thought(part["text"])
            self._signature = part.get("thoughtSignature", self._signature)
            return self._answer(part["text"])
        if "inlineData" in part and not thought:
            return self._blob(part["inlineData"])
        if self._calls.take_aside(part):
            return b""
        return self._answer(code_in_words(part) or "", counted=False)

    def _answer(self, text: str, *, counted: bool = True) -> bytes:
        """counted: Google's offsets of citations count this text."""
        if not text:
            return b""
        closing = self._close_thoughts() if self._thinking else b""
        self._said = True
        if self._keeps_content:
            self._content.append((text, counted))
        return closing + self._frames.text(text)

    def _thought(self, text: str) -> bytes:
        if not text:
            return b""
        tags = self._shape.tags
        if tags is None:
            if not self._shape.stream:
                self._reasoning.append(text)
            return self._frames.reasoning(text)
        if not self._thinking:
            self._thinking = True
            text = tags[0] + text
        return self._wrapped(text)

    def _close_thoughts(self) -> bytes:
        if not self._thinking or self._shape.tags is None:
            return b""
        self._thinking = False
        return self._wrapped(self._shape.tags[1])

    def _wrapped(self, text: str) -> bytes:
        if self._keeps_content:
            self._content.append((text, False))
        return self._frames.text(text)

    def _call(self, part: Part) -> bytes:
        tools = self._shape.tools
        closing = self._close_thoughts()
        answer = self._calls.json_answer(part)
        if answer is not None:
            return closing + self._answer(answer)
        if self._tool_calls and (tools.legacy or not tools.parallel):
            return closing
        entry = self._calls.render(part)
        self._tool_calls.append(entry)
        if tools.legacy:
            return closing + self._frames.function_call(entry)
        return closing + self._frames.tool_call(len(self._tool_calls) - 1, entry)

    def _blob(self, blob: Blob) -> bytes:
        mime_type, data = blob.get("mimeType", ""), blob.get("data", "")
        closing = self._close_thoughts()
        self._said = True
        if mime_type.startswith("audio/"):
            return closing + self._sound(mime_type, data)
        image = {"type": "image_url", "image_url": {"url": f"data:{mime_type};base64,{data}"}}
        # A stream only counts its images; the SDK joins lists of objects by their `index`.
        index = len(self._images)
        self._images.append({} if self._shape.stream else image)
        return closing + self._frames.delta({"images": [{"index": index, **image}]})

    def _sound(self, mime_type: str, data: str) -> bytes:
        audio: JsonObject = {}
        if self._speech is None:
            self._speech = Speech(keeps=not self._shape.stream)
            audio["id"] = self._audio_id
        audio["data"] = self._speech.add(mime_type, data)
        return self._frames.delta({"audio": audio})

    def _measure(self, result: JsonObject) -> bytes:
        tops = result.get("topCandidates", [])
        content = [
            {
                **_token(chosen),
                "top_logprobs": (
                    [_token(each) for each in tops[index].get("candidates", ())]
                    if index < len(tops)
                    else []
                ),
            }
            for index, chosen in enumerate(result.get("chosenCandidates", ()))
        ]
        if not content:
            return b""
        if not self._shape.stream:
            self._logprobs += content
        return self._frames.logprobs(content)

    def _last_fields(self, created: int, *, stream: bool) -> JsonObject:
        """Fields of the message that are known when everything came."""
        fields: JsonObject = {}
        if self._shape.searches and self._grounding:
            found = citations(self._content, self._grounding)
            if found:
                fields["annotations"] = [
                    {
                        "type": "url_citation",
                        "url_citation": {
                            "start_index": each.start,
                            "end_index": each.end,
                            "title": each.title,
                            "url": each.url,
                        },
                    }
                    for each in found
                ]
        if self._speech is not None:
            fields["audio"] = {"expires_at": created + _AUDIO_LIFETIME_S, "transcript": ""}
            if stream:
                fields["audio"]["data"] = self._speech.rest()
            else:
                fields["audio"] |= {
                    "id": self._audio_id,
                    "data": self._speech.whole(wav=self._shape.wav),
                }
        if self._signature and not self._tool_calls:
            fields["extra_content"] = {"google": {"thought_signature": self._signature}}
        return fields

    def _finish_reason(self) -> openai_endings.FinishReason:
        calls: openai_endings.FinishReason | None = None
        if self._tool_calls:
            calls = "function_call" if self._shape.tools.legacy else "tool_calls"
        if self._refusal is not None:
            return "content_filter"
        return openai_endings.finish_reason(self._reason, said=self._said, calls=calls)


def _token(entry: JsonObject) -> JsonObject:
    token = entry.get("token", "")
    logprob = entry.get("logProbability", 0.0)
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
