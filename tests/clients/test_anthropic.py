"""The official anthropic SDK against a running engine."""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import orjson
import pytest
from anthropic import Anthropic, AsyncAnthropic, beta_tool
from anthropic.types import Message, MessageParam, ToolParam
from pydantic import BaseModel

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy, Serve

pytestmark = pytest.mark.real_client

WEATHER: ToolParam = {
    "name": "get_weather",
    "description": "Weather of a city",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
THINKING: Any = {"type": "adaptive"}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def connect(proxy: Proxy, **options: Any) -> Anthropic:
    return Anthropic(base_url=proxy.url, api_key=proxy.token, max_retries=0, **options)


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Anthropic]:
    with connect(proxy) as made:
        yield made


@pytest.fixture
async def async_client(proxy: Proxy) -> AsyncIterator[AsyncAnthropic]:
    given: Any = {"base_url": proxy.url, "api_key": proxy.token, "max_retries": 0}
    async with AsyncAnthropic(**given) as made:
        yield made


def ask(client: Anthropic, text: str = "Hello", **more: Any) -> Message:
    given: dict[str, Any] = {"model": MODEL, "max_tokens": 4096, "messages": [user(text)], **more}
    message: Message = client.messages.create(**given)
    return message


def user(content: Any) -> MessageParam:
    return {"role": "user", "content": content}


def results(message: Message, content: Any = "sunny") -> MessageParam:
    """A result for each call of a message."""
    return user(
        [
            {"type": "tool_result", "tool_use_id": block.id, "content": content}
            for block in message.content
            if block.type == "tool_use"
        ]
    )


def said(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_a_message_is_answered(client: Anthropic) -> None:
    message = ask(client, system="Be brief.")
    assert said(message) == "You said: Hello"
    assert (message.stop_reason, message.model) == ("end_turn", MODEL)
    assert message.usage.input_tokens > 0
    assert message._request_id is not None
    assert message._request_id.startswith("req_")


async def test_a_message_is_answered_to_an_asynchronous_client(
    async_client: AsyncAnthropic,
) -> None:
    async with async_client.messages.stream(
        model=MODEL, max_tokens=4096, messages=[user("Hello")]
    ) as stream:
        text = "".join([piece async for piece in stream.text_stream])
    assert text == "You said: Hello"


def test_the_stream_helper_gives_the_same_as_the_whole(client: Anthropic) -> None:
    with client.messages.stream(
        model=MODEL, max_tokens=4096, messages=[user("Hello")], thinking=THINKING
    ) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_message()
    whole = ask(client, thinking=THINKING)
    assert said(final) == said(whole) == "You said: Hello"
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.usage.output_tokens == whole.usage.output_tokens
    assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("thinking", [None, THINKING], ids=["plain", "thinking"])
def test_tools_go_over_three_turns_with_their_signatures(
    switching_proxy: Proxy, streams: bool, thinking: Any
) -> None:
    given: dict[str, Any] = {"model": MODEL, "max_tokens": 4096, "tools": [WEATHER]}
    if thinking:
        given["thinking"] = thinking
    messages = [user("Weather in Bern, Rome and Oslo, one after another")]
    cities = []
    with connect(switching_proxy) as client:
        for _ in range(3):
            message = _turn(client, given, messages, streams=streams)
            assert message.stop_reason == "tool_use"
            (call,) = [block for block in message.content if block.type == "tool_use"]
            cities.append(call.input["city"])
            messages += [{"role": "assistant", "content": message.content}, results(message)]
        last = _turn(client, given, messages, streams=streams)
    assert cities == ["Bern", "Rome", "Oslo"]
    assert last.stop_reason == "end_turn"


def _turn(
    client: Anthropic, given: dict[str, Any], messages: list[MessageParam], *, streams: bool
) -> Message:
    if not streams:
        whole: Message = client.messages.create(**given, messages=messages)
        return whole
    with client.messages.stream(**given, messages=messages) as stream:
        return stream.get_final_message()


def test_a_signature_rides_in_thinking_and_goes_back_to_its_call(
    client: Anthropic, proxy: Proxy
) -> None:
    first = ask(client, "Weather in Bern", tools=[WEATHER], thinking=THINKING)
    assert [block.type for block in first.content] == ["thinking", "tool_use"]
    thinking, call = first.content
    assert thinking.type == "thinking"
    assert call.type == "tool_use"
    assert thinking.signature.startswith("gemini:1:gemini:")
    # What Pollux remembers of the id must not be needed.
    renamed = call.model_copy(update={"id": "toolu_renamed"})
    history: list[MessageParam] = [
        user("Weather in Bern"),
        {"role": "assistant", "content": [thinking, renamed]},
        user([{"type": "tool_result", "tool_use_id": "toolu_renamed", "content": "sunny"}]),
    ]
    ask(client, messages=history, tools=[WEATHER], thinking=THINKING)
    part = proxy.last_body()["contents"][1]["parts"][0]
    assert f"gemini:1:gemini:{part['thoughtSignature']}" == thinking.signature


def test_calls_side_by_side_get_their_results_in_one_turn(client: Anthropic, proxy: Proxy) -> None:
    first = ask(client, "Weather in Bern and Rome", tools=[WEATHER])
    calls = [block for block in first.content if block.type == "tool_use"]
    assert [call.input["city"] for call in calls] == ["Bern", "Rome"]
    history = [
        user("Weather in Bern and Rome"),
        {"role": "assistant", "content": first.content},
        results(first),
    ]
    assert "returned" in said(ask(client, messages=history, tools=[WEATHER]))
    answers = proxy.last_body()["contents"][-1]["parts"]
    assert [part["functionResponse"]["response"] for part in answers] == [{"output": "sunny"}] * 2


def test_a_picture_in_a_result_reaches_google(client: Anthropic, proxy: Proxy) -> None:
    first = ask(client, "Weather in Bern", tools=[WEATHER])
    picture = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": PNG},
    }
    history = [
        user("Weather in Bern"),
        {"role": "assistant", "content": first.content},
        results(first, [picture, {"type": "text", "text": "a map"}]),
    ]
    ask(client, messages=history, tools=[WEATHER])
    (part,) = proxy.last_body()["contents"][-1]["parts"]
    assert part["functionResponse"]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": PNG}}
    ]


def test_an_answer_by_a_schema_is_parsed(client: Anthropic) -> None:
    class Answer(BaseModel):
        said: str

    parsed = client.messages.parse(
        model=MODEL, max_tokens=4096, messages=[user("Hello")], output_format=Answer
    )
    assert isinstance(parsed.parsed_output, Answer)


def test_a_search_brings_its_sources(client: Anthropic) -> None:
    asked: Any = {
        "model": MODEL,
        "max_tokens": 4096,
        "tools": [{"type": "web_search_20250305", "name": "web_search"}],
        "messages": [user("search for Pollux")],
    }
    whole = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        streamed = stream.get_final_message()
    search = ["server_tool_use", "web_search_tool_result"]
    assert [block.type for block in whole.content] == [*search, "text"]
    assert [block.type for block in streamed.content] == ["text", *search]
    for message in (whole, streamed):
        blocks: dict[str, Any] = {block.type: block for block in message.content}
        (result,) = blocks["web_search_tool_result"].content
        (citation,) = blocks["text"].citations
        assert result.url == citation.url == "https://example.com/found"
        assert message.usage.server_tool_use is not None
        assert message.usage.server_tool_use.web_search_requests == 1
        asked["messages"] += [{"role": "assistant", "content": message.content}, user("And?")]
    assert client.messages.create(**asked).stop_reason == "end_turn"


def test_tokens_are_counted_with_system_and_tools(client: Anthropic) -> None:
    bare = client.messages.count_tokens(model=MODEL, messages=[user("Hello")])
    more = client.messages.count_tokens(
        model=MODEL,
        messages=[user("Hello")],
        system="Be brief, be very brief.",
        tools=[WEATHER],
        thinking=THINKING,
    )
    assert 0 < bare.input_tokens < more.input_tokens


def test_models_are_listed_page_by_page(client: Anthropic) -> None:
    listed = list(client.models.list(limit=3))
    assert len(listed) > 10
    assert len({model.id for model in listed}) == len(listed)
    found = client.models.retrieve(MODEL)
    assert (found.id, found.max_input_tokens, found.max_tokens) == (MODEL, 1_048_576, 65_536)


def test_a_name_of_anthropics_is_answered_under_it(client: Anthropic, proxy: Proxy) -> None:
    message = ask(client, model="claude-sonnet-5")
    assert message.model == "claude-sonnet-5"
    assert proxy.sent()[-1].model == MODEL
    assert client.models.retrieve("claude-sonnet-5").id == "claude-sonnet-5"


def test_the_beta_client_and_other_base_urls_work(proxy: Proxy) -> None:
    for base in ("/anthropic", "/anthropic/v1", "/v1"):
        with Anthropic(base_url=proxy.url + base, auth_token=proxy.token, max_retries=0) as client:
            message = client.beta.messages.create(
                model=MODEL,
                max_tokens=4096,
                messages=[{"role": "user", "content": "Hello"}],
                betas=["context-management-2025-06-27"],
            )
            assert message.stop_reason == "end_turn"
            assert client.models.retrieve(MODEL).id == MODEL


BOTH: Any = [user("Weather in Paris and Oslo")]


@beta_tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


@beta_tool
def get_time(city: str) -> str:
    """The time in a city."""
    return f"noon in {city}"


def test_the_tool_runner_sends_the_conversation_that_nobody_holds_for_it(
    client: Anthropic, proxy: Proxy
) -> None:
    runner = client.beta.messages.tool_runner(
        model=MODEL,
        max_tokens=4096,
        messages=BOTH,
        tools=[get_weather],
    )
    told = runner.until_done().content[-1]
    assert told.type == "text"
    assert "sunny in Paris" in told.text
    assert "sunny in Oslo" in told.text
    assert [len(orjson.loads(each.raw_body)["contents"]) for each in proxy.sent()] == [1, 3]


def test_the_tool_runner_takes_tools_on_the_way(client: Anthropic, proxy: Proxy) -> None:
    runner = client.beta.messages.tool_runner(
        model=MODEL,
        max_tokens=4096,
        messages=BOTH,
        tools=[get_weather],
    )
    next(runner)
    runner.add_tools(get_time)
    runner.until_done()
    (tools,) = proxy.last_body()["tools"]
    assert [each["name"] for each in tools["functionDeclarations"]] == ["get_weather", "get_time"]


def test_a_session_of_claude_code_names_the_conversation(serve: Serve) -> None:
    proxy = serve(ROTATION="round-robin")
    history = [user("Hi"), {"role": "assistant", "content": "Hello."}, user("On")]
    session = {"user_id": orjson.dumps({"session_id": "s1"}).decode()}
    with connect(proxy) as client:
        for number in range(4):
            # Nothing but the session tells that these belong together.
            ask(client, messages=[user(f"Hi {number}"), *history[1:]], metadata=session)
    assert len(set(proxy.projects())) == 1


@pytest.mark.parametrize(
    ("fault", "error", "kind"),
    [
        ("overloaded_503", anthropic.OverloadedError, "overloaded_error"),
        ("invalid_argument", anthropic.BadRequestError, "invalid_request_error"),
        ("context_too_long", anthropic.BadRequestError, "invalid_request_error"),
    ],
)
def test_what_google_refuses_is_raised_as_the_sdks_own(
    serve: Serve, fault: str, error: type[anthropic.APIStatusError], kind: str
) -> None:
    proxy = serve(MAX_ATTEMPTS="1")
    proxy.order(Reply.fault(fault), times=None)
    with connect(proxy) as client, pytest.raises(error) as caught:
        ask(client)
    assert caught.value.type == kind
    assert str(caught.value.request_id).startswith("req_")


def test_mistakes_are_raised_as_the_sdks_own(client: Anthropic, proxy: Proxy) -> None:
    with pytest.raises(anthropic.BadRequestError, match="messages"):
        ask(client, messages=[])
    with pytest.raises(anthropic.NotFoundError):
        ask(client, model="gemini-0-none")
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("gemini-0-none")
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.list()
    wrong = Anthropic(base_url=proxy.url, api_key="wrong", max_retries=0)
    with wrong, pytest.raises(anthropic.AuthenticationError):
        ask(wrong)


def test_a_spent_quota_says_when_it_is_back(serve: Serve) -> None:
    proxy = serve("one", MAX_WAIT_S="0")
    proxy.order(Reply.fault("per_minute_429", retry_s=30), times=None)
    with connect(proxy) as client, pytest.raises(anthropic.RateLimitError) as caught:
        ask(client)
    assert 25 <= int(caught.value.response.headers["retry-after"]) <= 40


def test_a_stream_that_breaks_raises_what_happened(client: Anthropic, proxy: Proxy) -> None:
    proxy.order(Reply.text("a", "b", "c") | Reply.error_in_stream(1))
    with (
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(model=MODEL, max_tokens=4096, messages=[user("Hello")]) as stream,
    ):
        list(stream)
    assert caught.value.type == "overloaded_error"
