"""Lists over the projects of the pool."""

import asyncio
from typing import Any

import orjson
import pytest

from proxy_core.server.native_lists import AT_ONCE
from proxy_core.simulator import Reply
from tests.scenarios.stage import Stage, stage


async def page(on: Stage, token: str = "", collection: str = "cachedContents") -> tuple[int, Any]:
    assert on.session is not None
    params = {"pageSize": "2", **({"pageToken": token} if token else {})}
    async with on.session.get(f"/v1beta/{collection}", params=params) as answer:
        return answer.status, await answer.json()


def keep(on: Stage, project: str, count: int) -> None:
    for number in range(count):
        name = f"cachedContents/{project}{number}"
        on.world.stored[name] = {"project": project, "resource": {"name": name}}


def listed(on: Stage) -> list[str]:
    """The projects that were asked, in order."""
    return [one.project for one in on.world.requests if one.action == "list_stored"]


async def all_of(on: Stage) -> list[list[str]]:
    pages, token = [], ""
    while True:
        status, told = await page(on, token)
        assert status == 200, told
        pages.append(
            [one["name"].removeprefix("cachedContents/") for one in told["cachedContents"]]
        )
        if not (token := told.get("nextPageToken", "")):
            return pages


async def test_pages_of_projects_follow_each_other_and_none_is_empty() -> None:
    async with stage() as on:
        for project in ("a", "b", "c", "d"):
            on.key(project)
        await on.open()
        keep(on, "a", 3)
        keep(on, "c", 2)
        assert await all_of(on) == [["a0", "a1"], ["a2"], ["c0", "c1"]]


async def test_an_empty_pool_of_things_is_an_empty_page() -> None:
    async with stage() as on:
        on.key("a")
        on.key("b")
        await on.open()
        assert await page(on) == (200, {})


async def test_a_pool_that_changes_between_pages_repeats_and_loses_nothing_else() -> None:
    async with stage() as on:
        for project in ("a", "b", "c"):
            on.key(project)
        await on.open()
        for project in ("a", "b", "c"):
            keep(on, project, 1)
        _, first = await page(on)
        assert on.pollux is not None
        await on.pollux.engine.commands.enable(on.view("b").id, enabled=False)
        _, second = await page(on, first["nextPageToken"])
        assert second["cachedContents"] == [{"name": "cachedContents/c0"}]
        assert "nextPageToken" not in second


async def test_a_credential_that_google_refuses_now_is_passed_over() -> None:
    async with stage() as on:
        on.key("a")
        on.key("b")
        await on.open()
        keep(on, "b", 1)
        on.world.script(Reply.fault("api_key_invalid"), project="a", action="list_stored")
        status, told = await page(on)
        assert (status, told) == (200, {"cachedContents": [{"name": "cachedContents/b0"}]})
        assert on.state("a") == "key_invalid"


async def test_a_project_that_cannot_tell_now_is_no_empty_one() -> None:
    async with stage() as on:
        on.key("a")
        on.key("b")
        await on.open()
        fault = Reply.fault("per_minute_429", retry_s=100)
        on.world.script(fault, project="a", action="list_stored")
        status, told = await page(on)
        assert (status, told["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")


async def test_a_project_that_cannot_tell_now_comes_last() -> None:
    async with stage() as on:
        for project in ("a", "b", "c", "d"):
            on.key(project)
        await on.open()
        for project in ("a", "b", "d"):
            keep(on, project, 1)
        fault = Reply.fault("per_minute_429", retry_s=100)
        on.world.script(fault, project="a", action="list_stored")
        on.world.script(fault, project="b", action="list_stored")
        status, told = await page(on)
        assert (status, told["cachedContents"]) == (200, [{"name": "cachedContents/d0"}])
        status, last = await page(on, told["nextPageToken"])
        assert (status, last["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
        on.clock.advance(110)
        status, told = await page(on, told["nextPageToken"])
        assert (status, told["cachedContents"]) == (200, [{"name": "cachedContents/a0"}])
        status, told = await page(on, told["nextPageToken"])
        assert (status, told) == (200, {"cachedContents": [{"name": "cachedContents/b0"}]})


async def test_what_was_found_is_not_lost_to_a_project_behind_it() -> None:
    async with stage() as on:
        for project in ("a", "b", "c"):
            on.key(project)
        await on.open()
        for project in ("a", "b", "c"):
            keep(on, project, 1)
        on.world.script(Reply.fault("internal_500"), project="b", action="list_stored")
        assert await all_of(on) == [["a0"], ["c0"], ["b0"]]


async def test_empty_projects_are_looked_at_together() -> None:
    async with stage() as on:
        names = [f"p{number:02d}" for number in range(20)]
        for project in names:
            on.key(project)
        await on.open()
        keep(on, "p19", 1)
        gate = asyncio.Event()
        on.world.script(Reply.wait(gate), action="list_stored", project="p01")
        asking = asyncio.create_task(page(on))
        await on.world.until(lambda: len(listed(on)) == 1 + AT_ONCE)
        gate.set()
        assert await asking == (200, {"cachedContents": [{"name": "cachedContents/p190"}]})


async def test_a_project_with_two_keys_is_listed_once() -> None:
    async with stage() as on:
        for label in ("a", "b"):
            key = on.world.add_key("shared")
            on.credentials.append({"type": "api_key", "key": key, "label": label})
        on.key("z")
        await on.open()
        keep(on, "shared", 3)
        keep(on, "z", 1)
        for _ in range(2):
            assert await all_of(on) == [["shared0", "shared1"], ["shared2"], ["z0"]]


async def test_without_credentials_a_list_says_so() -> None:
    async with stage() as on:
        await on.open()
        status, told = await page(on)
        assert (status, told["error"]["status"]) == (503, "UNAVAILABLE")


@pytest.mark.parametrize("token", ["x", "W10", "eyJhIjoxfQ", "ä", "/w=="])
async def test_a_page_token_that_is_not_ours_is_refused(token: str) -> None:
    async with stage() as on:
        on.key("a")
        await on.open()
        status, told = await page(on, token)
        assert status == 400, orjson.dumps(told)
