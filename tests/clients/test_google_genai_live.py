"""google-genai's Live client against a running Pollux.

For Python it speaks TLS only, whatever the base URL says, so a TLS front stands before Pollux
here, as it has to for its users.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from google import genai
from google.genai import errors, types
from google.genai.live import AsyncSession
from google.oauth2.credentials import Credentials

from proxy_core.simulator import Reply
from tests.clients.conftest import PATIENCE_S, Proxy
from tests.fakes.tls_front import Certificate, tls_front

pytestmark = pytest.mark.real_client
MODEL = "gemini-3.8-live"
TEXT = [types.Modality.TEXT]


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(tmp_path)


@pytest.fixture(params=["", "/"])
async def client(
    request: pytest.FixtureRequest, proxy: Proxy, certificate: Certificate
) -> AsyncIterator[genai.Client]:
    """With both forms of base URL; the SDK joins its path to them as they are."""
    async with asyncio.timeout(PATIENCE_S), tls_front(proxy.url, certificate) as url:
        options = types.HttpOptions(
            base_url=url + request.param, async_client_args={"ssl": certificate.client}
        )
        yield genai.Client(api_key=proxy.token, http_options=options)


@pytest.fixture(params=["express", "project"])
async def in_vertex_mode(
    request: pytest.FixtureRequest, proxy: Proxy, certificate: Certificate
) -> AsyncIterator[genai.Client]:
    async with asyncio.timeout(PATIENCE_S), tls_front(proxy.url, certificate) as url:
        options = types.HttpOptions(base_url=url, async_client_args={"ssl": certificate.client})
        if request.param == "express":
            yield genai.Client(vertexai=True, api_key=proxy.token, http_options=options)
            return
        yield genai.Client(
            vertexai=True,
            project="somebody-elses",
            location="us-central1",
            credentials=Credentials(token=proxy.token),  # type: ignore[no-untyped-call]
            http_options=options,
        )


def said(text: str) -> types.Content:
    return types.Content(role="user", parts=[types.Part(text=text)])


async def turn(session: AsyncSession) -> list[types.LiveServerMessage]:
    return [message async for message in session.receive()]


def text_of(messages: list[types.LiveServerMessage]) -> str:
    return "".join(message.text or "" for message in messages)


def live(proxy: Proxy) -> list[Any]:
    return [each for each in proxy.world.requests if each.action == "bidiGenerateContent"]


async def test_a_turn_of_text(client: genai.Client, proxy: Proxy) -> None:
    config = types.LiveConnectConfig(response_modalities=TEXT, system_instruction="Be short.")
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(turns=said("hello"), turn_complete=True)
        first = await turn(session)
        await session.send_realtime_input(text="once more")
        second = await turn(session)
    assert text_of(first) == "You said: hello"
    assert text_of(second) == "You said: once more"
    assert any(message.usage_metadata for message in first)
    (received,) = live(proxy)
    assert proxy.token not in str(received.headers) + str(received.query)


async def test_spoken_answers_pass_as_bytes(client: genai.Client) -> None:
    config = types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        output_audio_transcription=types.AudioTranscriptionConfig(),
    )
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(turns=said("hello"), turn_complete=True)
        heard = await turn(session)
    assert any(message.data for message in heard)


async def test_a_function_call(client: genai.Client) -> None:
    place = types.Schema(type=types.Type.STRING)
    weather = types.FunctionDeclaration(
        name="get_weather",
        parameters=types.Schema(
            type=types.Type.OBJECT, properties={"city": place}, required=["city"]
        ),
    )
    config = types.LiveConnectConfig(
        response_modalities=TEXT, tools=[types.Tool(function_declarations=[weather])]
    )
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(
            turns=said("What is the weather in Paris?"), turn_complete=True
        )
        called = (await anext(session.receive())).tool_call
        assert called is not None
        assert called.function_calls is not None
        (call,) = called.function_calls
        assert (call.name, call.args) == ("get_weather", {"city": "Paris"})
        response = types.FunctionResponse(id=call.id, name=call.name, response={"sky": "blue"})
        await session.send_tool_response(function_responses=[response])
        assert "blue" in text_of(await turn(session))


async def test_a_session_is_resumed_by_the_project_that_held_it(
    client: genai.Client, proxy: Proxy
) -> None:
    config = types.LiveConnectConfig(
        response_modalities=TEXT, session_resumption=types.SessionResumptionConfig()
    )
    handle = None
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(turns=said("remember me"), turn_complete=True)
        await turn(session)
        update = (await anext(session.receive())).session_resumption_update
        assert update is not None
        handle = update.new_handle
    assert handle is not None
    again = types.LiveConnectConfig(
        response_modalities=TEXT,
        session_resumption=types.SessionResumptionConfig(handle=handle),
    )
    for _ in range(3):
        async with client.aio.live.connect(model=MODEL, config=again) as session:
            assert session.setup_complete is not None
    assert len({received.project for received in live(proxy)}) == 1


async def test_a_refused_project_gives_way_to_the_next_unseen(
    client: genai.Client, proxy: Proxy
) -> None:
    proxy.world.script(
        Reply.close(1011, "You exceeded your current quota, please check your plan."),
        action="bidiGenerateContent",
    )
    config = types.LiveConnectConfig(response_modalities=TEXT)
    async with client.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(turns=said("hello"), turn_complete=True)
        assert text_of(await turn(session)) == "You said: hello"
    assert len({received.project for received in live(proxy)}) == 2


async def test_a_mistake_comes_back_in_googles_words(client: genai.Client, proxy: Proxy) -> None:
    proxy.world.script(Reply.close(1007, "Request contains an invalid argument."))
    with pytest.raises(errors.APIError, match="contains an invalid argument") as refused:
        async with client.aio.live.connect(model=MODEL):
            pass
    assert refused.value.code == 1007


async def test_a_model_that_is_not_live_is_nobodys(client: genai.Client) -> None:
    with pytest.raises(errors.APIError, match="No credential of the pool offers") as refused:
        async with client.aio.live.connect(model="gemini-3.8-flash"):
            pass
    assert refused.value.code == 1008


async def test_the_setup_goes_on_as_it_came(client: genai.Client, proxy: Proxy) -> None:
    config = types.LiveConnectConfig(response_modalities=TEXT)
    async with client.aio.live.connect(model=MODEL, config=config):
        pass
    (received,) = live(proxy)
    wanted = {"model": f"models/{MODEL}", "generationConfig": {"responseModalities": ["TEXT"]}}
    assert orjson.loads(received.messages[0]) == {"setup": wanted}
    assert "v1beta" in received.path


async def test_a_turn_in_vertex_mode(in_vertex_mode: genai.Client, proxy: Proxy) -> None:
    config = types.LiveConnectConfig(
        response_modalities=TEXT, system_instruction="Be short.", temperature=0.5
    )
    async with in_vertex_mode.aio.live.connect(model=MODEL, config=config) as session:
        await session.send_client_content(turns=said("hello"), turn_complete=True)
        messages = await turn(session)
    assert text_of(messages) == "You said: hello"
    (usage,) = [message.usage_metadata for message in messages if message.usage_metadata]
    assert usage.response_token_count == 3
    (received,) = live(proxy)
    assert received.model == MODEL
    assert received.project != "somebody-elses"
    assert proxy.token not in str(received.headers) + str(received.query)
