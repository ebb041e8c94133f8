"""The sample requests of `pollux demo`: each dialect of conversations, plain and
streamed, and a tool round trip.

Not here: who answered them (`demo`), and the traffic of a demo that is watched (`traffic`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import aiohttp
import orjson

from proxy_core.gemini.wire import JsonObject

MODEL = "gemini-3.8-flash"
HELLO = "Hello, Pollux!"
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a place now.",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string"}},
            "required": ["place"],
        },
    },
}
QUESTION = {"role": "user", "content": "Call get_weather for Lisbon, please."}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sample request, as it ended."""

    name: str
    status: int
    request_ids: tuple[str, ...]
    good: bool
    "Whether the answer says what was asked for."


@dataclass(frozen=True, slots=True)
class Sample:
    """One request whose answer holds `sign` when it is whole."""

    name: str
    path: str
    body: JsonObject
    sign: bytes


def _said(**more: object) -> JsonObject:
    return {"model": MODEL, **more}


_CHAT = _said(messages=[{"role": "user", "content": HELLO}])
_RESPONSES = _said(input=HELLO, store=False)
_MESSAGES = _said(max_tokens=1024, messages=[{"role": "user", "content": HELLO}])
_NATIVE: JsonObject = {"contents": [{"role": "user", "parts": [{"text": HELLO}]}]}
_ACTIONS = f"/v1beta/models/{MODEL}"
_STREAM = {"stream": True}

CHAT = Sample("OpenAI chat", "/v1/chat/completions", _CHAT, b"Hello")
NATIVE = Sample("Gemini generate", f"{_ACTIONS}:generateContent", _NATIVE, b"STOP")
BEFORE_TOOLS = (
    CHAT,
    Sample("OpenAI chat, streamed", CHAT.path, _CHAT | _STREAM, b"data: [DONE]"),
)
AFTER_TOOLS = (
    Sample("OpenAI responses", "/v1/responses", _RESPONSES, b'"completed"'),
    Sample(
        "OpenAI responses, streamed",
        "/v1/responses",
        _RESPONSES | _STREAM,
        b"event: response.completed",
    ),
    Sample("Anthropic messages", "/v1/messages", _MESSAGES, b'"end_turn"'),
    Sample(
        "Anthropic messages, streamed",
        "/v1/messages",
        _MESSAGES | _STREAM,
        b"event: message_stop",
    ),
    NATIVE,
    Sample(
        "Gemini generate, streamed",
        f"{_ACTIONS}:streamGenerateContent?alt=sse",
        _NATIVE,
        b"STOP",
    ),
    CHAT,
    NATIVE,
)

Ask = Callable[[aiohttp.ClientSession], Awaitable[Outcome]]


class Samples:
    """Sends them to the engine at `url`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def all(self) -> tuple[Ask, ...]:
        return (
            *(partial(self._ask, sample) for sample in BEFORE_TOOLS),
            self._tools,
            *(partial(self._ask, sample) for sample in AFTER_TOOLS),
        )

    async def _ask(self, sample: Sample, session: aiohttp.ClientSession) -> Outcome:
        status, request_id, answer = await self._post(session, sample.path, sample.body)
        good = status == 200 and sample.sign in answer
        return Outcome(sample.name, status, (request_id,), good)

    async def _tools(self, session: aiohttp.ClientSession) -> Outcome:
        """Two requests: the model calls a tool, and answers from its result."""
        name = "OpenAI tool round trip"
        body = _said(messages=[QUESTION], tools=[WEATHER_TOOL])
        status, first, answer = await self._post(session, CHAT.path, body)
        if status != 200:
            return Outcome(name, status, (first,), good=False)
        message = orjson.loads(answer)["choices"][0]["message"]
        calls = message.get("tool_calls") or []
        results = [
            {"role": "tool", "tool_call_id": call["id"], "content": '{"sky": "clear"}'}
            for call in calls
        ]
        body["messages"] = [QUESTION, message, *results]
        status, second, answer = await self._post(session, CHAT.path, body)
        good = bool(calls) and status == 200 and b"clear" in answer
        return Outcome(name, status, (first, second), good)

    async def _post(
        self, session: aiohttp.ClientSession, path: str, body: JsonObject
    ) -> tuple[int, str, bytes]:
        sent = session.post(self._url + path, data=orjson.dumps(body), headers=self._headers)
        async with sent as response:
            answer = await response.read()
            return response.status, response.headers.get("x-request-id", ""), answer
