"""What Google's own tools did comes back to Google, whichever dialect the client speaks."""

from typing import Any

import orjson
import pytest

from proxy_core.dialects.anthropic import Anthropic
from proxy_core.dialects.contract import Dialect, ParseContext, Stamp
from proxy_core.dialects.openai_chat import OpenAIChat
from proxy_core.dialects.openai_responses import OpenAIResponses
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.signatures import RememberedCall, SignatureMemory
from tests.scenarios.loop_clients import (
    AnthropicClient,
    ChatClient,
    LoopClient,
    ResponsesClient,
    ThinkingAnthropicClient,
)

SEARCHED: list[Any] = [
    {
        "toolCall": {"id": "s1", "toolType": "GOOGLE_SEARCH", "args": {"queries": ["Paris"]}},
        "thoughtSignature": "U2VhcmNo",
    },
    {"toolResponse": {"id": "s1", "toolType": "GOOGLE_SEARCH", "response": {"found": "rain"}}},
]
CALLS: list[Any] = [
    {
        "functionCall": {"id": "c1", "name": "get_weather", "args": {"place": "Paris"}},
        "thoughtSignature": "Q2FsbA==",
    },
    {"functionCall": {"id": "c2", "name": "get_time", "args": {"place": "Rome"}}},
]
CLIENTS: list[tuple[Dialect, type[LoopClient]]] = [
    (OpenAIChat(), ChatClient),
    (OpenAIResponses(), ResponsesClient),
    (Anthropic(), AnthropicClient),
    (Anthropic(), ThinkingAnthropicClient),
]


def chunks() -> list[Any]:
    contents = [SEARCHED[:1], [*SEARCHED[1:], {"text": "It rains."}], CALLS]
    found: list[Any] = [
        {"candidates": [{"content": {"role": "model", "parts": parts}}]} for parts in contents
    ]
    found[-1]["candidates"][0]["finishReason"] = "STOP"
    return found


@pytest.mark.parametrize("strips", [False, True])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "kind"), CLIENTS)
def test_what_googles_tools_did_goes_back_before_the_call_that_followed_it(
    dialect: Dialect, kind: type[LoopClient], *, stream: bool, strips: bool
) -> None:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES)
    client = kind(stream=stream, strips=strips)
    client.say("Weather in Paris, time in Rome")
    asked = dialect.parse(orjson.dumps(client.body()), context)
    renderer = asked.renderer(Stamp("1" * 32, 1, iter("abcdefgh").__next__))
    frames = b"".join(renderer.chunk(chunk) for chunk in chunks())
    step = client.take(frames + renderer.end() if stream else renderer.whole())
    assert step.text == "It rains."
    assert [call.name for call in step.calls] == ["get_weather", "get_time"]
    client.tell([(call, "done") for call in step.calls])
    (call,) = dialect.parse(orjson.dumps(client.body()), context).calls
    parts = call.body["contents"][1]["parts"]
    assert [part for part in parts if "toolCall" in part or "toolResponse" in part] == SEARCHED
    assert parts.index(SEARCHED[1]) < parts.index(CALLS[0]) < parts.index(CALLS[1])


def test_a_model_that_knows_no_such_parts_gets_none() -> None:
    context = ParseContext(SignatureMemory(), SHIPPED_FAMILIES)
    context.memory.remember("call_1", RememberedCall("get_time", "c1", None, tuple(SEARCHED)))
    function = {"name": "get_time", "arguments": "{}"}
    turn = {
        "role": "assistant",
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    result = {"role": "tool", "tool_call_id": "call_1", "content": "noon"}
    messages = [{"role": "user", "content": "When?"}, turn, result]
    body = orjson.dumps({"model": "gemini-2.5-flash", "messages": messages})
    (call,) = OpenAIChat().parse(body, context).calls
    assert [list(part) for part in call.body["contents"][1]["parts"]] == [["functionCall"]]
