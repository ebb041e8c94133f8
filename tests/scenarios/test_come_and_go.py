"""Credentials that come, go and change while requests run."""

import asyncio

from proxy_core.simulator import Reply
from tests.fakes.site import until
from tests.scenarios.stage import Stage, stage


def without(on: Stage, project: str) -> None:
    """Takes the credentials of a project out, as their owner does."""
    members = on.pool.members.values()
    on.pool.replace([m.credential for m in members if m.credential.project != project])


async def test_an_answer_goes_on_while_its_credential_leaves() -> None:
    hold = asyncio.Event()
    async with stage() as on:
        on.key("first")
        on.key("second")
        on.world.script(Reply.text("one", "two") | Reply.wait(hold, after=1))
        await on.open(ROTATION="fill-first")
        async with on.request("chat stream") as answer:
            await answer.content.readuntil(b"one")
            without(on, "first")
            assert (await on.ask()).worked
            hold.set()
            assert b"[DONE]" in await answer.content.read()
        assert on.asked() == ["first", "second"]
        assert [member.in_flight for member in on.pool.members.values()] == [0]


async def test_a_request_that_waits_is_served_by_a_credential_that_comes() -> None:
    hold = asyncio.Event()
    async with stage(flying=False) as on:
        on.key("first")
        on.key("second")
        on.world.script(Reply.wait(hold))
        await on.open(MAX_CONCURRENCY="1")
        both = [member.credential for member in on.pool.members.values()]
        without(on, "second")
        busy = asyncio.ensure_future(on.ask())
        await on.world.until(lambda: len(on.calls()) == 1)
        assert on.state("first") == "busy"
        waiting = asyncio.ensure_future(on.ask())
        await until(lambda: len(on.pool._waiting))
        on.pool.replace(both)
        assert (await waiting).worked
        hold.set()
        assert (await busy).worked
        assert on.asked() == ["first", "second"]
        assert on.state("first") == "ready"


async def test_a_new_label_is_told_at_once() -> None:
    async with stage() as on:
        on.key("first")
        await on.open()
        assert on.pollux is not None
        assert on.session is not None
        await on.pollux.engine.commands.rename(on.view("first").id, "the spare key")
        on.session.headers["X-Pollux-Trace"] = "1"
        told = await on.ask()
        assert told.headers["x-pollux-credential"] == "the spare key"
        assert on.view("first").label == "the spare key"


async def test_a_key_is_shown_with_the_project_that_google_named() -> None:
    async with stage() as on:
        for _ in range(2):
            on.credentials.append({"type": "api_key", "key": on.world.add_key("theirs")})
        on.key("healthy")
        on.world.script(Reply.fault("service_disabled"), project="theirs", times=None)
        await on.open(ROTATION="round-robin")
        for _ in range(4):
            assert (await on.ask()).worked
        number = on.world.project("theirs").number
        assert on.state(number) == "api_off"
        assert len(on.pool.units[number].members) == 2
