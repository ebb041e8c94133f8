"""LangChain's OpenAI class against a running Pollux: chat, stream, tools, structured output."""

from collections.abc import Callable
from typing import Any, Literal

import openai
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, HttpClients, Proxy

pytestmark = pytest.mark.real_client

STEPS = "Tell me step by step the weather in Paris, Oslo, and Rome"
BOTH = "What is the weather in Paris and Oslo?"


class Place(BaseModel):
    """Where people live."""

    name: str = Field(description="as on the map")
    kind: Literal["city", "village"]
    twin: "Place | None" = None


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


MakeModel = Callable[..., ChatOpenAI]


@pytest.fixture
def model_of(http_clients: HttpClients) -> MakeModel:
    def make(proxy: Proxy, **more: Any) -> ChatOpenAI:
        given: dict[str, Any] = {
            "model": MODEL,
            "base_url": f"{proxy.url}/v1",
            "api_key": proxy.token,
            "max_retries": 0,
            "http_client": http_clients.blocking,
            "http_async_client": http_clients.asynchronous,
        }
        return ChatOpenAI(**given, **more)

    return make


@pytest.fixture(autouse=True)
def no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


def whole(runnable: Any, history: Any) -> AIMessage:
    message = runnable.invoke(history)
    assert isinstance(message, AIMessage)
    return message


def streamed(runnable: Any, history: Any) -> AIMessage:
    message, *rest = runnable.stream(history)
    assert rest
    for chunk in rest:
        message += chunk
    assert isinstance(message, AIMessageChunk)
    return message


ASK = pytest.mark.parametrize("ask", [whole, streamed])


def loop(runnable: Any, ask: Any, question: str) -> list[Any]:
    """The history of one question, the tools' work included."""
    history: list[Any] = [HumanMessage(question)]
    while True:
        message = ask(runnable, history)
        assert "extra_content" not in message.model_dump_json(), "LangChain strips signatures"
        history.append(message)
        if not message.tool_calls:
            return history
        history += [get_weather.invoke(call) for call in message.tool_calls]


@ASK
def test_chat(model_of: MakeModel, proxy: Proxy, ask: Any) -> None:
    model = model_of(proxy, stream_usage=True)
    answer = ask(model, [SystemMessage("Be brief."), HumanMessage("hello")])
    assert answer.content == "You said: hello"
    assert answer.response_metadata["finish_reason"] == "stop"
    assert answer.usage_metadata["output_token_details"]["reasoning"] == 16


async def test_chat_asynchronously(model_of: MakeModel, proxy: Proxy) -> None:
    model = model_of(proxy)
    assert (await model.ainvoke("hello")).content == "You said: hello"
    pieces = [chunk.text async for chunk in model.astream("hello")]
    assert "".join(pieces) == "You said: hello"
    answers = await model.abatch(["one", "two"])
    assert [answer.content for answer in answers] == ["You said: one", "You said: two"]


def test_a_picture(model_of: MakeModel, proxy: Proxy) -> None:
    picture = {"type": "image", "base64": "iVBORw0KGgo=", "mime_type": "image/png"}
    content: Any = [{"type": "text", "text": "look"}, picture]
    answer = whole(model_of(proxy), [HumanMessage(content)])
    assert answer.content == "You said: look [image/png, 12 base64 characters]"


@ASK
def test_parallel_calls(model_of: MakeModel, proxy: Proxy, ask: Any) -> None:
    _, step, *results, answer = loop(model_of(proxy).bind_tools([get_weather]), ask, BOTH)
    assert [call["args"] for call in step.tool_calls] == [{"city": "Paris"}, {"city": "Oslo"}]
    assert len(results) == 2
    assert "sunny in Oslo" in answer.content


@ASK
def test_a_tool_loop_with_a_credential_that_changes(
    model_of: MakeModel, switching_proxy: Proxy, ask: Any
) -> None:
    model = model_of(switching_proxy).bind_tools([get_weather])
    history = loop(model, ask, STEPS)
    assert "sunny in Rome" in history[-1].content
    assert switching_proxy.world.signatures_bound_to == "project"
    assert set(switching_proxy.projects()) == {"north", "south"}
    assert ask(model, [*history, HumanMessage("thanks")]).content == "You said: thanks"


@pytest.mark.parametrize("choice", ["any", "required", "get_weather", True])
def test_forced_tools(model_of: MakeModel, proxy: Proxy, choice: Any) -> None:
    model = model_of(proxy).bind_tools([get_weather], tool_choice=choice, strict=True)
    assert [call["name"] for call in whole(model, "hello").tool_calls] == ["get_weather"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output(model_of: MakeModel, proxy: Proxy, method: Any) -> None:
    place = model_of(proxy).with_structured_output(Place, method=method).invoke("Oslo")
    assert isinstance(place, Place)
    assert (place.name, place.kind) == ("Oslo", "city")


def test_plain_json(model_of: MakeModel, proxy: Proxy) -> None:
    model = model_of(proxy).with_structured_output(None, method="json_mode")
    assert model.invoke("Oslo") == {"said": "Oslo"}


def test_a_stream_that_breaks_off_raises(model_of: MakeModel, proxy: Proxy) -> None:
    proxy.order(Reply.error_in_stream(2), times=None)
    with pytest.raises(openai.APIError):
        streamed(model_of(proxy), "hello")


def test_an_unknown_model_raises(model_of: MakeModel, proxy: Proxy) -> None:
    with pytest.raises(openai.NotFoundError):
        model_of(proxy).bind(model="gemini-9").invoke("hello")
