"""Removing credentials: what it means, what it leaves behind, and revoking at Google."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.simulator import Reply, World
from tests.credentials.made_up import parse_one
from tests.fakes.folders import block, held_up
from tests.fakes.home import Home, at_home, with_vault
from tests.fakes.site import until

ADA = "ada@example.com"
EVE = "eve@example.com"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    world = World()
    world.add_account(ADA, "p1", "p2")
    world.add_account(EVE, "p1")
    async with at_home(tmp_path, world) as opened:
        yield opened


async def ids_of(home: Home, *contents: object) -> list[str]:
    """Takes them in; their ids."""
    return [str((await home.take_in(one)).items[0].id) for one in contents]


def revocations(home: Home) -> int:
    return sum(one.path == "/revoke" for one in home.world.requests)


async def test_a_removed_key_is_gone_from_pool_folder_and_memory(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        key = home.world.add_key("p1")
        added = await home.add(key=key, label="mine")
        await home.commands.enable(added, enabled=False)
        removal = await home.commands.removal_of(added)
        assert (removal.label, removal.can_revoke) == ("mine", False)
        assert "goes on to exist" in removal.sentence
        await home.commands.remove(added)
        assert (home.views, home.files()) == ((), {})
        assert home.engine.snapshot().state == "degraded"
    async with at_home(tmp_path, home.world) as again:
        assert again.views == ()
        assert await again.add(key=key) == added
        assert (again.view(added).label, again.view(added).enabled) != ("mine", False)


async def test_removing_does_not_revoke_unless_that_is_wanted(home: Home) -> None:
    (only,) = await ids_of(home, home.world.sign_in(ADA, "p1"))
    assert (await home.commands.removal_of(only)).can_revoke
    await home.commands.remove(only)
    assert home.views == ()
    assert revocations(home) == 0


async def test_the_last_credential_of_an_account_may_be_revoked(home: Home) -> None:
    stored = home.world.sign_in(ADA, "p1")
    only, _ = await ids_of(home, stored, home.world.sign_in(EVE, "p1"))
    removal = await home.commands.removal_of(only)
    assert removal.can_revoke
    assert "other programs and on other computers" in removal.sentence
    await home.commands.remove(only, revoke=True)
    assert home.world.grants[stored["refresh_token"]].revoked
    assert [view.label for view in home.views] == [f"{EVE} · p1"]
    assert len(home.files()) == 1


async def test_what_google_had_revoked_already_counts_as_revoked(home: Home) -> None:
    stored = home.world.sign_in(ADA, "p1")
    (only,) = await ids_of(home, stored)
    home.world.grants[stored["refresh_token"]].revoked = True
    await home.commands.remove(only, revoke=True)
    assert home.views == ()


async def test_with_another_credential_of_the_account_revoking_is_not_offered(home: Home) -> None:
    stored = home.world.sign_in(ADA, "p1")
    one, other = await ids_of(home, stored, home.world.sign_in(ADA, "p2"))
    await home.commands.rename(other, "the other one")
    removal = await home.commands.removal_of(one)
    assert not removal.can_revoke
    assert "the other one" in removal.sentence
    with home.refuses(RefusalCode.CONFLICT, "Nothing was removed"):
        await home.commands.remove(one, revoke=True)
    assert revocations(home) == 0
    await home.commands.remove(one)
    assert [view.id for view in home.views] == [other]
    assert (await home.commands.removal_of(other)).can_revoke


async def test_two_that_share_a_refresh_token_are_of_one_account_whoever_that_is(
    home: Home,
) -> None:
    stored = {**home.world.sign_in(ADA, "p1"), "account": ""}
    one, other = await ids_of(home, stored, {**stored, "project_id": "p2"})
    assert one != other
    assert not (await home.commands.removal_of(one)).can_revoke


@pytest.mark.parametrize("trouble", ["token_server_error", "no answer"])
async def test_a_revocation_that_fails_tells_where_to_do_it_by_hand(
    home: Home, trouble: str
) -> None:
    (only,) = await ids_of(home, home.world.sign_in(ADA, "p1"))
    reply = Reply.reset() if trouble == "no answer" else Reply.fault(trouble)
    home.world.script(reply, action="revoke", times=None)
    with pytest.raises(Refusal) as caught:
        await home.commands.remove(only, revoke=True)
    assert caught.value.code == RefusalCode.UNAVAILABLE
    assert "was removed here" in caught.value.sentence
    assert "https://myaccount.google.com/" in caught.value.next_step
    assert (home.views, home.files()) == ((), {})


async def test_a_key_cannot_be_revoked(home: Home) -> None:
    added = await home.add()
    with home.refuses(RefusalCode.CONFLICT):
        await home.commands.remove(added, revoke=True)


async def test_what_cannot_be_read_is_set_aside_and_not_lost(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('{"type": "odd"}')
    async with at_home(tmp_path) as home:
        (bad,) = home.views
        removal = await home.commands.removal_of(bad.id)
        assert (removal.label, removal.can_revoke) == ("odd.json", False)
        assert "set aside" in removal.sentence
        await home.commands.remove(bad.id)
        assert home.views == ()
        assert list(home.files().values()) == [b'{"type": "odd"}']
        assert "odd.json" not in home.files()


async def test_one_that_is_in_both_stores_leaves_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    world, folder = World(), tmp_path / "pollux"
    world.add_account(ADA, "p1")
    async with with_vault(folder, world) as home:
        await home.take_in(world.sign_in(ADA, "p1"))
    (folder / "oauth_creds_copy.json").write_bytes(json.dumps(world.sign_in(ADA, "p1")).encode())
    async with with_vault(folder, world) as home:
        (view,) = home.views
        assert view.store == "vault"
        await home.commands.remove(view.id)
        assert home.views == ()
        assert list(home.files()) == ["vault"]


async def test_what_cannot_be_written_stays_in_store_and_pool(home: Home) -> None:
    (stays,) = await ids_of(home, home.world.sign_in(ADA, "p1"))
    newer = home.world.sign_in(ADA, "p1")
    block(home.folder)
    for command in (home.commands.remove(stays, revoke=True), home.take_in(newer)):
        with home.refuses(RefusalCode.STORE_FAILED, "cannot be written"):
            await command
    assert revocations(home) == 0
    assert (await home.commands.check(stays))[0].ok


async def test_a_sign_in_that_is_kept_meanwhile_is_not_revoked(home: Home) -> None:
    accounts = home.engine._parts.accounts
    (only,) = await ids_of(home, home.world.sign_in(ADA, "p1"))
    other = parse_one(home.world.sign_in(ADA, "p2"))
    async with held_up(home.folder):
        keeping = asyncio.create_task(accounts.keep([other]))
        await until(accounts.keeper._writing.locked)
        removing = asyncio.create_task(home.commands.remove(only, revoke=True))
        await asyncio.sleep(0)
    await keeping
    with pytest.raises(Refusal) as caught:
        await removing
    assert caught.value.code == RefusalCode.CONFLICT
    assert "removed here, but its access was not revoked" in caught.value.sentence
    assert "p2" in caught.value.sentence
    assert [view.id for view in home.views] == [other.id]
    assert revocations(home) == 0
