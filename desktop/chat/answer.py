"""One answer as it streams in: `chat.completion.chunk` objects folded into a text. Pure.

What is malformed is left out, never raised: an answer that does not end well says so by `ended`.
"""

import json
from typing import Any

from desktop.chat.sse import EventReader

_ENDS = ".!?…:;"
"With which a sentence may end; that of a client library or of Google often has no end."


class Answer:
    """Per exchange."""

    def __init__(self) -> None:
        self._reader = EventReader()
        self.text = ""
        self.thoughts = ""
        self.prompt_tokens = 0
        self.output_tokens = 0
        "Thoughts included."
        self.finish_reason = ""
        self.error = ""
        "Message of an error that came within the stream."
        self.ended = False
        "Whether the stream came to its proper end."

    def feed(self, data: bytes) -> None:
        """Takes what arrived, however it was cut."""
        for event in self._reader.feed(data):
            if event == "[DONE]":
                self.ended = True
            else:
                self._take(_object(event))

    @property
    def begun(self) -> bool:
        return bool(self.text or self.thoughts)

    def _take(self, chunk: dict[str, Any]) -> None:
        if "error" in chunk:
            self.error = error_message(chunk)
        if isinstance(usage := chunk.get("usage"), dict):
            self._count(usage)
        for choice in _objects(chunk.get("choices")):
            delta = choice.get("delta")
            if isinstance(delta, dict):
                self.text += _text(delta.get("content"))
                self.thoughts += _text(delta.get("reasoning_content"))
            self.finish_reason = _text(choice.get("finish_reason")) or self.finish_reason

    def _count(self, usage: dict[str, Any]) -> None:
        self.prompt_tokens = _count(usage.get("prompt_tokens"))
        self.output_tokens = _count(usage.get("completion_tokens"))


def error_message(body: dict[str, Any]) -> str:
    """The sentence of OpenAI's error object; empty where there is none."""
    error = body.get("error")
    text = _text(error.get("message")).strip() if isinstance(error, dict) else ""
    return f"{text}." if text and text[-1] not in _ENDS else text


def read_error(body: bytes) -> str:
    """The sentence of a refusal; empty where it holds none."""
    return error_message(_object(body))


def read_models(body: bytes) -> list[str]:
    """Ids of the models that `GET /v1/models` lists, in its order; not those for embeddings."""
    listed = _objects(_object(body).get("data"))
    entries = [entry for entry in listed if entry.get("type") != "embedding"]
    return [name for entry in entries if (name := _text(entry.get("id")))]


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0
