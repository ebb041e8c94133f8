"""Clients of every dialect in a tool loop: what each sends, reads and keeps of what it was told.

A client that `strips` keeps only what the official API of the year before had: no signatures in
any of their hiding places, no items and blocks of thought, no ids but those of tool calls.
Not here: what comes between client and Google (`loops`).
"""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import orjson

from tests.dialects.anthropic.reassemble import reassemble as anthropic_message
from tests.dialects.openai_chat.reassemble import reassemble as chat_completion
from tests.dialects.openai_responses.fold import fold as response_of

MODEL = "gemini-3.8-flash"
SCHEMA = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
TOOLS = ("get_weather", "get_time")
ABOUT = "Looks it up."


class Asked(NamedTuple):
    """One call of a function, as the client understands it."""

    id: str
    name: str
    args: Any


class Step(NamedTuple):
    """What the model said and called."""

    calls: list[Asked]
    text: str
    is_over: bool
    "Whether the answer says that the model is done, rather than waiting for results."


class LoopClient(ABC):
    """One conversation of one client. Per test."""

    path: str
    keeps_text_signature = False
    "Whether the signature of a text comes back to Google."
    keeps_signatures = True
    "Whether the signatures of calls can come back, from the client or from our memory."

    def __init__(self, *, stream: bool, strips: bool) -> None:
        self.stream = stream
        self.strips = strips
        self.history: list[Any] = []

    @abstractmethod
    def body(self) -> dict[str, Any]: ...

    @abstractmethod
    def say(self, text: str) -> None: ...

    @abstractmethod
    def tell(self, results: list[tuple[Asked, str]]) -> None:
        """The results of all calls of a step."""

    @abstractmethod
    def take(self, answer: bytes) -> Step:
        """Reads an answer, and keeps what the next request needs of it."""


class ChatClient(LoopClient):
    path = "/v1/chat/completions"

    def __init__(self, *, stream: bool, strips: bool) -> None:
        super().__init__(stream=stream, strips=strips)
        self.keeps_text_signature = not strips

    def body(self) -> dict[str, Any]:
        function = {"description": ABOUT, "parameters": SCHEMA}
        tools = [{"type": "function", "function": {"name": name, **function}} for name in TOOLS]
        body = {"model": MODEL, "messages": self.history, "tools": tools, "stream": self.stream}
        return {**body, "reasoning_effort": "medium"}

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "content": text})

    def tell(self, results: list[tuple[Asked, str]]) -> None:
        for asked, output in results:
            self.history.append({"role": "tool", "tool_call_id": asked.id, "content": output})

    def take(self, answer: bytes) -> Step:
        whole = chat_completion(answer) if self.stream else orjson.loads(answer)
        (choice,) = whole["choices"]
        message = choice["message"]
        self.history.append(self._stripped(message) if self.strips else message)
        calls = [
            Asked(call["id"], call["function"]["name"], orjson.loads(call["function"]["arguments"]))
            for call in message.get("tool_calls", ())
        ]
        assert choice["finish_reason"] in ("stop", "tool_calls")
        return Step(calls, message.get("content") or "", choice["finish_reason"] == "stop")

    def _stripped(self, message: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {key: message.get(key) for key in ("role", "content")}
        if calls := message.get("tool_calls"):
            known = ("id", "type", "function")
            kept["tool_calls"] = [{key: call[key] for key in known} for call in calls]
        return kept


class ResponsesClient(LoopClient):
    """Sends the whole history, as coding agents do that ask for nothing to be stored."""

    path = "/v1/responses"

    def __init__(self, *, stream: bool, strips: bool) -> None:
        super().__init__(stream=stream, strips=strips)
        self.keeps_text_signature = not strips

    def body(self) -> dict[str, Any]:
        function = {"type": "function", "description": ABOUT, "parameters": SCHEMA}
        body: dict[str, Any] = {
            "model": MODEL,
            "input": self.history,
            "tools": [{"name": name, "strict": False, **function} for name in TOOLS],
            "stream": self.stream,
            "store": False,
            "reasoning": {"effort": "medium", "summary": "auto"},
        }
        return body if self.strips else {**body, "include": ["reasoning.encrypted_content"]}

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "content": text})

    def tell(self, results: list[tuple[Asked, str]]) -> None:
        for asked, output in results:
            self.history.append(
                {"type": "function_call_output", "call_id": asked.id, "output": output}
            )

    def take(self, answer: bytes) -> Step:
        whole = response_of(answer) if self.stream else orjson.loads(answer)
        assert whole["status"] == "completed"
        self.keep(whole)
        calls = [item for item in whole["output"] if item["type"] == "function_call"]
        said = [
            part["text"]
            for item in whole["output"]
            if item["type"] == "message"
            for part in item["content"]
        ]
        asked = [
            Asked(call["call_id"], call["name"], orjson.loads(call["arguments"])) for call in calls
        ]
        return Step(asked, "".join(said), not calls)

    def keep(self, whole: dict[str, Any]) -> None:
        output = whole["output"]
        self.history += filter(None, map(self._stripped, output)) if self.strips else output

    def _stripped(self, item: dict[str, Any]) -> dict[str, Any] | None:
        match item["type"]:
            case "message":
                texts = [{"type": "output_text", "text": part["text"]} for part in item["content"]]
                return {"type": "message", "role": "assistant", "content": texts}
            case "function_call":
                return {key: item[key] for key in ("type", "call_id", "name", "arguments")}
            case _:
                return None


class StoredResponsesClient(ResponsesClient):
    """Sends only what is new, and the id of the answer before."""

    def __init__(self, *, stream: bool, strips: bool) -> None:
        super().__init__(stream=stream, strips=strips)
        self.keeps_text_signature = True
        self.previous: str | None = None

    def body(self) -> dict[str, Any]:
        body = {**super().body(), "store": True, "previous_response_id": self.previous}
        body.pop("include", None)
        return body

    def keep(self, whole: dict[str, Any]) -> None:
        self.history, self.previous = [], whole["id"]


class AnthropicClient(LoopClient):
    path = "/v1/messages"
    thinks = False

    def body(self) -> dict[str, Any]:
        tools = [{"name": name, "description": ABOUT, "input_schema": SCHEMA} for name in TOOLS]
        body = {
            "model": MODEL,
            "max_tokens": 4096,
            "messages": self.history,
            "tools": tools,
            "stream": self.stream,
        }
        thinking = {"type": "adaptive", "display": "summarized"}
        return {**body, "thinking": thinking} if self.thinks else body

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "content": text})

    def tell(self, results: list[tuple[Asked, str]]) -> None:
        found = [
            {"type": "tool_result", "tool_use_id": asked.id, "content": output}
            for asked, output in results
        ]
        self.history.append({"role": "user", "content": found})

    def take(self, answer: bytes) -> Step:
        message = anthropic_message(answer) if self.stream else orjson.loads(answer)
        content = message["content"]
        kept = [block for block in map(self._kept, content) if block is not None]
        self.history.append({"role": "assistant", "content": kept})
        calls = [
            Asked(block["id"], block["name"], block["input"])
            for block in content
            if block["type"] == "tool_use"
        ]
        text = "".join(block["text"] for block in content if block["type"] == "text")
        assert message["stop_reason"] in ("end_turn", "tool_use")
        return Step(calls, text, message["stop_reason"] == "end_turn")

    def _kept(self, block: dict[str, Any]) -> dict[str, Any] | None:
        if not self.strips:
            return block
        known = {"text": ("type", "text"), "tool_use": ("type", "id", "name", "input")}
        if block["type"] not in known:
            return None
        return {key: block[key] for key in known[block["type"]]}


class ThinkingAnthropicClient(AnthropicClient):
    thinks = True


class NativeClient(LoopClient):
    def __init__(self, *, stream: bool, strips: bool) -> None:
        super().__init__(stream=stream, strips=strips)
        action = "streamGenerateContent?alt=sse" if stream else "generateContent"
        self.path = f"/v1beta/models/{MODEL}:{action}"
        self.keeps_text_signature = self.keeps_signatures = not strips

    def body(self) -> dict[str, Any]:
        declared = [
            {"name": name, "description": ABOUT, "parametersJsonSchema": SCHEMA} for name in TOOLS
        ]
        return {
            "contents": self.history,
            "tools": [{"functionDeclarations": declared}],
            "generationConfig": {"thinkingConfig": {"includeThoughts": True}},
        }

    def say(self, text: str) -> None:
        self.history.append({"role": "user", "parts": [{"text": text}]})

    def tell(self, results: list[tuple[Asked, str]]) -> None:
        found = []
        for asked, output in results:
            response = {"name": asked.name, "response": {"output": output}}
            found.append(
                {"functionResponse": {"id": asked.id, **response} if asked.id else response}
            )
        self.history.append({"role": "user", "parts": found})

    def take(self, answer: bytes) -> Step:
        lines = answer.splitlines() if self.stream else [b"data: " + answer]
        chunks = [orjson.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
        candidates = [candidate for chunk in chunks for candidate in chunk["candidates"]]
        assert candidates[-1]["finishReason"] == "STOP"
        parts = [part for each in candidates for part in each.get("content", {}).get("parts", ())]
        kept = [self._stripped(part) if self.strips else part for part in parts]
        self.history.append({"role": "model", "parts": [part for part in kept if part]})
        called = [part["functionCall"] for part in parts if "functionCall" in part]
        calls = [
            Asked("" if self.strips else one.get("id", ""), one["name"], one["args"])
            for one in called
        ]
        said = [part["text"] for part in parts if "text" in part and not part.get("thought")]
        return Step(calls, "".join(said), not calls)

    def _stripped(self, part: dict[str, Any]) -> dict[str, Any]:
        if "functionCall" in part:
            call = part["functionCall"]
            return {"functionCall": {key: call[key] for key in ("name", "args")}}
        said = part.get("text") and not part.get("thought")
        return {"text": part["text"]} if said else {}


CLIENTS: tuple[type[LoopClient], ...] = (
    ChatClient,
    ResponsesClient,
    StoredResponsesClient,
    AnthropicClient,
    ThinkingAnthropicClient,
    NativeClient,
)
