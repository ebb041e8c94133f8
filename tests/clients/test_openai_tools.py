"""OpenAI's SDK against a running Pollux: function calling, with and without signatures."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessage

from tests.clients.conftest import MODEL, Proxy

pytestmark = pytest.mark.real_client

# What users write and SDKs send: far from Google's dialect, and with all the noise.
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {
                "city": {"type": "string", "minLength": 1, "default": "Oslo"},
                "unit": {"anyOf": [{"enum": ["C", "F"]}, {"type": "null"}], "default": None},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
TIME: Any = {"type": "function", "function": {"name": "get_time", "strict": True}}
TOOLS = [WEATHER, TIME]
BOTH = "What is the weather in Paris and Oslo?"
STEPS = "Tell me step by step the weather in Paris, Oslo, and Rome"


def asked(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def complete(client: OpenAI, messages: Sequence[Any], **more: Any) -> ChatCompletionMessage:
    given: dict[str, Any] = {"model": MODEL, "tools": TOOLS, **more}
    answer: ChatCompletion = client.chat.completions.create(messages=list(messages), **given)
    return answer.choices[0].message


def streamed(client: OpenAI, messages: Sequence[Any], **more: Any) -> ChatCompletionMessage:
    given: dict[str, Any] = {"model": MODEL, "tools": TOOLS, **more}
    with client.chat.completions.stream(messages=list(messages), **given) as stream:
        return stream.get_final_completion().choices[0].message


ASK = pytest.mark.parametrize("ask", [complete, streamed])


def kept(message: ChatCompletionMessage) -> dict[str, Any]:
    """The message as careful clients send it back: with everything in it."""
    return message.model_dump(exclude_none=True, exclude={"parsed"})


def stripped(message: ChatCompletionMessage) -> dict[str, Any]:
    """The message as most clients send it back: the fields of OpenAI's own API."""
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.function.name, "arguments": call.function.arguments},
        }
        for call in message.tool_calls or ()
        if call.type == "function"
    ]
    return {"role": "assistant", "content": message.content, "tool_calls": calls}


def results(message: ChatCompletionMessage) -> list[dict[str, Any]]:
    """What the functions return: `sunny in` and the city of each call."""
    told = []
    for call in message.tool_calls or ():
        assert call.type == "function"
        city = orjson.loads(call.function.arguments)["city"]
        told.append({"role": "tool", "tool_call_id": call.id, "content": f"sunny in {city}"})
    return told


def only_call(message: ChatCompletionMessage) -> Any:
    assert message.tool_calls is not None
    (call,) = message.tool_calls
    return call


def loop(client: OpenAI, ask: Any, give_back: Any, text: str) -> tuple[str, list[Any]]:
    """Runs the tool loop of one question; the last answer, and the whole history."""
    history: list[Any] = [asked(text)]
    while (message := ask(client, history)).tool_calls:
        history += [give_back(message), *results(message)]
    return message.content, [*history, give_back(message) | {"tool_calls": None}]


@ASK
def test_parallel_calls(client: OpenAI, ask: Any) -> None:
    message = ask(client, [asked(BOTH)])
    calls = message.tool_calls
    assert [call.function.name for call in calls] == ["get_weather", "get_weather"]
    cities = [orjson.loads(call.function.arguments) for call in calls]
    assert cities == [{"city": "Paris"}, {"city": "Oslo"}]
    assert len({call.id for call in calls}) == 2
    assert all(call.id.startswith("call_") and len(call.id) == 29 for call in calls)
    assert not message.content


def test_a_step_with_calls_finishes_with_tool_calls(client: OpenAI) -> None:
    messages: Any = [asked(BOTH)]
    whole = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)
    assert whole.choices[0].finish_reason == "tool_calls"
    with client.chat.completions.stream(model=MODEL, messages=messages, tools=TOOLS) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        final = stream.get_final_completion()
    assert final.choices[0].finish_reason == "tool_calls"
    assert [orjson.loads(event.arguments)["city"] for event in done] == ["Paris", "Oslo"]


def test_calls_can_be_forbidden_to_run_side_by_side(client: OpenAI) -> None:
    message = complete(client, [asked(BOTH)], parallel_tool_calls=False)
    assert message.tool_calls is not None
    assert len(message.tool_calls) == 1


@ASK
@pytest.mark.parametrize("give_back", [kept, stripped])
def test_three_turns_of_tools(client: OpenAI, proxy: Proxy, ask: Any, give_back: Any) -> None:
    answer, history = loop(client, ask, give_back, STEPS)
    assert "sunny in Rome" in answer
    assert len(proxy.sent()) == 4
    assert len(set(proxy.projects())) == 1, "a conversation stays where it was"
    assert ask(client, [*history, asked("thanks")]).content == "You said: thanks"


@ASK
@pytest.mark.parametrize("give_back", [kept, stripped])
def test_the_credential_may_change_within_a_tool_loop(
    switching_proxy: Proxy, ask: Any, give_back: Any
) -> None:
    with switching_proxy.openai() as client:
        answer, history = loop(client, ask, give_back, STEPS)
        assert "sunny in Rome" in answer
        assert len(set(switching_proxy.projects())) == 2
        assert ask(client, [*history, asked("thanks")]).content == "You said: thanks"


@pytest.mark.parametrize(
    "model", ["gemini-2.5-flash", "gemini-3-flash-preview", "gemini-4-hydrogen", "gemma-4-31b-it"]
)
def test_every_family_runs_the_loop(switching_proxy: Proxy, model: str) -> None:
    with switching_proxy.openai() as client:

        def ask(client: OpenAI, history: Sequence[Any]) -> ChatCompletionMessage:
            return streamed(client, history, model=model, reasoning_effort="low")

        answer, _ = loop(client, ask, stripped, STEPS)
    assert "sunny in Rome" in answer


def test_two_choices_have_calls_of_their_own(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=[{"role": "user", "content": BOTH}], tools=TOOLS, n=2
    ) as stream:
        choices = stream.get_final_completion().choices
    calls = [call for choice in choices for call in choice.message.tool_calls or ()]
    assert len({call.id for call in calls}) == 4
    assert [orjson.loads(call.function.arguments)["city"] for call in calls] == [
        "Paris",
        "Oslo",
        "Paris",
        "Oslo",
    ]


@pytest.mark.parametrize("give_back", [kept, stripped])
def test_google_gets_its_signatures_back_also_from_clients_that_strip_them(
    client: OpenAI, proxy: Proxy, give_back: Any
) -> None:
    message = complete(client, [asked(BOTH)])
    calls: Any = message.tool_calls
    signature = calls[0].extra_content["google"]["thought_signature"]
    complete(client, [asked(BOTH), give_back(message), *results(message)])
    parts = proxy.last_body()["contents"][1]["parts"]
    assert parts[0]["thoughtSignature"] == signature
    assert "thoughtSignature" not in parts[1]
    assert [each.status for each in proxy.sent()] == [200, 200]


def test_a_history_that_the_proxy_never_saw_is_taken(client: OpenAI) -> None:
    call = {"id": "call_1", "type": "function"}
    answer = complete(
        client,
        [
            asked("How warm is it?"),
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {**call, "function": {"name": "get_weather", "arguments": '{"city": "Bonn"}'}}
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": '{"celsius": 20}'},
        ],
    )
    assert answer.content == 'get_weather returned {"celsius":20}.'


def test_an_aborted_call_and_late_results_are_put_in_order(client: OpenAI) -> None:
    message = complete(client, [asked(BOTH)])
    first, second = results(message)
    history = [asked(BOTH), stripped(message)]
    answer = complete(client, [*history, second, first])
    assert answer.content is not None
    assert answer.content.index("Paris") < answer.content.index("Oslo")
    assert complete(client, [*history, first, asked("stop")]).content == "You said: stop"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("none", []),
        ("auto", []),
        ("required", ["get_weather"]),
        ({"type": "function", "function": {"name": "get_time"}}, ["get_time"]),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "get_time"}}],
                },
            },
            ["get_time"],
        ),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "auto",
                    "tools": [{"type": "function", "function": {"name": "get_time"}}],
                },
            },
            [],
        ),
    ],
)
@ASK
def test_every_form_of_tool_choice(
    client: OpenAI, ask: Any, choice: Any, expected: list[str]
) -> None:
    message = ask(client, [asked("hello")], tool_choice=choice)
    assert [call.function.name for call in message.tool_calls or ()] == expected


def test_a_custom_tool_takes_free_text(client: OpenAI, proxy: Proxy) -> None:
    tool = {"type": "custom", "custom": {"name": "run_code", "description": "Runs Python."}}
    message = complete(client, [asked("run some code")], tools=[tool])
    call = only_call(message)
    assert call.type == "custom"
    assert call.custom.name == "run_code"
    assert call.custom.input == "run some code"
    result = {"role": "tool", "tool_call_id": call.id, "content": "42"}
    answer = complete(client, [asked("run some code"), kept(message), result], tools=[tool])
    assert answer.content == 'run_code returned {"output":42}.'


def test_the_deprecated_functions(client: OpenAI) -> None:
    given: dict[str, Any] = {"functions": [WEATHER["function"]]}
    history: Any = [asked("the weather in Paris")]
    first = client.chat.completions.create(model=MODEL, messages=history, **given).choices[0]
    assert first.finish_reason == "function_call"
    call: Any = first.message.function_call
    assert call.name == "get_weather"
    history += [
        {"role": "assistant", "content": None, "function_call": call.model_dump()},
        {"role": "function", "name": "get_weather", "content": "sunny"},
    ]
    last = client.chat.completions.create(model=MODEL, messages=history, **given).choices[0]
    assert last.message.content == 'get_weather returned {"output":"sunny"}.'


def test_names_that_google_refuses_come_back_as_they_were(client: OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "files/read it!", "parameters": None}}
    message = complete(client, [asked("hello")], tools=[tool], tool_choice="required")
    call = only_call(message)
    assert call.function.name == "files/read it!"
    result = {"role": "tool", "tool_call_id": call.id, "content": "done"}
    answer = complete(client, [asked("hello"), stripped(message), result], tools=[tool])
    assert "done" in (answer.content or "")


async def test_the_asynchronous_client_calls_tools(async_client: AsyncOpenAI) -> None:
    history: list[Any] = [asked(BOTH)]
    async with async_client.chat.completions.stream(
        model=MODEL, messages=history, tools=TOOLS
    ) as stream:
        message = (await stream.get_final_completion()).choices[0].message
    history += [stripped(message), *results(message)]
    answer = await async_client.chat.completions.create(model=MODEL, messages=history, tools=TOOLS)
    assert "sunny in Oslo" in (answer.choices[0].message.content or "")
