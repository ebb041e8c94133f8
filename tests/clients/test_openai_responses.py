"""OpenAI's SDK against a running Pollux: the Responses API."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import openai
import orjson
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from proxy_core.dialects.openai_responses.sealed import seal, unseal
from proxy_core.gemini.signatures import DUMMY_SIGNATURE
from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy
from tests.dialects.openai_responses.fold import fold

pytestmark = pytest.mark.real_client

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"city": {"type": "string", "minLength": 1}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}
STEPS = "Tell me step by step the weather in Paris, Oslo, and Rome"
BOTH = "What is the weather in Paris and Oslo?"
SEALED: Any = {"store": False, "include": ["reasoning.encrypted_content"]}


def create(client: OpenAI, given: Any, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=given, **more)


def streamed(client: OpenAI, given: Any, **more: Any) -> Any:
    with client.responses.stream(model=MODEL, input=given, **more) as stream:
        return stream.get_final_response()


ASK = pytest.mark.parametrize("ask", [create, streamed])
Ask = Callable[..., Any]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def as_they_came(output: Sequence[Any]) -> list[Any]:
    return [item.to_dict() for item in output]


def as_codex_keeps_them(output: Sequence[Any]) -> list[Any]:
    """Without ids of items and without status."""
    return [
        {key: value for key, value in item.to_dict().items() if key not in ("id", "status")}
        for item in output
    ]


def results(response: Any) -> list[dict[str, Any]]:
    """What the functions return: `sunny in` and the city of each call."""
    return [
        {
            "type": "function_call_output",
            "call_id": item.call_id,
            "output": f"sunny in {orjson.loads(item.arguments)['city']}",
        }
        for item in response.output
        if item.type == "function_call"
    ]


@ASK
def test_a_text_is_answered(client: OpenAI, ask: Ask) -> None:
    response = ask(client, "hello", instructions="Be brief.", metadata={"a": "b"})
    assert response.output_text == "You said: hello"
    assert response.status == "completed"
    assert response.id.startswith("resp_")
    assert response.model == MODEL
    assert response.metadata == {"a": "b"}
    assert response.instructions == "Be brief."
    assert response.usage.total_tokens == (
        response.usage.input_tokens + response.usage.output_tokens
    )


async def test_the_asynchronous_client_streams(async_client: AsyncOpenAI) -> None:
    async with async_client.responses.stream(model=MODEL, input="hello") as stream:
        kinds = [event.type async for event in stream]
        response = await stream.get_final_response()
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    assert response.output_text == "You said: hello"


def test_a_stream_on_the_wire_keeps_every_rule(client: OpenAI) -> None:
    with client.responses.with_streaming_response.create(
        model=MODEL, input=BOTH, stream=True, tools=[WEATHER], reasoning={"summary": "auto"}
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        response = fold(answer.read())
    assert [item["type"] for item in response["output"]] == [
        "reasoning",
        "function_call",
        "function_call",
    ]


@ASK
def test_a_summary_of_the_thoughts(client: OpenAI, ask: Ask) -> None:
    response = ask(client, "hello", reasoning={"effort": "high", "summary": "auto"})
    reasoning, message = response.output
    assert reasoning.summary[0].text == "Thinking about: hello"
    assert message.content[0].text == "You said: hello"
    assert response.usage.output_tokens_details.reasoning_tokens > 0


@ASK
@pytest.mark.parametrize("keep", [as_they_came, as_codex_keeps_them])
@pytest.mark.parametrize("more", [{}, SEALED, {**SEALED, "reasoning": {"summary": "auto"}}])
def test_three_turns_of_tools_with_the_history_sent_along(
    switching_proxy: Proxy, ask: Ask, keep: Any, more: Any
) -> None:
    with switching_proxy.openai() as client:
        history: list[Any] = [user(STEPS)]
        turns = 0
        while told := results(response := ask(client, history, tools=[WEATHER], **more)):
            history += [*keep(response.output), *told]
            turns += 1
        history += [*keep(response.output), user("thanks")]
        last = ask(client, history, tools=[WEATHER], **more)
    assert turns == 3
    assert "sunny in Rome" in response.output_text
    assert last.output_text == "You said: thanks"


@ASK
def test_three_turns_of_tools_by_the_previous_response(
    client: OpenAI, proxy: Proxy, ask: Ask
) -> None:
    response = ask(client, STEPS, tools=[WEATHER])
    while told := results(response):
        response = ask(client, told, tools=[WEATHER], previous_response_id=response.id)
    assert "sunny in Rome" in response.output_text
    assert len(proxy.sent()) == 4
    assert len(set(proxy.projects())) == 1, "a conversation stays where it was"
    assert {each.status for each in proxy.sent()} == {200}
    last = ask(client, "thanks", previous_response_id=response.id)
    assert last.output_text == "You said: thanks"
    assert len(proxy.last_body()["contents"]) == 9


def test_sealed_signatures_reach_google_again_without_our_memory(
    client: OpenAI, proxy: Proxy
) -> None:
    reasoning, call, second = create(client, BOTH, tools=[WEATHER], **SEALED).output
    (signature,) = unseal(reasoning.encrypted_content).values()
    # Under other ids nothing is remembered of the calls.
    calls = [{**each.to_dict(), "call_id": f"call_{n}"} for n, each in enumerate((call, second))]
    told = [{"type": "function_call_output", "call_id": f"call_{n}", "output": "x"} for n in (0, 1)]
    for content, expected in (
        (seal({"call_0": signature}), signature),
        (reasoning.encrypted_content, DUMMY_SIGNATURE),
        ("gAAAAABo_of_the_real_one", DUMMY_SIGNATURE),
    ):
        carried = {**reasoning.to_dict(), "encrypted_content": content}
        history = [user(BOTH), carried, *calls, *told]
        assert create(client, history, tools=[WEATHER], **SEALED).status == "completed"
        sent = proxy.last_body()["contents"][1]["parts"]
        assert sent[0]["thoughtSignature"] == expected
        assert "thoughtSignature" not in sent[1]


def test_a_custom_tool_takes_free_text(client: OpenAI) -> None:
    tool: Any = {
        "type": "custom",
        "name": "run_code",
        "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"},
    }
    for ask in (create, streamed):
        (call,) = ask(client, "run some code", tools=[tool]).output
        assert (call.type, call.name, call.input) == (
            "custom_tool_call",
            "run_code",
            "run some code",
        )
        result = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "42"}
        history = [user("run some code"), call.to_dict(), result]
        assert ask(client, history, tools=[tool]).output_text == 'run_code returned {"output":42}.'


def test_a_namespace_is_flattened_and_comes_back(client: OpenAI) -> None:
    tool: Any = {
        "type": "namespace",
        "name": "mcp__maps",
        "description": "Maps.",
        "tools": [{key: WEATHER[key] for key in ("type", "name", "parameters")}],
    }
    (call,) = create(client, "the weather in Rome", tools=[tool]).output
    assert (call.namespace, call.name) == ("mcp__maps", "get_weather")
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    answer = create(client, [user("the weather in Rome"), call.to_dict(), result], tools=[tool])
    assert "sunny" in answer.output_text


@ASK
def test_a_shell_is_called_in_its_own_form(client: OpenAI, ask: Ask) -> None:
    tools: Any = [{"type": "shell"}]
    (call,) = ask(client, "list it", tools=tools, tool_choice="required").output
    assert call.type == "shell_call"
    assert all(isinstance(command, str) for command in call.action.commands)
    output = [{"stdout": "a.txt", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
    result = {"type": "shell_call_output", "call_id": call.call_id, "output": output}
    answer = ask(client, [user("list it"), call.to_dict(), result], tools=tools)
    assert "a.txt" in answer.output_text


def test_tools_that_gemini_has_not_do_no_harm(client: OpenAI) -> None:
    tools: Any = [{"type": "image_generation"}, {"type": "apply_patch"}, {"type": "local_shell"}]
    assert create(client, "hello", tools=tools).output_text == "You said: hello"


@ASK
def test_sources_of_a_search_are_annotations(client: OpenAI, ask: Ask) -> None:
    response = ask(client, "search for news", tools=[{"type": "web_search"}])
    message, search = response.output
    annotation = message.content[0].annotations[0]
    assert annotation.url == "https://example.com/found"
    assert message.content[0].text[annotation.start_index : annotation.end_index]
    assert search.action.queries == ["search for news"]


class Place(BaseModel):
    name: str
    population: int


@pytest.mark.parametrize("model", [MODEL, "gemini-2.5-flash"])
def test_structured_output_is_parsed(client: OpenAI, model: str) -> None:
    response = client.responses.parse(model=model, input="Oslo", text_format=Place)
    assert isinstance(response.output_parsed, Place)
    with client.responses.stream(model=model, input="Oslo", text_format=Place) as stream:
        final = stream.get_final_response()
    assert final.output_parsed == response.output_parsed


def test_structured_output_beside_tools(client: OpenAI) -> None:
    response = client.responses.parse(
        model="gemini-2.5-flash", input="Oslo", tools=[WEATHER], text_format=Place
    )
    kinds = {item.type for item in response.output}
    assert kinds <= {"message", "function_call"}


def test_pictures_and_files_reach_google(client: OpenAI, proxy: Proxy) -> None:
    content = [
        {"type": "input_text", "text": "look"},
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0K", "detail": "low"},
        {
            "type": "input_file",
            "filename": "a.pdf",
            "file_data": "data:application/pdf;base64,AA==",
        },
    ]
    create(client, [{"role": "user", "content": content}])
    _, picture, file = proxy.last_body()["contents"][0]["parts"]
    assert picture["inlineData"]["mimeType"] == "image/png"
    assert file["inlineData"]["mimeType"] == "application/pdf"


@ASK
def test_pictures_of_the_model(client: OpenAI, ask: Ask) -> None:
    given: dict[str, Any] = {"model": "gemini-3.1-flash-image", "input": "a cat"}
    response = client.responses.create(**given)
    picture: Any = response.output[-1]
    assert picture.type == "image_generation_call"
    assert picture.result.startswith("iVBOR")


def test_kept_responses_are_read_listed_and_deleted(client: OpenAI) -> None:
    first = create(client, "hello")
    second = create(client, "again", previous_response_id=first.id)
    assert client.responses.retrieve(first.id).output_text == "You said: hello"
    listed: list[Any] = client.responses.input_items.list(second.id, order="asc").data
    texts = [item.content[0].text for item in listed if item.type == "message"]
    assert texts == ["hello", "You said: hello", "again"]
    newest = client.responses.input_items.list(second.id, limit=1)
    assert len([item for page in newest.iter_pages() for item in page.data]) == len(listed)
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    assert create(client, "more", previous_response_id=second.id).output_text == "You said: more"


def test_tokens_are_counted_with_instructions_and_tools(client: OpenAI) -> None:
    bare = client.responses.input_tokens.count(model=MODEL, input="hello")
    assert bare.object == "response.input_tokens"
    more = client.responses.input_tokens.count(
        model=MODEL, input="hello", instructions="Be brief, be very brief.", tools=[WEATHER]
    )
    assert 0 < bare.input_tokens < more.input_tokens


@ASK
def test_tools_brought_on_the_way_are_called_and_last(client: OpenAI, ask: Ask) -> None:
    brought = {"type": "additional_tools", "role": "developer", "tools": [WEATHER]}
    first = ask(client, [brought, user(BOTH)])
    assert [item.name for item in first.output] == ["get_weather"] * 2
    last = ask(client, results(first), previous_response_id=first.id)
    assert "sunny in Paris" in last.output_text


def test_what_may_not_be_kept_is_not(client: OpenAI) -> None:
    first = create(client, "hello", store=False)
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, "again", previous_response_id=first.id)
    assert caught.value.code == "previous_response_not_found"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)


@pytest.mark.parametrize("field", [{"background": True}, {"conversation": "conv_1"}])
def test_what_is_not_offered_is_refused(client: OpenAI, field: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, "hello", **field)
    assert caught.value.code == "unsupported_parameter"


@ASK
def test_a_refusal_of_google_before_the_stream_is_an_http_error(
    client: OpenAI, proxy: Proxy, ask: Ask
) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.responses.create(model="gemini-9", input="hello", stream=ask is streamed)
    assert caught.value.code == "model_not_found"


def test_a_failure_inside_the_stream_is_a_failed_response(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply(error_after=2), times=None)
    events: list[Any] = list(client.responses.create(model=MODEL, input="hello", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.code == "server_error"
    assert events[-1].response.id == events[0].response.id


@ASK
def test_a_cut_answer_is_incomplete(client: OpenAI, ask: Ask) -> None:
    given: Any = {"model": "gemini-2.5-flash-lite", "input": "word " * 40, "max_output_tokens": 8}
    whole = client.responses.create(**given)
    assert whole.status == "incomplete"
    assert whole.incomplete_details is not None
    assert whole.incomplete_details.reason == "max_output_tokens"
    last: Any = list(client.responses.create(**given, stream=True))[-1]
    assert last.type == "response.incomplete"


async def test_many_conversations_at_once_do_not_mix(async_client: AsyncOpenAI) -> None:
    async def talk(number: int) -> str:
        first = await async_client.responses.create(model=MODEL, input=f"number {number}")
        second = await async_client.responses.create(
            model=MODEL, input="and", previous_response_id=first.id
        )
        items = await async_client.responses.input_items.list(second.id, order="asc")
        first_item: Any = items.data[0]
        return str(first_item.content[0].text)

    told = await asyncio.gather(*(talk(number) for number in range(10)))
    assert told == [f"number {number}" for number in range(10)]


@pytest.mark.parametrize("base", ["", "/v1", "/v1beta/openai"])
def test_every_documented_base_url_serves(proxy: Proxy, base: str) -> None:
    with proxy.openai(base_url=proxy.url + base) as client:
        response = create(client, "hello")
        assert client.responses.retrieve(response.id).output_text == "You said: hello"
