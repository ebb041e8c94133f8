"""The official SDKs, as ever, on a pool that has nothing but Vertex AI."""

from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import types
from openai import OpenAI

from tests.clients.conftest import MODEL, Proxy, Serve

pytestmark = pytest.mark.real_client


@pytest.fixture
def proxy(serve: Serve) -> Proxy:
    return serve(
        "paid@vertex",
        signatures_bound_to="service",
        field_strict_schemas=True,
        vertex_bare_calls=True,
    )


@pytest.fixture
def gemini(proxy: Proxy) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=proxy.url)
    with genai.Client(api_key=proxy.token, http_options=options) as client:
        yield client


def test_an_answer_whole_and_streamed(gemini: genai.Client, proxy: Proxy) -> None:
    whole = gemini.models.generate_content(model=MODEL, contents="hello")
    stream = gemini.models.generate_content_stream(model=MODEL, contents="hello")
    assert whole.text == "".join(chunk.text or "" for chunk in stream)
    assert all("/publishers/google/models/" in each.path for each in proxy.sent())


def test_functions_are_called_by_the_sdk_itself(gemini: genai.Client, proxy: Proxy) -> None:
    called: list[int] = []

    def now() -> str:
        """Tells the time."""
        called.append(1)
        return "noon"

    config = types.GenerateContentConfig(tools=[now])
    answer = gemini.models.generate_content(model=MODEL, contents="call now", config=config)
    assert answer.text
    assert called
    assert [each.status for each in proxy.sent()] == [200] * len(proxy.sent())


def test_tokens_and_embeddings(gemini: genai.Client) -> None:
    assert gemini.models.count_tokens(model=MODEL, contents="hello there").total_tokens
    config = types.EmbedContentConfig(output_dimensionality=8, task_type="CLUSTERING")
    told = gemini.models.embed_content(
        model="gemini-embedding-001",
        contents=["a", "b"],  # type: ignore[arg-type]  # the SDK takes it, its type does not
        config=config,
    )
    assert told.embeddings is not None
    assert [len(each.values or ()) for each in told.embeddings] == [8, 8]


def test_the_models_are_those_of_vertex(gemini: genai.Client) -> None:
    names = {model.name for model in gemini.models.list()}
    assert f"models/{MODEL}" in names
    assert "models/chirp-2" not in names


def test_openais_sdk_runs_a_tool_loop(client: OpenAI, proxy: Proxy) -> None:
    tools: Any = [
        {"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}
    ]
    messages: Any = [{"role": "user", "content": "what time is it?"}]
    said = client.chat.completions.create(
        model=MODEL, messages=messages, tools=tools, tool_choice="required"
    )
    calls: Any = said.choices[0].message.tool_calls
    (call,) = calls
    assert (call.function.name, call.function.arguments) == ("now", "{}")
    messages += [
        said.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "noon"},
    ]
    told = client.chat.completions.create(model=MODEL, messages=messages, tools=tools)
    assert told.choices[0].finish_reason == "stop"
    assert [each.status for each in proxy.sent()] == [200, 200]


def test_openais_sdk_gets_embeddings(client: OpenAI) -> None:
    told = client.embeddings.create(model="gemini-embedding-001", input=["a", "b"], dimensions=8)
    assert [len(each.embedding) for each in told.data] == [8, 8]
