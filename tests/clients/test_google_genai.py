"""Google's own SDK against a running Pollux: generate, stream, chat, embed, count, list."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy, Serve

pytestmark = [
    pytest.mark.real_client,
    # The SDK derives its session class from aiohttp's.
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
]
VERSIONS = pytest.mark.parametrize("version", [None, "v1", "v1beta", "v1alpha"])
HELLO = "hello"
ECHO = "You said: hello"


class Kind(enum.Enum):
    CITY = "city"
    VILLAGE = "village"


class Place(BaseModel):
    name: str
    kind: Kind
    population: int
    nickname: str | None = None


class Trip(BaseModel):
    stops: list[Place]


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


def client_of(proxy: Proxy, version: str | None = None, token: str | None = None) -> genai.Client:
    options = types.HttpOptions(base_url=proxy.url, api_version=version)
    return genai.Client(api_key=token or proxy.token, http_options=options)


@pytest.fixture
def sdk(proxy: Proxy) -> Iterator[genai.Client]:
    with client_of(proxy) as made:
        yield made


@pytest.fixture
async def aio(proxy: Proxy) -> AsyncIterator[genai.client.AsyncClient]:
    async with client_of(proxy).aio as made:
        yield made


@VERSIONS
def test_a_base_url_as_openais_clients_have_it_will_do(proxy: Proxy, version: str | None) -> None:
    options = types.HttpOptions(base_url=f"{proxy.url}/v1", api_version=version)
    with genai.Client(api_key=proxy.token, http_options=options) as sdk:
        assert sdk.models.generate_content(model=MODEL, contents=HELLO).text == ECHO
        assert MODEL in {(model.name or "").removeprefix("models/") for model in sdk.models.list()}


@VERSIONS
def test_generate_and_stream_on_every_version(proxy: Proxy, version: str | None) -> None:
    with client_of(proxy, version) as sdk:
        whole = sdk.models.generate_content(model=MODEL, contents=HELLO)
        assert whole.text == ECHO
        assert whole.usage_metadata is not None
        assert whole.usage_metadata.total_token_count
        chunks = list(sdk.models.generate_content_stream(model=MODEL, contents=HELLO))
    assert len(chunks) > 1
    assert "".join(chunk.text or "" for chunk in chunks) == ECHO
    assert chunks[-1].candidates is not None
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert {each.path.split("/")[1] for each in proxy.sent()} == {version or "v1"}


async def test_generate_and_stream_asynchronously(aio: genai.client.AsyncClient) -> None:
    whole = await aio.models.generate_content(model=MODEL, contents=HELLO)
    assert whole.text == ECHO
    stream = await aio.models.generate_content_stream(model=MODEL, contents=HELLO)
    assert "".join([chunk.text or "" async for chunk in stream]) == ECHO


@pytest.mark.parametrize("name", ["gemini-flash-latest", f"models/{MODEL}"])
def test_other_names_of_models(sdk: genai.Client, name: str) -> None:
    assert sdk.models.generate_content(model=name, contents=HELLO).text == ECHO


def test_bodies_pass_as_the_sdk_wrote_them(sdk: genai.Client, proxy: Proxy) -> None:
    config = types.GenerateContentConfig(
        system_instruction="Be brief.",
        temperature=0.1,
        stop_sequences=["!"],
        max_output_tokens=4_096,
        safety_settings=[
            types.SafetySetting(
                category=types.HarmCategory.HARM_CATEGORY_HARASSMENT,
                threshold=types.HarmBlockThreshold.BLOCK_NONE,
            )
        ],
    )
    picture = types.Part.from_bytes(data=b"\x89PNG", mime_type="image/png")
    contents: Any = [picture, "look"]
    answer = sdk.models.generate_content(model=MODEL, contents=contents, config=config)
    assert answer.text == "You said: [image/png, 8 base64 characters] look"
    body = proxy.last_body()
    assert body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert body["safetySettings"][0]["threshold"] == "BLOCK_NONE"


def test_thoughts(sdk: genai.Client) -> None:
    thinking = types.ThinkingConfig(include_thoughts=True, thinking_level=types.ThinkingLevel.LOW)
    answer = sdk.models.generate_content(
        model=MODEL,
        contents=HELLO,
        config=types.GenerateContentConfig(thinking_config=thinking),
    )
    assert answer.candidates is not None
    content: Any = answer.candidates[0].content
    assert content.parts[0].thought
    assert content.parts[0].text == "Thinking about: hello"
    assert answer.text == ECHO


@pytest.mark.parametrize("kind", [Place, Trip, list[str]])
def test_answers_in_a_schema(sdk: genai.Client, kind: Any) -> None:
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_schema=kind
    )
    answer = sdk.models.generate_content(model=MODEL, contents="Oslo", config=config)
    assert isinstance(answer.parsed, list if kind == list[str] else kind)


def test_answers_in_a_json_schema(serve: Serve) -> None:
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=Place.model_json_schema()
    )
    with client_of(serve()) as sdk:
        answer = sdk.models.generate_content(model=MODEL, contents="Oslo", config=config)
    assert Place.model_validate_json(answer.text or "").kind is Kind.CITY


STEPS = "Tell me step by step the weather in Paris, Oslo, and Rome"


@pytest.mark.parametrize("question", ["the weather in Paris and Rome", STEPS])
@VERSIONS
def test_a_chat_calls_functions_by_itself(proxy: Proxy, question: str, version: str | None) -> None:
    with client_of(proxy, version) as sdk:
        chat = sdk.chats.create(model=MODEL, config={"tools": [get_weather]})
        assert "sunny in Rome" in (chat.send_message(question).text or "")
        assert chat.send_message("thanks").text == "You said: thanks"
        assert "sunny in Bonn" in (chat.send_message("And the weather in Bonn?").text or "")
    assert len(set(proxy.projects())) == 1, "a conversation stays where it was"


def test_a_chat_goes_on_when_the_credential_changes(switching_proxy: Proxy) -> None:
    with client_of(switching_proxy) as sdk:
        chat = sdk.chats.create(model=MODEL, config={"tools": [get_weather]})
        assert "sunny in Rome" in (chat.send_message(STEPS).text or "")
        assert chat.send_message("thanks").text == "You said: thanks"
    assert set(switching_proxy.projects()) == {"north", "south"}


def test_a_chat_streams(switching_proxy: Proxy) -> None:
    with client_of(switching_proxy) as sdk:
        chat = sdk.chats.create(model=MODEL, config={"tools": [get_weather]})
        said = "".join(chunk.text or "" for chunk in chat.send_message_stream(STEPS))
        assert "sunny in Rome" in said
        more = chat.send_message_stream("thanks")
        assert "".join(chunk.text or "" for chunk in more) == "You said: thanks"


async def test_a_chat_streams_asynchronously(aio: genai.client.AsyncClient) -> None:
    chat = aio.chats.create(model=MODEL, config={"tools": [get_weather]})
    answer = await chat.send_message("the weather in Paris and Rome")
    assert "sunny in Rome" in (answer.text or "")
    stream = await chat.send_message_stream("thanks")
    assert "".join([chunk.text or "" async for chunk in stream]) == "You said: thanks"


def test_counting(sdk: genai.Client) -> None:
    counted = sdk.models.count_tokens(model=MODEL, contents="12345678")
    assert counted.total_tokens == 2


@pytest.mark.parametrize("model", ["gemini-embedding-001", "gemini-embedding-2"])
def test_embedding(sdk: genai.Client, model: str) -> None:
    config = types.EmbedContentConfig(output_dimensionality=8)
    one = sdk.models.embed_content(model=model, contents="a", config=config)
    assert one.embeddings is not None
    assert len(one.embeddings[0].values or ()) == 8


def test_embedding_several_texts(sdk: genai.Client) -> None:
    texts: Any = ["a", "b"]
    several = sdk.models.embed_content(model="gemini-embedding-001", contents=texts)
    assert several.embeddings is not None
    assert len(several.embeddings) == 2


def test_models_are_listed_in_pages(sdk: genai.Client, proxy: Proxy) -> None:
    pager = sdk.models.list(config={"page_size": 5})
    assert pager.page_size == 5
    assert len(pager.page) == 5
    names = [model.name for model in pager]
    assert len(names) == len(set(names)) == len(proxy.world.models)
    assert f"models/{MODEL}" in names
    assert sdk.models.get(model=MODEL).input_token_limit == 1_048_576


async def test_models_are_listed_asynchronously(aio: genai.client.AsyncClient) -> None:
    names = [model.name async for model in await aio.models.list(config={"page_size": 7})]
    assert f"models/{MODEL}" in names


def test_a_wrong_token_is_a_client_error(proxy: Proxy) -> None:
    with client_of(proxy, token="wrong") as sdk, pytest.raises(errors.ClientError) as caught:
        sdk.models.generate_content(model=MODEL, contents=HELLO)
    assert (caught.value.code, caught.value.status) == (401, "UNAUTHENTICATED")


def test_an_unknown_model_is_a_client_error(sdk: genai.Client) -> None:
    for unknown in (
        lambda: sdk.models.generate_content(model="gemini-9", contents=HELLO),
        lambda: list(sdk.models.generate_content_stream(model="gemini-9", contents=HELLO)),
        lambda: sdk.models.get(model="gemini-9"),
    ):
        with pytest.raises(errors.ClientError) as caught:
            unknown()
        assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


def test_a_bad_request_comes_as_google_said_it(sdk: genai.Client, proxy: Proxy) -> None:
    config = types.GenerateContentConfig(temperature=9)
    with pytest.raises(errors.ClientError) as caught:
        sdk.models.generate_content(model=MODEL, contents=HELLO, config=config)
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")
    assert caught.value.details == orjson.loads(proxy.sent()[-1].refusal)


def test_an_exhausted_pool_is_a_client_error_with_the_wait(serve: Serve) -> None:
    proxy = serve("north", MAX_WAIT_S="0")
    proxy.order(Reply.fault("per_minute_429", retry_s=30))
    with client_of(proxy) as sdk, pytest.raises(errors.ClientError) as caught:
        sdk.models.generate_content(model=MODEL, contents=HELLO)
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")
    details: Any = caught.value.details
    kinds = {each["@type"].rpartition(".")[2]: each for each in details["error"]["details"]}
    assert 25 <= int(kinds["RetryInfo"]["retryDelay"].rstrip("s")) <= 33
    assert "PerMinute" in kinds["QuotaFailure"]["violations"][0]["quotaId"]


@pytest.mark.parametrize(
    ("fault", "code"), [("overloaded_503", 503), ("internal_500", 502), ("key_leaked", 503)]
)
def test_troubles_upstream_are_server_errors(serve: Serve, fault: str, code: int) -> None:
    proxy = serve("north", MAX_WAIT_S="0", MAX_ATTEMPTS="1")
    proxy.order(Reply.fault(fault), times=None)
    with client_of(proxy) as sdk, pytest.raises(errors.ServerError) as caught:
        sdk.models.generate_content(model=MODEL, contents=HELLO)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "reply",
    [Reply.error_in_stream(2), Reply.error_in_stream(2, bare=True), Reply.reset(2)],
    ids=["error", "bare error", "reset"],
)
def test_a_stream_that_breaks_off_raises(sdk: genai.Client, proxy: Proxy, reply: Reply) -> None:
    proxy.order(reply, times=None)
    chunks = sdk.models.generate_content_stream(model=MODEL, contents=HELLO)
    assert next(chunks).text
    with pytest.raises(errors.ServerError):
        list(chunks)


@pytest.mark.parametrize(
    "reply",
    [Reply.truncate(2), Reply.reset(1), Reply.empty(), Reply.blank(), Reply.fault("html_502")],
    ids=["cut", "reset", "no body", "empty answer", "html"],
)
def test_what_fails_before_its_first_chunk_is_asked_for_again(
    sdk: genai.Client, proxy: Proxy, reply: Reply
) -> None:
    proxy.order(reply)
    assert sdk.models.generate_content(model=MODEL, contents=HELLO).text == ECHO
    assert len(proxy.sent()) == 2


def test_a_blocked_prompt_comes_as_google_said_it(sdk: genai.Client, proxy: Proxy) -> None:
    proxy.order(Reply.chunks([{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}]))
    answer = sdk.models.generate_content(model=MODEL, contents=HELLO)
    assert answer.prompt_feedback is not None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT
    assert len(proxy.sent()) == 1


async def test_a_stream_that_breaks_off_raises_asynchronously(
    aio: genai.client.AsyncClient, proxy: Proxy
) -> None:
    proxy.order(Reply.truncate(2), times=None)
    chunks = await aio.models.generate_content_stream(model=MODEL, contents=HELLO)
    with pytest.raises(errors.ServerError):
        _ = [chunk async for chunk in chunks]
