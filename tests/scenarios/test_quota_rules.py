"""Minutes, days, tiers and projects: what rests, for how long, and what comes back."""

from datetime import datetime

import pytest

from proxy_core.pool.quota import PACIFIC, midnight_pacific
from proxy_core.simulator import Limits, Reply
from tests.scenarios.stage import MODEL, Stage, stage

OTHER_MODEL = "gemini-3.6-flash"


def spend_the_day(on: Stage, project: str = "spent") -> None:
    on.world.project(project).limits["*"] = Limits(rpd=20)
    on.world.quotas.spend_day(project, MODEL, 20, on.clock.now())


async def test_a_spent_daily_quota_rests_until_midnight_pacific() -> None:
    async with stage() as on:
        on.key("spent")
        spend_the_day(on)
        await on.open(MAX_WAIT_S="0")
        first = await on.ask()
        assert first.status == 429
        assert 31 <= int(first.headers["retry-after"]) <= 34  # RetryInfo and a little jitter
        on.clock.advance(34)
        second = await on.ask()  # the one probe
        assert second.status == 429
        midnight = midnight_pacific(on.clock.now())
        assert int(second.headers["retry-after"]) == pytest.approx(midnight - on.clock.now(), abs=1)
        assert second.headers["x-should-retry"] == "false"
        assert len(on.calls()) == 2

        on.clock.advance(midnight - on.clock.now() - 60)
        assert (await on.ask()).status == 429
        assert len(on.calls()) == 2
        on.clock.advance(61)
        assert (await on.ask()).worked
        local = datetime.fromtimestamp(on.clock.now(), PACIFIC)
        assert (local.hour, local.minute) == (0, 0)


async def test_a_day_that_is_spent_again_after_midnight_rests_at_once_until_the_next() -> None:
    async with stage() as on:
        on.key("spent")
        await on.open(MAX_WAIT_S="0")
        on.world.script(Reply.fault("per_day_429"), times=None)
        await on.ask()
        on.clock.advance(60)
        await on.ask()
        on.clock.advance(midnight_pacific(on.clock.now()) - on.clock.now() + 1)
        told = await on.ask()
        assert int(told.headers["retry-after"]) > 20 * 3_600
        assert len(on.calls()) == 3


async def test_a_probe_that_works_forgets_the_first_refusal_of_the_day() -> None:
    async with stage() as on:
        on.key("spent")
        await on.open(MAX_WAIT_S="0")
        on.world.script(Reply.fault("per_day_429"))
        await on.ask()
        on.clock.advance(60)
        assert (await on.ask()).worked
        on.world.script(Reply.fault("per_day_429"))
        assert int((await on.ask()).headers["retry-after"]) <= 50


async def test_a_model_outside_the_tier_leaves_the_other_models_alone() -> None:
    async with stage() as on:
        on.key("free")
        on.world.project("free").limits[MODEL] = Limits(rpd=0)
        await on.open(MAX_WAIT_S="0")
        told = await on.ask()
        assert told.status == 429
        assert int(told.headers["retry-after"]) >= 86_000
        assert (await on.ask(model=OTHER_MODEL)).worked
        on.clock.advance(3_600)
        assert (await on.ask()).status == 429
        assert len(on.calls()) == 2


async def test_two_credentials_of_one_project_share_its_quota() -> None:
    async with stage() as on:
        on.key("shared")
        on.account("second@example.com", "shared")
        on.key("other")
        on.world.project("shared").limits["*"] = Limits(rpm=2)
        await on.open(ROTATION="round-robin")
        for _ in range(12):
            assert (await on.ask()).worked
        assert on.asked().count("shared") == 3  # two served, one refused for both


async def test_a_credential_near_its_limit_is_avoided_before_google_refuses() -> None:
    async with stage() as on:
        on.key("small")
        on.key("large")
        on.world.project("small").limits["*"] = Limits(rpm=6)
        await on.open(ROTATION="fill-first")
        for _ in range(8):  # learns the limit by one refusal
            assert (await on.ask()).worked
        on.clock.advance(300)
        on.world.requests.clear()
        for _ in range(8):
            assert (await on.ask()).worked
        assert on.asked() == ["small"] * 6 + ["large"] * 2
        assert all(received.status == 200 for received in on.calls())


async def test_a_spend_cap_rests_the_project_for_every_model() -> None:
    async with stage() as on:
        on.key("capped")
        await on.open(MAX_WAIT_S="0")
        on.world.script(Reply.fault("spend_limit_429"))
        assert (await on.ask()).status == 429
        told = await on.ask(model=OTHER_MODEL)
        assert told.status == 429
        assert 50 <= int(told.headers["retry-after"]) <= 63
        assert len(on.calls()) == 1


async def test_a_retry_after_header_wins_over_retry_info() -> None:
    async with stage() as on:
        on.key("resting")
        await on.open(MAX_WAIT_S="0")
        refusal = b'{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Slow down."}}'
        on.world.script(Reply.raw(429, refusal, retry_after="30"))
        assert 30 <= int((await on.ask()).headers["retry-after"]) <= 33


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_clock_that_jumps_by_a_day_does_no_harm(days: int) -> None:
    async with stage() as on:
        on.key("resting")
        on.key("second")
        await on.open(MAX_WAIT_S="0", ROTATION="round-robin")
        on.world.script(Reply.fault("per_minute_429"), project="resting")
        assert (await on.ask()).worked
        on.clock.jump(days * 86_400)
        for _ in range(3):
            assert (await on.ask()).worked
        assert on.asked().count("resting") == (1 if days < 0 else 3)
        on.clock.advance(26)
        for _ in range(3):
            assert (await on.ask()).worked
        assert on.asked().count("resting") > 1
