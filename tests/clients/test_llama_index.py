"""LlamaIndex's OpenAI-like class against a running Pollux: chat, stream, tools, an agent."""

from collections.abc import Callable
from typing import Any

import openai
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage, ImageBlock, TextBlock
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]
from pydantic import BaseModel

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, HttpClients, Proxy

pytestmark = [
    pytest.mark.real_client,
    # LlamaIndex's workflows look at every attribute of their pydantic models.
    pytest.mark.filterwarnings("ignore:The `__fields.*` attribute is deprecated"),
    pytest.mark.filterwarnings("ignore:Accessing the 'model_.*' attribute on the instance"),
]

STEPS = "Tell me step by step the weather in Paris, Oslo, and Rome"
BOTH = "What is the weather in Paris and Oslo?"


class Place(BaseModel):
    """Where people live."""

    name: str
    population: int


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


WEATHER = FunctionTool.from_defaults(get_weather)


MakeModel = Callable[..., Any]


@pytest.fixture
def model_of(http_clients: HttpClients) -> MakeModel:
    def make(proxy: Proxy, model: str = MODEL, **more: Any) -> Any:
        return OpenAILike(
            model=model,
            api_base=f"{proxy.url}/v1",
            api_key=proxy.token,
            is_chat_model=True,
            is_function_calling_model=True,
            max_retries=0,
            http_client=http_clients.blocking,
            async_http_client=http_clients.asynchronous,
            **more,
        )

    return make


def said(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)


def whole(model: Any, history: list[ChatMessage]) -> Any:
    return model.chat_with_tools([WEATHER], chat_history=history, allow_parallel_tool_calls=True)


def streamed(model: Any, history: list[ChatMessage]) -> Any:
    *_, last = model.stream_chat_with_tools(
        [WEATHER], chat_history=history, allow_parallel_tool_calls=True
    )
    return last


ASK = pytest.mark.parametrize("ask", [whole, streamed])


def loop(model: Any, ask: Any, question: str) -> list[ChatMessage]:
    """The history of one question, the tools' work included."""
    history = [said(question)]
    while True:
        answer = ask(model, history)
        history.append(answer.message)
        calls = model.get_tool_calls_from_response(answer, error_on_no_tool_call=False)
        if not calls:
            return history
        history += [
            ChatMessage(
                role="tool",
                content=get_weather(**call.tool_kwargs),
                additional_kwargs={"tool_call_id": call.tool_id},
            )
            for call in calls
        ]


def test_chat(model_of: MakeModel, proxy: Proxy) -> None:
    model = model_of(proxy)
    history = [ChatMessage(role="system", content="Be brief."), said("hello")]
    assert model.chat(history).message.content == "You said: hello"
    chunks = list(model.stream_chat(history))
    assert "".join(chunk.delta or "" for chunk in chunks) == "You said: hello"
    assert chunks[-1].message.content == "You said: hello"
    assert model.complete("hello").text == "You said: hello"
    assert "".join(chunk.delta or "" for chunk in model.stream_complete("hello")) == (
        "You said: hello"
    )


async def test_chat_asynchronously(model_of: MakeModel, proxy: Proxy) -> None:
    model = model_of(proxy)
    assert (await model.achat([said("hello")])).message.content == "You said: hello"
    stream = await model.astream_chat([said("hello")])
    assert "".join([chunk.delta or "" async for chunk in stream]) == "You said: hello"


def test_thoughts_come_as_a_block_of_their_own(model_of: MakeModel, proxy: Proxy) -> None:
    model = model_of(proxy, additional_kwargs={"reasoning_effort": "high"})
    message = model.chat([said("hello")]).message
    assert [type(block).__name__ for block in message.blocks] == ["ThinkingBlock", "TextBlock"]
    assert message.content == "You said: hello"


def test_a_picture(model_of: MakeModel, proxy: Proxy) -> None:
    picture = ImageBlock(image=b"iVBORw0KGgo=", image_mimetype="image/png")
    message = ChatMessage(role="user", blocks=[TextBlock(text="look"), picture])
    answer = model_of(proxy).chat([message]).message.content
    assert answer == "You said: look [image/png, 12 base64 characters]"


@ASK
def test_parallel_calls(model_of: MakeModel, proxy: Proxy, ask: Any) -> None:
    history = loop(model_of(proxy), ask, BOTH)
    assert [message.role.value for message in history] == [
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
    ]
    assert "sunny in Oslo" in (history[-1].content or "")


@ASK
def test_a_tool_loop_with_a_credential_that_changes(
    model_of: MakeModel, switching_proxy: Proxy, ask: Any
) -> None:
    model = model_of(switching_proxy)
    history = loop(model, ask, STEPS)
    assert "sunny in Rome" in (history[-1].content or "")
    assert set(switching_proxy.projects()) == {"north", "south"}
    assert ask(model, [*history, said("thanks")]).message.content == "You said: thanks"


def test_a_tool_is_demanded(model_of: MakeModel, proxy: Proxy) -> None:
    model = model_of(proxy)
    answer = model.chat_with_tools([WEATHER], "hello", tool_required=True)
    (call,) = model.get_tool_calls_from_response(answer)
    assert (call.tool_name, call.tool_kwargs) == ("get_weather", {"city": "hello"})


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_agent(model_of: MakeModel, switching_proxy: Proxy, streaming: bool) -> None:
    agent = FunctionAgent(tools=[get_weather], llm=model_of(switching_proxy), streaming=streaming)
    assert "sunny in Rome" in str(await agent.run(STEPS))
    assert set(switching_proxy.projects()) == {"north", "south"}


def test_structured_output(model_of: MakeModel, proxy: Proxy) -> None:
    answer = model_of(proxy).as_structured_llm(Place).complete("Oslo")
    assert answer.raw == Place(name="Oslo", population=1)


def test_a_stream_that_breaks_off_raises(model_of: MakeModel, proxy: Proxy) -> None:
    proxy.order(Reply.error_in_stream(2), times=None)
    with pytest.raises(openai.APIError):
        list(model_of(proxy).stream_chat([said("hello")]))


def test_an_unknown_model_raises(model_of: MakeModel, proxy: Proxy) -> None:
    with pytest.raises(openai.NotFoundError):
        model_of(proxy, model="gemini-9").chat([said("hello")])
