"""The two forms of an answer brought to one: what a stream folds to, and the whole, comparable.

The folds are the strict ones beside each dialect's tests. Left out of both sides is only what a
stream cannot tell, and what the settling functions say.
"""

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from proxy_core.dialects.openai_responses.sealed import unseal
from proxy_core.gemini.wire import JsonObject
from tests.dialects.anthropic import reassemble as anthropic
from tests.dialects.openai_chat import reassemble as chat
from tests.dialects.openai_completions import reassemble as completions
from tests.dialects.openai_responses import fold as responses


class Form(NamedTuple):
    """How answers of one dialect are told."""

    path: str
    fold: Callable[[bytes], JsonObject]
    settle: Callable[[JsonObject], JsonObject]
    streaming: JsonObject
    "Beside `stream`, so that the stream tells all that the whole does."


def _chat(answer: JsonObject) -> JsonObject:
    for choice in answer["choices"]:
        message = choice["message"]
        message["content"] = message["content"] or None  # null and empty are one in a stream
        message.setdefault("refusal", None)
        if "audio" in message:
            message["audio"]["data"] = base64.b64decode(message["audio"]["data"], validate=True)
    return {key: answer[key] for key in ("id", "created", "model", "choices", "usage")}


def _message(message: JsonObject) -> JsonObject:
    """Without what a stream cannot tell before a text: its signature, and where a search stands."""
    blocks = [
        {**block, "signature": ""} if ":t:" in block.get("signature", "") else block
        for block in message["content"]
    ]
    empty = {"type": "thinking", "thinking": "", "signature": ""}
    content = [block for block in blocks if block != empty]
    content.sort(key=lambda block: block["type"] in ("server_tool_use", "web_search_tool_result"))
    return {**message, "content": content}


USAGE: JsonObject = {"stream_options": {"include_usage": True}}
FORMS = {
    "openai_chat": Form("/v1/chat/completions", chat.reassemble, _chat, USAGE),
    "openai_responses": Form("/v1/responses", responses.fold, dict, {}),
    "anthropic": Form("/v1/messages", anthropic.reassemble, _message, {}),
    "openai_completions": Form("/v1/completions", completions.reassemble, dict, USAGE),
}


def streamed(form: Form, frames: bytes) -> JsonObject:
    return form.settle(form.fold(frames))


def whole(form: Form, body: bytes) -> JsonObject:
    return form.settle(orjson.loads(body))


def _signatures(sealed: Any) -> list[str]:
    """What is sealed is told by ids of calls."""
    return list(unseal(sealed).values()) if isinstance(sealed, str) else []


IDS = ("id", "call_id", "tool_use_id", "created", "created_at", "completed_at")


def without_ids(value: Any) -> Any:
    """Without what is another one in each exchange: ids made of it, and its time."""
    if isinstance(value, dict):
        return {
            key: _signatures(each) if key == "encrypted_content" else without_ids(each)
            for key, each in value.items()
            if key not in IDS
        }
    return [without_ids(each) for each in value] if isinstance(value, list) else value
