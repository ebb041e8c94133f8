"""OpenAI's SDK against a running Pollux: chat, streams, options, models, base URLs."""

import asyncio
import base64
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy, Serve

pytestmark = pytest.mark.real_client

PIXEL = base64.b64encode(b"not really a picture").decode()
HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]


def test_a_whole_answer(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=HELLO)
    assert answer.id.startswith("chatcmpl-")
    assert answer.object == "chat.completion"
    assert answer.model == MODEL
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content == "You said: hello"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens_details is not None
    thoughts = answer.usage.completion_tokens_details.reasoning_tokens
    assert thoughts == 16
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer._request_id


def test_a_stream_says_the_same_as_the_whole(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=HELLO)
    chunks = list(client.chat.completions.create(model=MODEL, messages=HELLO, stream=True))
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(texts) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks][-2:] == [None, "stop"]
    assert all(chunk.usage is None for chunk in chunks)


async def test_the_asynchronous_client(async_client: AsyncOpenAI) -> None:
    whole = await async_client.chat.completions.create(model=MODEL, messages=HELLO)
    assert whole.choices[0].message.content == "You said: hello"
    stream = await async_client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    texts = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(texts) == "You said: hello"


def test_the_stream_helper(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=HELLO, stream_options={"include_usage": True}
    ) as stream:
        deltas = [event.delta for event in stream if event.type == "content.delta"]
        final = stream.get_final_completion()
    assert "".join(deltas) == final.choices[0].message.content == "You said: hello"
    assert final.usage is not None
    assert final.usage.total_tokens > 0


async def test_the_asynchronous_stream_helper(async_client: AsyncOpenAI) -> None:
    async with async_client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
        kinds = [event.type async for event in stream]
        final = await stream.get_final_completion()
    assert kinds[-1] == "content.done"
    assert final.choices[0].message.content == "You said: hello"


def test_usage_comes_in_one_last_chunk_when_asked_for(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=HELLO)
    *before, last = client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    assert last.choices == []
    assert last.usage == whole.usage
    assert all(chunk.choices for chunk in before)


def test_system_and_developer_texts_become_the_system_instruction(
    client: OpenAI, proxy: Proxy
) -> None:
    client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
            {"role": "user", "content": "hello", "name": "ada"},
        ],
    )
    body = proxy.last_body()
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "hello"}]}]


def test_a_conversation_goes_on(client: OpenAI) -> None:
    first = client.chat.completions.create(model=MODEL, messages=HELLO)
    message = first.choices[0].message
    second = client.chat.completions.create(
        model=MODEL,
        messages=[
            *HELLO,
            message.model_dump(exclude_none=True),  # type: ignore[list-item]  # what clients do
            {"role": "user", "content": "again"},
        ],
    )
    assert second.choices[0].message.content == "You said: again"


def test_a_prefilled_answer_is_taken_by_models_that_refuse_prefills(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=[*HELLO, {"role": "assistant", "content": "I say"}]
    )
    assert answer.choices[0].message.content == "You said: Continue."


def test_pictures_sounds_and_files_reach_google(client: OpenAI, proxy: Proxy) -> None:
    client.chat.completions.create(
        model=MODEL,
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {
                        "type": "image_url",
                        "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"},
                    },
                    {"type": "image_url", "image_url": {"url": "https://example.com/cat.webp"}},
                    {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "mp3"}},
                    {
                        "type": "file",
                        "file": {
                            "filename": "a.pdf",
                            "file_data": f"data:application/pdf;base64,{PIXEL}",
                        },
                    },
                ],
            }
        ],
    )
    assert proxy.last_body()["contents"][0]["parts"] == [
        {"text": "look"},
        {
            "inlineData": {"mimeType": "image/png", "data": PIXEL},
            "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
        },
        {"fileData": {"fileUri": "https://example.com/cat.webp", "mimeType": "image/webp"}},
        {"inlineData": {"mimeType": "audio/mp3", "data": PIXEL}},
        {"inlineData": {"mimeType": "application/pdf", "data": PIXEL}},
    ]


@pytest.mark.parametrize("model", [MODEL, "gemini-2.5-flash"])
def test_two_choices(client: OpenAI, model: str) -> None:
    whole = client.chat.completions.create(model=model, messages=HELLO, n=2)
    assert [choice.index for choice in whole.choices] == [0, 1]
    assert {choice.message.content for choice in whole.choices} == {"You said: hello"}
    with client.chat.completions.stream(model=model, messages=HELLO, n=2) as stream:
        final = stream.get_final_completion()
    assert [choice.index for choice in final.choices] == [0, 1]
    assert {choice.message.content for choice in final.choices} == {"You said: hello"}
    assert {choice.finish_reason for choice in final.choices} == {"stop"}


@pytest.mark.parametrize("stream", [False, True])
def test_logprobs(client: OpenAI, stream: bool) -> None:
    asked: dict[str, Any] = {"logprobs": True, "top_logprobs": 2}
    if stream:
        with client.chat.completions.stream(model=MODEL, messages=HELLO, **asked) as running:
            choice: Any = running.get_final_completion().choices[0]
    else:
        choice = client.chat.completions.create(model=MODEL, messages=HELLO, **asked).choices[0]
    tokens = choice.logprobs.content
    assert "".join(token.token for token in tokens) == "You said: hello"
    assert all(len(token.top_logprobs) == 2 for token in tokens)
    assert bytes(tokens[0].bytes).decode() == tokens[0].token
    assert tokens[0].logprob == -0.25


def test_an_effort_brings_thoughts_as_reasoning_content(client: OpenAI, proxy: Proxy) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=HELLO, reasoning_effort="high")
    message: Any = whole.choices[0].message
    assert message.reasoning_content == "Thinking about: hello"
    assert message.content == "You said: hello"
    config = proxy.last_body()["generationConfig"]
    assert config["thinkingConfig"] == {"thinkingLevel": "HIGH", "includeThoughts": True}
    with client.chat.completions.stream(
        model=MODEL, messages=HELLO, reasoning_effort="high"
    ) as stream:
        streamed: Any = stream.get_final_completion().choices[0].message
    assert streamed.reasoning_content == "Thinking about: hello"
    assert streamed.content == "You said: hello"


@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh"])
@pytest.mark.parametrize(
    "model", [MODEL, "gemini-2.5-pro", "gemini-2.5-flash", "gemini-4-hydrogen", "gemma-4-31b-it"]
)
def test_every_effort_suits_every_family(client: OpenAI, model: str, effort: Any) -> None:
    answer = client.chat.completions.create(model=model, messages=HELLO, reasoning_effort=effort)
    assert answer.choices[0].message.content == "You said: hello"


def test_googles_own_extras_are_understood(client: OpenAI, proxy: Proxy) -> None:
    thinking = {"thinking_level": "low", "include_thoughts": True}
    answer = client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        extra_body={"extra_body": {"google": {"thinking_config": thinking}}},
    )
    message: Any = answer.choices[0].message
    assert message.reasoning_content == "Thinking about: hello"
    config = proxy.last_body()["generationConfig"]
    assert config["thinkingConfig"] == {"thinkingLevel": "LOW", "includeThoughts": True}


def test_thoughts_stand_between_tags_where_the_owner_wants_them(serve: Serve) -> None:
    proxy = serve(THOUGHT_WRAPPER_TAGS='["<think>","</think>"]')
    with proxy.openai() as client:
        answer = client.chat.completions.create(model=MODEL, messages=HELLO)
    expected = "<think>Thinking about: hello</think>You said: hello"
    assert answer.choices[0].message.content == expected


def test_stop_words_end_an_answer(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=HELLO, stop=[":", "!"])
    assert answer.choices[0].message.content == "You said"
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_a_cut_answer_says_length(client: OpenAI, field: str) -> None:
    limit: dict[str, Any] = {field: 10}
    long: list[ChatCompletionMessageParam] = [{"role": "user", "content": "word " * 4_000}]
    answer = client.chat.completions.create(model="gemini-2.5-flash", messages=long, **limit)
    assert answer.choices[0].finish_reason == "length"


def test_sampling_and_ignored_fields_are_taken(client: OpenAI, proxy: Proxy) -> None:
    client.chat.completions.create(
        model="gemini-3-flash-preview",
        messages=HELLO,
        temperature=0.5,
        top_p=0.9,
        seed=2**40 + 7,
        presence_penalty=0.1,
        frequency_penalty=0.0,
        logit_bias={"50256": -100},
        user="ada",
        metadata={"a": "b"},
        store=False,
        prompt_cache_key="mine",
        safety_identifier="ada",
        verbosity="low",
        service_tier="auto",
    )
    config = proxy.last_body()["generationConfig"]
    assert config["seed"] == 7
    assert config["temperature"] == 0.5
    assert "frequencyPenalty" not in config


@pytest.mark.parametrize("fault", ["per_minute_429", "api_key_invalid", "overloaded_503"])
async def test_many_requests_at_once_feel_nothing_of_a_faulty_credential(
    serve: Serve, fault: str
) -> None:
    proxy = serve("north", "south", "west")
    proxy.world.script(Reply.fault(fault), project="north", model=MODEL, times=None)
    async with AsyncOpenAI(
        base_url=f"{proxy.url}/v1", api_key=proxy.token, max_retries=0
    ) as client:

        async def ask() -> str | None:
            async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
                return (await stream.get_final_completion()).choices[0].message.content

        answers = await asyncio.gather(*(ask() for _ in range(20)))
    assert set(answers) == {"You said: hello"}


def test_text_survives_any_cut_of_the_bytes(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.split(3), times=None)
    text = "Grüße \u2028 \U0001f600 " * 20
    with client.chat.completions.stream(
        model=MODEL, messages=[{"role": "user", "content": text}]
    ) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == f"You said: {text}"


def test_speech(client: OpenAI) -> None:
    hello: Any = {"messages": HELLO, "model": "gemini-3.8-flash-tts", "modalities": ["audio"]}
    wav = client.chat.completions.create(**hello, audio={"voice": "alloy", "format": "wav"})
    assert wav.choices[0].message.audio is not None
    sound = base64.b64decode(wav.choices[0].message.audio.data)
    assert sound.startswith(b"RIFF")
    with client.chat.completions.stream(
        **hello, audio={"voice": "alloy", "format": "pcm16"}
    ) as stream:
        streamed = stream.get_final_completion().choices[0].message.audio
    assert streamed is not None
    assert base64.b64decode(streamed.data) == sound[44:]


def test_pictures_of_the_model(client: OpenAI) -> None:
    drawing: Any = {"messages": HELLO, "model": "gemini-3.1-flash-image"}
    drawing["extra_body"] = {"modalities": ["text", "image"]}
    message: Any = client.chat.completions.create(**drawing).choices[0].message
    url = message.images[0]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,")
    with client.chat.completions.stream(**drawing) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.images[0]["image_url"]["url"] == url


def test_sources_of_a_search_are_cited(client: OpenAI) -> None:
    search: Any = {"model": MODEL, "web_search_options": {}}
    search["messages"] = [{"role": "user", "content": "search für cats"}]
    cited = client.chat.completions.create(**search).choices[0].message
    assert cited.annotations is not None
    assert cited.content is not None
    citation = cited.annotations[0].url_citation
    assert citation.url == "https://example.com/found"
    assert citation.end_index == len(cited.content)


def test_models_are_listed_and_retrieved(client: OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert models[MODEL].owned_by == "google"
    assert models[MODEL].created > 0
    assert "gemini-embedding-001" in models
    assert "gemini-3.8-live" not in models
    assert client.models.retrieve(MODEL).id == MODEL


@pytest.mark.parametrize("path", ["", "/v1", "/v1beta/openai", "/v1beta/openai/"])
def test_every_documented_base_url_serves(proxy: Proxy, path: str) -> None:
    with proxy.openai(base_url=proxy.url + path) as client:
        answer = client.chat.completions.create(model=MODEL, messages=HELLO)
        assert answer.choices[0].message.content == "You said: hello"
        assert MODEL in {model.id for model in client.models.list()}
        assert client.models.retrieve(MODEL).id == MODEL


@pytest.mark.parametrize("name", [f"models/{MODEL}", f"google/{MODEL}", "gpt-4o"])
def test_models_go_by_their_other_names(serve: Serve, name: str) -> None:
    proxy = serve(MODEL_ALIASES=f'{{"gpt-4o": "{MODEL}"}}')
    with proxy.openai() as client:
        answer = client.chat.completions.create(model=name, messages=HELLO)
    assert answer.model == name
    assert proxy.sent()[-1].model == MODEL
