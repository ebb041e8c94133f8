"""Credentials of Vertex AI: how they come in, and how their owner gives them to it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy_core.simulator import World
from proxy_core.simulator.world import CLOUD_PLATFORM, RETRIEVER
from tests.fakes.home import Home, at_home
from tests.pool.made_up import rest, taken, want

ADA = "ada@example.com"
VERTEX_SCOPES = ("openid", RETRIEVER, CLOUD_PLATFORM)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path) as opened:
        yield opened


async def test_a_pasted_key_of_vertex_is_kept_switched_off_for_it_is_billed(home: Home) -> None:
    home.world.open_vertex("p1")
    report = await home.commands.add_keys(home.world.add_key("p1", express=True))
    (item,) = report.items
    assert item.outcome == "added"
    assert item.reason == "This key is for Vertex AI, which is billed; enable it to use it."
    (view,) = home.views
    assert (view.enabled, view.state) == (False, "disabled")
    assert [one.path for one in home.world.requests] == [
        "/v1beta/models",
        "/v1beta1/publishers/google/models/gemini-3.8-flash:countTokens",
    ]
    (content,) = home.files().values()
    assert json.loads(content)["service"] == "vertex"
    await home.commands.enable(str(item.id), enabled=True)
    assert home.views[0].state == "ready"


async def test_a_key_of_vertex_that_is_pasted_again_stays_one(home: Home) -> None:
    home.world.open_vertex("p1")
    key = home.world.add_key("p1", express=True)
    (first,) = (await home.commands.add_keys(key)).items
    await home.commands.enable(str(first.id), enabled=True)
    (again,) = (await home.commands.add_keys(key)).items
    assert (again.outcome, home.views[0].state) == ("known", "ready")


async def test_a_file_that_says_vertex_is_the_owners_consent(home: Home) -> None:
    home.world.open_vertex("p1")
    key = home.world.add_key("p1", express=True)
    report = await home.take_in({"type": "api_key", "key": key, "service": "vertex"})
    assert [(item.outcome, item.reason) for item in report.items] == [("added", "")]
    assert home.views[0].state == "ready"
    assert ["/publishers/" in one.path for one in home.world.requests] == [True]


async def test_a_known_credential_takes_the_service_of_a_file(home: Home) -> None:
    stored = home.world.sign_in("ada@example.com", "p1", scopes=VERTEX_SCOPES)
    home.world.open_vertex("p1")
    (added,) = (await home.take_in(stored)).items
    (renewed,) = (await home.take_in({**stored, "service": "vertex", "location": "eu"})).items
    assert (renewed.outcome, renewed.id) == ("renewed", added.id)
    assert home.world.requests[-1].path.startswith("/v1beta1/projects/p1/locations/eu/")


async def test_an_account_is_given_to_vertex_and_back_and_its_file_stays_as_it_is(
    home: Home,
) -> None:
    (item,) = (await home.take_in(home.world.sign_in(ADA, "p1", scopes=VERTEX_SCOPES))).items
    id_, files = str(item.id), home.files()
    home.world.open_vertex("p1")
    await home.commands.set_service(id_, "vertex", "eu")
    assert (home.view(id_).service, home.view(id_).location) == ("vertex", "eu")
    (result,) = await home.commands.check(id_)
    assert result.ok
    assert home.world.requests[-1].path.startswith("/v1beta1/projects/p1/locations/eu/")
    await home.commands.set_service(id_, "gemini")
    assert (home.view(id_).service, home.view(id_).location) == ("gemini", None)
    assert (await home.commands.check(id_))[0].ok
    assert home.world.requests[-1].path == "/v1beta/models"
    assert home.files() == files


async def test_the_owner_s_choice_goes_before_what_the_file_says(tmp_path: Path) -> None:
    world = World()
    world.open_vertex("p1")
    key = world.add_key("p1", express=True)
    stored = {"type": "api_key", "key": key, "service": "vertex", "location": "us"}
    async with at_home(tmp_path, world, [stored]) as home:  # which is only read
        (view,) = home.views
        await home.commands.set_service(view.id, "gemini")
    async with at_home(tmp_path, world, [stored]) as home:
        assert home.view(view.id).service == "gemini"
        await home.commands.set_service(view.id, "vertex", "us")
    async with at_home(tmp_path, world, [{**stored, "location": "eu"}]) as home:
        assert home.view(view.id).location == "eu"  # the choice was the file's own


async def test_a_rest_in_one_location_ends_in_the_next(home: Home) -> None:
    home.world.open_vertex("p1")
    key = home.world.add_key("p1", express=True)
    (item,) = (await home.take_in({"type": "api_key", "key": key, "service": "vertex"})).items
    pool, id_ = home.engine._parts.pool, str(item.id)
    lease = taken(pool)
    rest(pool, lease, home.clock.now() + 600)
    await home.commands.set_service(id_, "vertex", "global")  # nothing new
    assert pool.take(want()) is None
    await home.commands.set_service(id_, "vertex", "eu")
    taken(pool).give_back()


async def test_a_restricted_key_that_is_not_of_vertex_either_is_kept_as_it_is(home: Home) -> None:
    key = home.world.add_key("p1")
    home.world.api_keys[key].fault = "api_key_service_blocked"
    (item,) = (await home.commands.add_keys(key)).items
    assert item.outcome == "added"
    assert home.views[0].state == "key_restricted"
