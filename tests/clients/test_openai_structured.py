"""OpenAI's SDK against a running Pollux: structured output with pydantic models."""

from __future__ import annotations

import enum
from datetime import date
from typing import Any, Literal

import openai
import pytest
from openai import AsyncOpenAI, LengthFinishReasonError, OpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, Field

from proxy_core.simulator import Reply
from tests.clients.conftest import MODEL, Proxy

pytestmark = pytest.mark.real_client

OLD_MODEL = "gemini-2.5-flash"
OSLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Oslo"}]


class Kind(enum.Enum):
    CITY = "city"
    VILLAGE = "village"


class Place(BaseModel):
    """Where people live."""

    name: str = Field(description="as on the map", min_length=1)
    kind: Kind
    population: int = Field(gt=0, description="how many live there")


class Trip(BaseModel):
    destination: Place
    via: list[Place]
    leaves: date
    note: str | None
    mode: Literal["train", "boat"] = Field(description="of travel")
    cost: int | float
    tags: dict[str, str] | None = None


class Tree(BaseModel):
    name: str
    left: Tree | None = None
    right: Tree | None = None


class Shelf(BaseModel):
    trees: list[Tree]


@pytest.mark.parametrize("model", [MODEL, OLD_MODEL])
def test_a_nested_model_is_parsed(client: OpenAI, model: str) -> None:
    answer = client.chat.completions.parse(model=model, messages=OSLO, response_format=Place)
    place = answer.choices[0].message.parsed
    assert place == Place(name="Oslo", kind=Kind.CITY, population=1)


def test_enums_options_dates_and_literals_are_parsed(client: OpenAI, proxy: Proxy) -> None:
    schema = Trip.model_json_schema()
    answer = client.chat.completions.create(
        model=MODEL,
        messages=OSLO,
        response_format={"type": "json_schema", "json_schema": {"name": "Trip", "schema": schema}},
    )
    trip = Trip.model_validate_json(answer.choices[0].message.content or "")
    assert trip.destination.kind is Kind.CITY
    assert len(proxy.sent()) == 1, "Google took the schema at once"


@pytest.mark.parametrize("kind", [Tree, Shelf])
def test_a_recursive_model_is_parsed(client: OpenAI, proxy: Proxy, kind: type[BaseModel]) -> None:
    answer = client.chat.completions.parse(model=MODEL, messages=OSLO, response_format=kind)
    assert isinstance(answer.choices[0].message.parsed, kind)
    assert len(proxy.sent()) == 1, "Google took the schema at once"


async def test_the_asynchronous_client_parses(async_client: AsyncOpenAI) -> None:
    answer = await async_client.chat.completions.parse(
        model=MODEL, messages=OSLO, response_format=Place
    )
    assert answer.choices[0].message.parsed is not None
    async with async_client.chat.completions.stream(
        model=MODEL, messages=OSLO, response_format=Place
    ) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.parsed == answer.choices[0].message.parsed


def test_the_stream_helper_parses(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=OSLO, response_format=Place
    ) as stream:
        final = stream.get_final_completion()
    assert isinstance(final.choices[0].message.parsed, Place)


@pytest.mark.parametrize("model", [MODEL, OLD_MODEL])
def test_a_format_beside_tools(client: OpenAI, model: str) -> None:
    tool = openai.pydantic_function_tool(Place, name="get_weather")
    given: dict[str, Any] = {"model": model, "tools": [tool], "response_format": Place}
    # The old model answers through a function of ours, which the pretend one calls by its name.
    messages: Any = [{"role": "user", "content": "response"}]
    answer = client.chat.completions.parse(messages=messages, **given).choices[0]
    assert isinstance(answer.message.parsed, Place)
    assert answer.finish_reason == "stop"
    messages = [{"role": "user", "content": "the weather"}]
    call = client.chat.completions.parse(messages=messages, **given).choices[0].message
    assert call.tool_calls is not None
    assert isinstance(call.tool_calls[0].function.parsed_arguments, Place)


def test_plain_json(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=OSLO, response_format={"type": "json_object"}
    )
    assert answer.choices[0].message.content == '{"said":"Oslo"}'


def test_a_cut_answer_is_not_parsed(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.text('{"name": "Os', finish_reason="MAX_TOKENS"))
    with pytest.raises(LengthFinishReasonError):
        client.chat.completions.parse(model=MODEL, messages=OSLO, response_format=Place)


def test_a_blocked_answer_is_not_parsed(client: OpenAI, proxy: Proxy) -> None:
    proxy.order(Reply.text('{"name": "Os', finish_reason="SAFETY"))
    with pytest.raises(openai.ContentFilterFinishReasonError):
        client.chat.completions.parse(model=MODEL, messages=OSLO, response_format=Place)


def test_a_schema_that_google_finds_too_complex_is_made_simpler(
    client: OpenAI, proxy: Proxy
) -> None:
    proxy.order(Reply.fault("schema_too_complex"))
    answer = client.chat.completions.parse(model=MODEL, messages=OSLO, response_format=Place)
    assert isinstance(answer.choices[0].message.parsed, Place)
    assert len(proxy.sent()) == 2
