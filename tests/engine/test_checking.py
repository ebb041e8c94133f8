"""Asking Google with a credential, and what the pool makes of the answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy_core.gemini.states import ModelState
from proxy_core.simulator import Reply, World
from proxy_core.simulator.world import CLOUD_PLATFORM, RETRIEVER
from tests.fakes.home import Home, at_home, unreachable
from tests.server import raw
from tests.server.raw import CHAT, chat_body

ADA = "ada@example.com"
MODEL = "gemini-3.8-flash"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path, MAX_WAIT_S="0") as opened:
        yield opened


async def test_a_credential_that_works_is_said_to(home: Home) -> None:
    added = await home.add(label="mine")
    (result,) = await home.commands.check(added)
    assert (result.id, result.label, result.ok, result.state) == (added, "mine", True, "ready")
    assert (result.sentence, result.next_step) == ("Google answers.", "")


async def test_without_an_id_each_is_checked_in_the_order_of_the_pool(home: Home) -> None:
    for number in range(6):
        await home.add(project=f"p{number}")
    ids = [view.id for view in home.views]
    asked = len(home.world.requests)
    results = await home.commands.check()
    assert [result.id for result in results] == ids
    assert len(home.world.requests) == asked + 6


async def test_an_empty_pool_has_nothing_to_check(home: Home) -> None:
    assert await home.commands.check() == ()


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("api_key_invalid", "key_invalid"),
        ("api_key_service_blocked", "key_restricted"),
        ("key_leaked", "leaked"),
        ("service_disabled", "api_off"),
        ("billing_disabled", "billing"),
        ("location_unsupported", "region"),
    ],
)
async def test_what_google_refuses_it_for_is_its_state_until_google_answers_again(
    home: Home, fault: str, state: str
) -> None:
    added = await home.add()
    home.world.script(Reply.fault(fault), action="models")
    (refused,) = await home.commands.check(added)
    assert (refused.ok, refused.state, home.view(added).state) == (False, state, state)
    assert refused.sentence
    assert refused.next_step
    assert not home.engine.ready()
    (again,) = await home.commands.check(added)
    assert (again.ok, again.state, home.view(added).state) == (True, "ready", "ready")
    assert home.engine.ready()


async def test_a_trouble_of_the_project_is_that_of_all_its_credentials(home: Home) -> None:
    ids = [
        await home.add(key=home.world.add_key("p1"), label=f"{number}", project="p1")
        for number in range(2)
    ]
    home.world.project("p1").fault = "service_disabled"
    await home.commands.check(ids[0])
    assert {view.state for view in home.views} == {"api_off"}
    home.world.project("p1").fault = None
    await home.commands.check(ids[1])
    assert {view.state for view in home.views} == {"ready"}


async def test_the_project_that_a_refusal_names_becomes_the_keys(home: Home) -> None:
    key = home.world.add_key("p1")
    home.world.project("p1").fault = "service_disabled"
    added = await home.add(key=key)
    assert home.view(added).state == "api_off"
    assert home.view(added).project == home.world.project("p1").number


async def test_a_sign_in_that_ended_needs_a_new_one(home: Home) -> None:
    home.world.add_account(ADA, "p1")
    stored = home.world.sign_in(ADA, "p1")
    await home.take_in(stored)
    home.world.grants[stored["refresh_token"]].revoked = True
    (result,) = await home.commands.check()
    assert (result.ok, result.state) == (False, "needs_sign_in")


async def test_an_access_token_that_google_no_longer_takes_is_renewed(home: Home) -> None:
    home.world.add_account(ADA, "p1")
    await home.take_in(home.world.sign_in(ADA, "p1"))
    home.world.expire_access_tokens()
    home.world.script(Reply.fault("access_token_expired"), action="models")
    (result,) = await home.commands.check()
    assert result.ok


async def test_one_that_google_never_takes_needs_a_new_sign_in(home: Home) -> None:
    home.world.add_account(ADA, "p1")
    await home.take_in(home.world.sign_in(ADA, "p1"))
    home.world.script(Reply.fault("access_token_expired"), action="models", times=None)
    (result,) = await home.commands.check()
    assert (result.ok, result.state) == (False, "needs_sign_in")


async def test_a_model_that_rests_goes_on_resting(home: Home) -> None:
    added = await home.add()
    home.world.script(Reply.fault("per_minute_429", model=MODEL), model=MODEL)
    assert (await raw.send(home.url, raw.request(CHAT, chat_body()))).status == 429
    before = home.view(added).models
    assert [model.state for model in before] == [ModelState.COOLING]
    assert (await home.commands.check(added))[0].ok
    assert home.view(added).models == before


@pytest.mark.parametrize("trouble", [Reply.fault("internal_500"), Reply.fault("html_502")])
async def test_googles_own_trouble_is_not_the_credentials_fault(home: Home, trouble: Reply) -> None:
    added = await home.add()
    home.world.script(trouble, action="models", times=None)
    (result,) = await home.commands.check(added)
    assert (result.ok, result.state) == (False, "ready")
    assert result.sentence != "Ready."
    assert home.view(added).state == "ready"


async def test_a_network_that_is_down_is_not_the_credentials_fault(tmp_path: Path) -> None:
    async with at_home(tmp_path, GOOGLE_API_BASE_URL=await unreachable()) as home:
        home.world.add_account(ADA, "p1")
        await home.take_in(home.world.sign_in(ADA, "p1"))
        await home.add()
        results = await home.commands.check()
        assert [(result.ok, result.state) for result in results] == [(False, "ready")] * 2
        assert all("could not be reached" in result.sentence for result in results)


async def test_one_that_is_switched_off_is_checked_and_stays_off(home: Home) -> None:
    added = await home.add()
    await home.commands.enable(added, enabled=False)
    assert (await home.commands.check(added))[0].ok
    home.world.script(Reply.fault("api_key_invalid"), action="models")
    (result,) = await home.commands.check(added)
    assert (result.ok, result.state) == (False, "disabled")
    assert "does not know this key" in result.sentence


async def test_one_that_is_removed_meanwhile_is_not_told_of(home: Home) -> None:
    ids = [await home.add(project=project) for project in ("p1", "p2")]
    answer = asyncio.Event()
    asked = len(home.world.requests)
    home.world.script(Reply.wait(answer), Reply.wait(answer), action="models")
    checking = asyncio.create_task(home.commands.check())
    await home.world.until(lambda: len(home.world.requests) == asked + 2)
    await home.commands.remove(ids[0])
    answer.set()
    assert [result.id for result in await checking] == ids[1:]


async def test_one_that_is_removed_while_it_is_added_leaves_no_trace(tmp_path: Path) -> None:
    world = World()
    async with at_home(tmp_path, world) as home:
        added = await home.add(label="a", key=(key := world.add_key("p1")))
        answer = asyncio.Event()
        asked = len(world.requests)
        world.script(Reply.wait(answer), action="models")
        adding = asyncio.create_task(home.commands.add_keys(f"{key}\n{world.add_key('p2')}"))
        await world.until(lambda: len(world.requests) == asked + 1)
        await home.commands.remove(added)
        answer.set()
        report = await adding
        assert [item.outcome for item in report.items] == ["known", "added"]
        assert [view.id for view in home.views] == [report.items[1].id]


async def test_what_google_said_of_an_older_sign_in_is_not_held_against_a_new_one(
    home: Home,
) -> None:
    home.world.add_account(ADA, "p1")
    stored = home.world.sign_in(ADA, "p1")
    await home.take_in(stored)
    home.world.grants[stored["refresh_token"]].revoked = True
    answer = asyncio.Event()
    home.world.script(Reply.wait(answer), action="token")
    asked = len(home.world.requests)
    checking = asyncio.create_task(home.commands.check())
    await home.world.until(lambda: len(home.world.requests) > asked)
    await home.take_in(home.world.sign_in(ADA, "p1"))
    assert home.views[0].state == "ready"
    answer.set()
    (result,) = await checking
    assert not result.ok
    assert "no longer accepts" in result.sentence
    assert home.views[0].state == "ready"
    assert (await home.commands.check())[0].ok


async def vertex(home: Home, **more: str) -> str:
    """The id of a signed-in account that is used with Vertex AI."""
    stored = home.world.sign_in(ADA, "p1", scopes=("openid", RETRIEVER, CLOUD_PLATFORM))
    home.world.open_vertex("p1")
    (item,) = (await home.take_in({**stored, "service": "vertex", **more})).items
    return str(item.id)


async def test_vertex_is_asked_to_count_which_needs_the_right_to_answer(home: Home) -> None:
    id_ = await vertex(home)
    home.world.projects["p1"].without_vertex_role.add(ADA)
    (result,) = await home.commands.check(id_)
    assert (result.ok, result.state) == (False, "project_denied")
    assert "Vertex AI User" in result.next_step
    assert home.world.requests[-1].action == "countTokens"
    home.world.projects["p1"].without_vertex_role.clear()
    (result,) = await home.commands.check(id_)
    assert (result.ok, result.state) == (True, "ready")


async def test_a_region_without_the_model_that_is_asked_for_is_no_fault(home: Home) -> None:
    id_ = await vertex(home, location="us-central1")
    (result,) = await home.commands.check(id_)
    assert (result.ok, home.world.requests[-1].status) == (True, 404)


async def test_a_key_of_ai_studio_is_told_to_be_none_of_vertex(home: Home) -> None:
    home.world.open_vertex("p1")
    key = home.world.add_key("p1")
    stored = {"type": "api_key", "key": key, "service": "vertex"}
    (item,) = (await home.take_in(stored)).items
    assert item.outcome == "refused"
    assert item.reason.startswith("Vertex AI does not take this key: it is of AI Studio")
