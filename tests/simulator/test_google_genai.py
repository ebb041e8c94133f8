"""Google's own SDK against the simulator: what it sends must pass, what it reads must parse."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from proxy_core.simulator import Reply
from tests.simulator.conftest import Client

pytestmark = [
    pytest.mark.real_client,
    # The SDK derives its session class from aiohttp's.
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
]
MODEL = "gemini-3.8-flash"


class City(BaseModel):
    name: str
    people: int


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


@pytest.fixture
async def sdk(client: Client) -> AsyncIterator[genai.client.AsyncClient]:
    base_url = str(client.session._base_url)
    options = types.HttpOptions(base_url=base_url)
    async with genai.Client(api_key=client.key, http_options=options).aio as made:
        yield made


@pytest.fixture
def notes(tmp_path: Path) -> str:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    return str(path)


async def test_generate_and_stream(sdk: genai.client.AsyncClient) -> None:
    whole = await sdk.models.generate_content(model=MODEL, contents="hello")
    assert whole.text == "You said: hello"
    stream = await sdk.models.generate_content_stream(model=MODEL, contents="hello")
    assert "".join([chunk.text or "" async for chunk in stream]) == "You said: hello"


async def test_a_chat_calls_functions_by_itself(sdk: genai.client.AsyncClient) -> None:
    chat = sdk.chats.create(model=MODEL, config={"tools": [get_weather]})
    answer = await chat.send_message("What is the weather in Paris and Oslo?")
    assert answer.text is not None
    assert "sunny in Paris" in answer.text
    assert "sunny in Oslo" in answer.text
    again = await chat.send_message("thanks")
    assert again.text == "You said: thanks"


async def test_structured_output_and_thoughts(sdk: genai.client.AsyncClient) -> None:
    config = types.GenerateContentConfig(
        response_mime_type="application/json",
        response_schema=City,
        thinking_config=types.ThinkingConfig(
            include_thoughts=True, thinking_level=types.ThinkingLevel.LOW
        ),
    )
    answer = await sdk.models.generate_content(model=MODEL, contents="Oslo", config=config)
    assert isinstance(answer.parsed, City)
    assert answer.parsed.name == "Oslo"
    assert answer.candidates is not None
    content = answer.candidates[0].content
    assert content is not None
    assert content.parts is not None
    assert content.parts[0].thought


async def test_counting_embedding_and_listing(sdk: genai.client.AsyncClient) -> None:
    counted = await sdk.models.count_tokens(model=MODEL, contents="12345678")
    assert counted.total_tokens == 2
    texts: list[types.ContentUnionDict] = ["a", "b"]
    embedded = await sdk.models.embed_content(model="gemini-embedding-001", contents=texts)
    assert embedded.embeddings is not None
    assert len(embedded.embeddings) == 2
    listed = [model.name async for model in await sdk.models.list(config={"page_size": 10})]
    assert f"models/{MODEL}" in listed


async def test_errors_are_read_as_googles(client: Client, sdk: genai.client.AsyncClient) -> None:
    client.world.script(Reply.fault("per_day_429"))
    with pytest.raises(errors.ClientError) as caught:
        await sdk.models.generate_content(model=MODEL, contents="x")
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")


async def test_files_are_uploaded(sdk: genai.client.AsyncClient, notes: str) -> None:
    uploaded = await sdk.files.upload(file=notes)
    assert (uploaded.mime_type, uploaded.size_bytes) == ("text/plain", 5)
