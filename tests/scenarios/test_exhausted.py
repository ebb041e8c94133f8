"""No credential is free: wait, or tell the truth about when."""

import asyncio

import pytest

from proxy_core.simulator import Limits, Reply
from tests.scenarios.stage import FORMS, Form, stage


@pytest.mark.parametrize("form", FORMS)
async def test_a_request_waits_for_a_credential_that_is_soon_free(form: Form) -> None:
    async with stage() as on:
        on.key("resting")
        on.world.script(Reply.fault("per_minute_429", retry_s=12))
        await on.open()
        began = on.clock.monotonic()
        assert (await on.ask(form)).worked
        assert 12 <= on.clock.monotonic() - began <= 14


@pytest.mark.parametrize("form", ["chat", "chat stream"])
async def test_openai_clients_get_a_true_retry_after(form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        on.world.script(Reply.fault("per_minute_429", retry_s=50), project="first")
        on.world.script(Reply.fault("per_minute_429", retry_s=40), project="second")
        await on.open()
        told = await on.ask(form)
        assert told.status == 429
        assert told.error is not None
        assert told.error["code"] == "rate_limit_exceeded"
        assert "of 2, 2 reached a short limit" in told.error["message"]
        wait_s = int(told.headers["retry-after"])
        assert 40 <= wait_s <= 43
        on.clock.advance(wait_s)
        assert (await on.ask(form)).worked


@pytest.mark.parametrize("form", ["native", "native sse", "native array"])
async def test_gemini_clients_get_googles_own_details(form: Form) -> None:
    async with stage() as on:
        on.key("only")
        on.world.script(Reply.fault("per_minute_429", retry_s=50))
        await on.open()
        told = await on.ask(form)
        assert told.status == 429
        assert told.error is not None
        assert told.error["status"] == "RESOURCE_EXHAUSTED"
        details = {one["@type"].rpartition(".")[2]: one for one in told.error["details"]}
        assert details["RetryInfo"]["retryDelay"] == f"{told.headers['retry-after']}s"
        assert 50 <= int(told.headers["retry-after"]) <= 53
        (violation,) = details["QuotaFailure"]["violations"]
        assert "PerMinute" in violation["quotaId"]


async def test_a_spent_day_is_told_as_such_in_googles_words() -> None:
    async with stage() as on:
        on.key("only")
        on.world.script(Reply.fault("per_day_429"), times=None)
        await on.open(MAX_WAIT_S="0")
        await on.ask("native")
        on.clock.advance(60)
        told = await on.ask("native")
        assert told.error is not None
        details = {one["@type"].rpartition(".")[2]: one for one in told.error["details"]}
        (violation,) = details["QuotaFailure"]["violations"]
        assert "PerDay" in violation["quotaId"]


@pytest.mark.parametrize("form", FORMS)
async def test_a_pool_that_does_not_return_by_itself_names_no_time(form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        on.world.script(Reply.fault("api_key_invalid"), project="first", times=None)
        on.world.script(Reply.fault("key_leaked"), project="second", times=None)
        await on.open()
        told = await on.ask(form)
        assert told.status == 503
        assert told.headers["x-should-retry"] == "false"
        assert "retry-after" not in told.headers
        assert told.error is not None
        assert "1 has an invalid API key, 1 has a leaked API key" in told.error["message"]


@pytest.mark.parametrize("form", FORMS)
async def test_an_empty_pool_says_how_to_add_a_credential(form: Form) -> None:
    async with stage() as on:
        await on.open()
        told = await on.ask(form)
        assert told.status == 503
        assert told.headers["x-should-retry"] == "false"
        assert told.error is not None
        assert "Add an API key or a Google account" in told.error["message"]


@pytest.mark.parametrize("form", FORMS)
async def test_a_model_that_no_project_offers_is_not_found(form: Form) -> None:
    async with stage() as on:
        on.key("first")
        on.key("second")
        await on.open()
        told = await on.ask(form, model="gemini-9-unobtainium")
        assert told.status == 404
        assert sorted(on.asked()) == ["first", "second"]


async def test_no_more_requests_are_in_flight_than_allowed() -> None:
    async with stage(flying=False) as on:
        on.key("narrow")
        gate = asyncio.Event()
        on.world.script(Reply.wait(gate), times=None)
        await on.open(MAX_CONCURRENCY="2")
        asked = [asyncio.ensure_future(on.ask(text=f"question {n}")) for n in range(5)]
        await on.world.until(lambda: len(on.calls()) == 2 and len(on.pool._waiting) == 3)
        while on.clock.sleepers < 3:  # noqa: ASYNC110 - a state without an event
            await asyncio.sleep(0)
        assert len(on.calls()) == 2
        gate.set()
        assert all(told.worked for told in await asyncio.gather(*asked))
        assert len(on.calls()) == 5


async def test_a_full_queue_is_told_after_the_wait_allowed() -> None:
    async with stage(flying=False) as on:
        on.key("narrow")
        gate = asyncio.Event()
        on.world.script(Reply.wait(gate))
        await on.open(MAX_CONCURRENCY="1", MAX_WAIT_S="20")
        first = asyncio.ensure_future(on.ask())
        await on.world.until(on.calls)
        second = asyncio.ensure_future(on.ask())
        while not on.clock.sleepers:  # noqa: ASYNC110 - a state without an event
            await asyncio.sleep(0)
        on.clock.advance(20)
        told = await second
        assert told.status == 429
        assert told.headers["retry-after"] == "1"
        gate.set()
        assert (await first).worked


async def test_concurrent_requests_spread_over_the_pool() -> None:
    async with stage() as on:
        for number in range(4):
            on.key(f"project-{number}")
            on.world.project(f"project-{number}").limits["*"] = Limits(rpm=5)
        await on.open()
        told = await asyncio.gather(*(on.ask(text=f"question {n}") for n in range(20)))
        assert all(one.worked for one in told)
        assert {on.asked().count(f"project-{number}") for number in range(4)} == {5}
