"""Newer forms of accounts: refresh tokens that Google replaces, imports of other copies."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.engine.accounts import Accounts
from proxy_core.simulator import Reply, World
from proxy_core.simulator.world import RETRIEVER
from tests.fakes.folders import block, held_up, unblock
from tests.fakes.home import Home, at_home
from tests.fakes.site import until

ADA = "ada@example.com"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path) as opened:
        opened.world.add_account(ADA, "p1")
        yield opened


def accounts_of(home: Home) -> Accounts:
    return home.engine._parts.accounts


def with_token(credential: Credential, token: str) -> Credential:
    assert isinstance(credential.secret, AccountSecret)
    return replace(credential, secret=replace(credential.secret, refresh_token=SecretStr(token)))


def writes(home: Home, token: str) -> bool:
    return any(token.encode() in content for content in home.files().values())


def rotating(token: str) -> Reply:
    """The token endpoint gives a new refresh token."""
    body = {
        "access_token": "ya29.simulated-rotated",
        "expires_in": 3599,
        "scope": RETRIEVER,
        "token_type": "Bearer",
        "refresh_token": token,
    }
    return Reply.raw(200, json.dumps(body).encode())


async def rotate(home: Home) -> str:
    """Google replaces the refresh token, and takes the old one no more; the new one."""
    old, newer = home.refresh_token(), home.world.sign_in(ADA, "p1")["refresh_token"]
    home.world.script(rotating(newer), action="token")
    await home.commands.check()
    await until(lambda: home.refresh_token() == newer)
    home.world.grants[old].revoked = True
    return str(newer)


# -- refresh tokens that google replaces ------------------------------------------------------


async def test_a_refresh_token_that_google_replaces_is_written(home: Home) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    newer = await rotate(home)
    await until(lambda: writes(home, newer))
    assert len(home.files()) == 1


async def test_one_that_is_replaced_while_it_is_added_is_kept_as_the_new_one(home: Home) -> None:
    old, new = (home.world.sign_in(ADA, "p1") for _ in range(2))
    home.world.script(rotating(new["refresh_token"]), action="token")
    report = await home.take_in(old)
    assert [item.outcome for item in report.items] == ["added"]
    assert home.refresh_token() == new["refresh_token"]
    assert len(home.files()) == 1


async def test_a_replaced_one_that_is_only_read_is_used_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.add_account(ADA, "p1")
    async with at_home(tmp_path, world, [world.sign_in(ADA, "p1")]) as home:
        newer = await rotate(home)
        await until(lambda: "could not be kept" in caplog.text)
        assert (await home.commands.check())[0].ok
    assert newer not in caplog.text


async def test_one_that_cannot_be_written_is_used_and_written_as_soon_as_it_can_be(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    block(home.folder)
    newer = await rotate(home)
    await home.engine._parts.keeper.keep_renewed()
    assert (await home.commands.check())[0].ok
    assert not writes(home, newer)
    assert caplog.text.count("could not be kept") == 1
    unblock(home.folder)
    await home.engine._parts.keeper.keep_renewed()
    assert writes(home, newer)
    assert home.refresh_token() == newer


async def test_the_next_write_brings_one_along_that_could_not_be_written(home: Home) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    block(home.folder)
    newer = await rotate(home)
    unblock(home.folder)
    await home.add()
    assert writes(home, newer)


async def test_a_stop_writes_what_could_not_be_written(tmp_path: Path) -> None:
    world = World()
    world.add_account(ADA, "p1")
    async with at_home(tmp_path, world) as home:
        await home.take_in(world.sign_in(ADA, "p1"))
        block(home.folder)
        newer = await rotate(home)
        unblock(home.folder)
    async with at_home(tmp_path, world) as again:
        assert again.refresh_token() == newer
        assert (await again.commands.check())[0].ok


async def in_turn(home: Home, change: Any, credential: Credential) -> None:
    """Google replaces the credential's refresh token while the change is being written."""
    keeper = home.engine._parts.keeper
    async with held_up(home.folder):
        changing = asyncio.create_task(change)
        await until(keeper._writing.locked)
        accounts_of(home).renew([credential], SecretStr("1//rotated"))
        await asyncio.sleep(0)
    await changing
    await keeper.keep_renewed()


async def test_one_that_is_removed_meanwhile_does_not_come_back(home: Home) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    found = home.account()
    await in_turn(home, home.commands.remove(found.id), found)
    assert (home.views, home.files()) == ((), {})


async def test_a_sign_in_meanwhile_counts_more_than_the_successor_of_the_old_one(
    home: Home,
) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    found = home.account()
    await in_turn(home, accounts_of(home).keep([with_token(found, "1//new-sign-in")]), found)
    assert home.refresh_token() == "1//new-sign-in"
    assert not writes(home, "1//rotated")


# -- imports of other copies ------------------------------------------------------------------


async def test_an_older_sign_in_is_renewed_and_the_same_one_is_known(home: Home) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    newer = home.world.sign_in(ADA, "p1")
    outcomes = [(await home.take_in(newer)).items[0].outcome for _ in range(2)]
    assert outcomes == ["renewed", "known"]
    assert home.refresh_token() == newer["refresh_token"]
    assert len(home.files()) == 1


async def test_an_old_copy_that_is_dead_does_not_take_the_place_of_one_that_works(
    home: Home,
) -> None:
    old, new = home.world.sign_in(ADA, "p1"), home.world.sign_in(ADA, "p1")
    home.world.grants[old["refresh_token"]].revoked = True
    await home.take_in(new)
    report = await home.take_in(old)
    assert [item.outcome for item in report.items] == ["refused"]
    assert report.items[0].reason
    assert home.refresh_token() == new["refresh_token"]
    assert home.views[0].state == "ready"


@pytest.mark.parametrize("unreachable", [["token"], ["token", "models"]])
async def test_a_copy_that_google_was_not_asked_about_does_not_take_the_place_of_one_here(
    home: Home, unreachable: list[str]
) -> None:
    old, new = home.world.sign_in(ADA, "p1"), home.world.sign_in(ADA, "p1")
    await home.take_in(new)
    for action in unreachable:
        home.world.script(Reply.reset(), action=action, times=None)
    before = home.files()
    report = await home.take_in(old, "backup.json")
    (item,) = report.items
    assert (item.outcome, item.reason) == (
        "refused",
        "Google could not be asked; the one here stays.",
    )
    assert home.refresh_token() == new["refresh_token"]
    assert home.files() == before


async def test_an_access_token_beside_a_copy_does_not_prove_its_sign_in(home: Home) -> None:
    old, new = home.world.sign_in(ADA, "p1"), home.world.sign_in(ADA, "p1")
    await home.take_in(new)
    home.world.grants[old["refresh_token"]].revoked = True
    now = home.clock.now()
    given = home.world.issue_access_token(ADA, old["client_id"], (RETRIEVER,), now)
    report = await home.take_in({**old, "token": given.value, "expiry": now + 3_000})
    assert [item.outcome for item in report.items] == ["refused"]
    assert home.refresh_token() == new["refresh_token"]


async def test_a_copy_that_gave_an_access_token_is_kept_whatever_else_is_wrong(home: Home) -> None:
    await home.take_in(home.world.sign_in(ADA, "p1"))
    newer = home.world.sign_in(ADA, "p1")
    home.world.script(Reply.fault("internal_500"), action="models", times=None)
    assert (await home.take_in(newer)).items[0].outcome == "renewed"
    assert home.refresh_token() == newer["refresh_token"]
