from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from pydantic import SecretStr

from proxy_core.engine.discovery import (
    MOST_ASKED,
    MOST_PAGES,
    PAGE_SIZE,
    Discovery,
    Project,
    api_page,
    ranked,
)
from proxy_core.simulator import Reply
from proxy_core.simulator.world import DEFAULT_SCOPES, World
from tests.fakes.consenting import ADA, PROJECT, google_of_ada


@asynccontextmanager
async def looking(*projects: str) -> AsyncIterator[tuple[Discovery, World, SecretStr]]:
    async with google_of_ada(*projects) as fake, aiohttp.ClientSession() as session:
        token = fake.world.issue_access_token(ADA, "pretend-client", DEFAULT_SCOPES, 9e9)
        yield Discovery(session, fake.base_url), fake.world, SecretStr(token.value)


async def test_the_projects_come_with_the_state_of_the_gemini_api() -> None:
    async with looking("first", PROJECT, "third") as (find, world, token):
        world.projects["third"].services.clear()
        world.projects["third"].name = "The third"
        found = await find.find(token)
    assert found.trouble is None
    assert [(one.id, one.api) for one in found.projects] == [
        (PROJECT, "on"),
        ("first", "on"),
        ("third", "off"),
    ]
    assert found.projects[2].name == "The third"


def test_remembered_projects_come_first_then_ai_studios_then_those_with_the_api_on() -> None:
    projects = [
        Project("off", "", "off"),
        Project("on", "", "on"),
        Project("gen-lang-client-1", "", "off"),
        Project("known", "", "off"),
    ]
    order = [one.id for one in ranked(projects, {"known"})]
    assert order == ["known", "gen-lang-client-1", "on", "off"]


async def test_every_page_of_a_long_list_is_read_up_to_a_bound() -> None:
    names = [f"project-{number:04d}" for number in range(MOST_PAGES * PAGE_SIZE + 1)]
    async with looking(*names) as (find, world, token):
        found = await find.find(token)
        pages = [one for one in world.requests if one.action == "projects"]
    assert len(pages) == MOST_PAGES
    assert len(found.projects) == MOST_PAGES * PAGE_SIZE


async def test_of_many_projects_only_the_likely_ones_are_looked_at() -> None:
    names = [f"project-{number:02d}" for number in range(MOST_ASKED + 10)]
    async with looking(*names, PROJECT) as (find, world, token):
        found = await find.find(token, {names[-1]})
        asked = [one.path for one in world.requests if one.action == "services"]
    assert len(asked) == MOST_ASKED
    states = {one.id: one.api for one in found.projects}
    assert states[names[-1]] == states[PROJECT] == states[names[0]] == "on"
    assert list(states.values()).count("unknown") == 11


async def test_where_service_usage_does_not_tell_the_api_itself_is_asked() -> None:
    async with looking("first", "second") as (find, world, token):
        world.script(Reply.fault("service_disabled"), action="services", times=None)
        world.projects["second"].services.clear()
        found = await find.find(token)
    assert {one.id: one.api for one in found.projects} == {"first": "on", "second": "off"}


async def test_an_account_without_projects_is_no_trouble() -> None:
    async with looking() as (find, _, token):
        found = await find.find(token)
    assert found.projects == ()
    assert found.trouble is None


async def test_a_switched_off_resource_manager_is_said_with_project_and_link() -> None:
    async with looking("first") as (find, world, token):
        off = Reply.raw(
            403,
            b"""{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Cloud Resource Manager
            API has not been used in project 424242 before or it is disabled.","details":[{"@type":
            "type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":
            "googleapis.com","metadata":{"consumer":"projects/424242","service":
            "cloudresourcemanager.googleapis.com"}}]}}""".replace(b"\n            ", b" "),
        )
        world.script(off, action="projects")
        found = await find.find(token)
    assert found.projects == ()
    assert found.trouble is not None
    assert "424242" in found.trouble.sentence
    assert "cloudresourcemanager.googleapis.com?project=424242" in found.trouble.next_step
    assert "type the id" in found.trouble.next_step


async def test_google_that_is_not_there_is_trouble_and_no_exception() -> None:
    async with aiohttp.ClientSession() as session:
        find = Discovery(session, "http://127.0.0.1:9")
        found = await find.find(SecretStr("t"))
        trial = await find.try_out(SecretStr("t"), "p-1")
    assert found.trouble is not None
    assert "could not be reached" in found.trouble.sentence
    assert trial.usable
    assert trial.remark is not None
    assert "could not be reached" in trial.remark.sentence


@pytest.mark.parametrize("body", [b"[]", b"<html>", b'{"projects": 5}', b'{"projects":[5,{}]}'])
async def test_a_list_that_cannot_be_read_holds_no_project(body: bytes) -> None:
    async with looking("first") as (find, world, token):
        world.script(Reply.raw(200, body), action="projects")
        assert (await find.find(token)).projects == ()


async def test_a_project_is_tried_with_a_harmless_request_that_it_pays_for() -> None:
    async with looking("first") as (find, world, token):
        trial = await find.try_out(token, "first")
        (sent,) = world.requests
    assert trial.usable
    assert trial.remark is None
    assert sent.path == "/v1beta/models"
    assert sent.query["pageSize"] == "1"
    assert sent.headers["x-goog-user-project"] == "first"


async def test_a_project_with_the_api_off_gets_its_link() -> None:
    async with looking("first") as (find, world, token):
        world.projects["first"].services.clear()
        trial = await find.try_out(token, "first")
    assert (trial.usable, trial.api) == (False, "off")
    assert trial.remark is not None
    assert api_page("first") in trial.remark.next_step


async def test_a_project_of_somebody_else_is_refused() -> None:
    async with looking("first") as (find, world, token):
        world.add_project("theirs")
        trial = await find.try_out(token, "theirs")
    assert not trial.usable
    assert trial.remark is not None
    assert "theirs" in trial.remark.sentence
    assert "Service Usage Consumer" in trial.remark.next_step


@pytest.mark.parametrize("fault", ["overloaded_503", "per_day_429", "internal_500"])
async def test_google_having_trouble_says_nothing_about_a_project(fault: str) -> None:
    async with looking("first") as (find, world, token):
        world.script(Reply.fault(fault), action="models")
        trial = await find.try_out(token, "first")
    assert trial.usable
    assert trial.remark is not None


def test_a_projects_page_at_google_names_it() -> None:
    assert api_page("p-1") == (
        "https://console.cloud.google.com/apis/library/"
        "generativelanguage.googleapis.com?project=p-1"
    )
