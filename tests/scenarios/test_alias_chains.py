"""An alias that names several models: where one cannot answer for now, the next does."""

import asyncio
from typing import Any

import orjson
import pytest

from proxy_core.server.outflow import Pace
from proxy_core.simulator import Limits, Reply
from tests.scenarios.stage import FORMS, STREAMS, Form, Stage, stage

FIRST, SECOND, THIRD = "gemini-4-hydrogen", "gemini-3.8-flash", "gemini-2.5-flash"
ALIASES = orjson.dumps(
    {"house": [FIRST, SECOND], "three": [FIRST, SECOND, THIRD], "one": SECOND, "gone": "gemini-99"}
).decode()
CHAT: tuple[Form, ...] = ("chat", "chat stream")
PASSES_ON = [
    Reply.fault("per_minute_429", retry_s=40),
    Reply.fault("per_day_429", retry_s=40),
    Reply.fault("limit_zero_429"),
    Reply.fault("shared_capacity_429"),
    Reply.fault("overloaded_503"),
    Reply.fault("model_not_found"),
    Reply.fault("model_closed_to_new_users"),
]


async def opened(on: Stage, *projects: str, **settings: Any) -> None:
    for project in projects or ("home",):
        on.key(project)
    await on.open(MODEL_ALIASES=ALIASES, **settings)


def models(on: Stage) -> list[str]:
    return [received.model for received in on.calls()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reply", PASSES_ON, ids=lambda reply: reply.named_fault)
async def test_the_next_model_answers_where_the_first_cannot(form: Form, reply: Reply) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(reply, model=FIRST, times=None)
        began = on.clock.monotonic()
        told = await on.ask(form, model="house")
        assert told.worked
        assert models(on)[-1] == SECOND
        assert set(models(on)[:-1]) == {FIRST}
        assert on.clock.monotonic() == began


@pytest.mark.parametrize("form", CHAT)
async def test_the_client_hears_its_own_name_for_the_model(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("limit_zero_429"), model=FIRST)
        told = await on.ask(form, model="house")
        assert {event["model"] for event in told.events} == {"house"}


@pytest.mark.parametrize("form", FORMS)
async def test_every_credential_is_asked_for_the_first_model_before_the_second(form: Form) -> None:
    async with stage() as on:
        await opened(on, "a", "b", ROTATION="fill-first")
        on.world.script(Reply.fault("per_minute_429", retry_s=40), model=FIRST, times=2)
        assert (await on.ask(form, model="house")).worked
        assert list(zip(models(on), on.asked(), strict=True)) == [
            (FIRST, "a"),
            (FIRST, "b"),
            (SECOND, "a"),
        ]


@pytest.mark.parametrize("form", CHAT)
async def test_the_request_is_read_anew_for_the_family_of_the_next_model(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        for model in (FIRST, SECOND):
            on.world.script(Reply.fault("limit_zero_429"), model=model)
        told = await on.ask(form, model="three", reasoning_effort="xhigh", temperature=1)
        assert told.worked
        configs = [orjson.loads(one.raw_body)["generationConfig"] for one in on.calls()]
        asked = [one["thinkingConfig"] for one in configs]
        assert [one.get("thinkingLevel") for one in asked] == ["XHIGH", "HIGH", None]
        assert asked[2]["thinkingBudget"] == 24_576
        assert ["temperature" in one for one in configs] == [False, False, True]


@pytest.mark.parametrize("form", FORMS)
async def test_only_the_last_model_waits(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("per_minute_429", retry_s=5), model=FIRST)
        on.world.script(Reply.fault("per_minute_429", retry_s=10), model=SECOND)
        began = on.clock.monotonic()
        assert (await on.ask(form, model="house")).worked
        assert models(on) == [FIRST, SECOND, SECOND]
        assert 10 <= on.clock.monotonic() - began <= 12


@pytest.mark.parametrize("form", FORMS)
async def test_when_none_can_the_earliest_return_of_all_is_told(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("per_minute_429", retry_s=30), model=FIRST)
        on.world.script(Reply.fault("per_minute_429", retry_s=90), model=SECOND)
        told = await on.ask(form, model="house")
        assert told.status == 429
        assert 30 <= int(told.headers["retry-after"]) <= 34


async def test_an_end_that_waiting_does_not_cure_hides_no_soon_return() -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("per_minute_429", retry_s=30), model=FIRST)
        on.world.script(Reply.fault("model_not_found"), model=SECOND)
        told = await on.ask("chat", model="house")
        assert told.status == 429
        assert 30 <= int(told.headers["retry-after"]) <= 34


@pytest.mark.parametrize("form", FORMS)
async def test_the_clients_own_mistake_is_no_reason_to_go_on(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("invalid_argument"), model=FIRST)
        assert (await on.ask(form, model="house")).status == 400
        assert models(on) == [FIRST]


@pytest.mark.parametrize("form", FORMS)
async def test_a_policy_refusal_is_no_reason_to_go_on(form: Form) -> None:
    async with stage() as on:
        await opened(on, "a", "b")
        on.world.script(Reply.fault("consumer_suspended"), model=FIRST)
        assert (await on.ask(form, model="house")).status == 503
        assert models(on) == [FIRST]


@pytest.mark.parametrize("form", STREAMS)
async def test_after_the_first_frame_nobody_takes_over(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.error_in_stream(1), model=FIRST)
        told = await on.ask(form, model="house")
        assert told.error is not None
        assert models(on) == [FIRST]


@pytest.mark.parametrize("form", STREAMS)
async def test_a_head_that_went_out_by_silence_does_not_end_the_way(form: Form) -> None:
    async with stage() as on:
        waits = asyncio.Event()
        await opened(on, pace=Pace(head_after_s=0.02, keep_alive_s=0.02))
        on.world.script(Reply.fault("limit_zero_429") | Reply.wait(waits), model=FIRST)
        async with on.request(form, model="house") as answer:
            waits.set()  # the head is here, so the silence was filled
            body = await answer.read()
        assert answer.status == 200
        assert b"stop" in body.lower()
        assert b'"error"' not in body
        assert models(on) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("path", "opening", "ending"),
    [
        ("/v1/messages", b"event: message_start", b"event: message_stop"),
        ("/v1/responses", b"event: response.created", b"event: response.completed"),
    ],
)
async def test_what_opened_an_answer_is_not_said_again_by_the_next_model(
    path: str, opening: bytes, ending: bytes
) -> None:
    async with stage() as on:
        waits = asyncio.Event()
        await opened(on, pace=Pace(head_after_s=0.02, keep_alive_s=0.02))
        on.world.script(Reply.fault("limit_zero_429") | Reply.wait(waits), model=FIRST)
        assert on.session is not None
        message = [{"role": "user", "content": "hello"}]
        field = "input" if path.endswith("responses") else "messages"
        body = {"model": "house", field: message, "stream": True}
        if field == "messages":
            body["max_tokens"] = 2_000
        async with on.session.post(path, json=body) as answer:
            waits.set()
            events = await answer.read()
        assert events.count(opening) == events.count(ending) == 1
        assert models(on) == [FIRST, SECOND]


async def test_several_choices_go_on_together() -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("limit_zero_429"), model=FIRST, times=None)
        for form in CHAT:
            told = await on.ask(form, model="house", n=3)
            assert told.worked
        assert models(on).count(SECOND) == 6


@pytest.mark.parametrize("form", FORMS)
async def test_an_alias_of_a_model_that_nobody_offers_is_told_as_such(form: Form) -> None:
    async with stage() as on:
        await opened(on)
        told = await on.ask(form, model="gone")
        assert told.status == 404
        assert told.error is not None
        assert told.error["message"] == (
            "No credential of the pool offers the model gemini-99. "
            "Your alias gone stands for gemini-99: correct MODEL_ALIASES."
        )


async def test_all_attempts_are_in_the_record() -> None:
    async with stage() as on:
        await opened(on)
        on.world.script(Reply.fault("limit_zero_429"), model=FIRST)
        assert on.session is not None
        on.session.headers["X-Pollux-Trace"] = "1"
        told = await on.ask("chat", model="house")
        assert told.headers["x-pollux-attempts"] == "2"


async def test_a_spent_day_is_gone_around_until_it_returns() -> None:
    async with stage() as on:
        on.key("home")
        on.world.project("home").limits[FIRST] = Limits(rpd=1)
        await on.open(MODEL_ALIASES=ALIASES)
        for _ in range(3):
            assert (await on.ask("chat", model="house")).worked
        assert models(on)[0] == FIRST
        assert models(on)[-1] == SECOND


async def get(on: Stage, path: str, **headers: str) -> Any:
    assert on.session is not None
    async with on.session.get(path, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_aliases_are_listed_in_each_form() -> None:
    async with stage() as on:
        await opened(on)
        _, openai = await get(on, "/v1/models")
        assert {"house", "three", "one"} <= {one["id"] for one in openai["data"]}
        _, gemini = await get(on, "/v1beta/models?pageSize=1000")
        listed = {one["name"]: one for one in gemini["models"]}
        assert listed["models/house"]["baseModelId"] == FIRST
        assert "models/gone" not in listed
        for path in ("/v1/models/house", "/v1beta/models/house"):
            status, one = await get(on, path)
            assert status == 200
            assert "house" in (one.get("id"), one.get("name", "").removeprefix("models/"))


async def test_an_alias_in_a_native_body_becomes_the_model() -> None:
    async with stage() as on:
        await opened(on)
        assert on.session is not None
        inner = {"model": "models/one", "contents": [{"parts": [{"text": "hello"}]}]}
        body = {"generateContentRequest": inner}
        async with on.session.post("/v1beta/models/one:countTokens", json=body) as answer:
            assert answer.status == 200
