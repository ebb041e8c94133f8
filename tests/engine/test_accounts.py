"""The owner's commands about credentials, through a real engine: adding, notes, export, sign-ins.

Removing is at the end, files of every shape are in `test_importing`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from proxy_core.assembly import build
from proxy_core.commands import Refusal, RefusalCode
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.credentials.stores import FolderStore, Loaded, StoreFailed
from proxy_core.credentials.transfer import unpack
from proxy_core.engine.accounts import LONGEST_LABEL
from proxy_core.events import CredentialsLoaded, Event
from proxy_core.memory import Memory
from proxy_core.settings import load_settings
from proxy_core.simulator import Reply, World
from proxy_core.simulator.world import CLOUD_PLATFORM, RETRIEVER
from tests.fakes.home import Home, at_home, file, unreachable
from tests.fakes.pollux import TOKEN

ADA = "ada@example.com"
VERTEX_SCOPES = ("openid", RETRIEVER, CLOUD_PLATFORM)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(tmp_path) as opened:
        yield opened


# -- adding keys ------------------------------------------------------------------------------


async def test_a_key_is_added_checked_and_usable_at_once(home: Home) -> None:
    told: list[Event] = []
    home.engine.subscribe(told.append)
    report = await home.commands.add_keys(home.world.add_key("p1"))
    (item,) = report.items
    assert (item.outcome, item.reason, report.store) == ("added", "", "folder")
    (view,) = home.views
    assert (view.id, view.label, view.store, view.state) == (
        item.id,
        item.label,
        "folder",
        "ready",
    )
    assert home.engine.snapshot().state == "serving"
    assert list(home.files()) == [f"api_key_{item.id}.json"]
    assert [one.path for one in home.world.requests] == ["/v1beta/models"]
    assert [event.count for event in told if isinstance(event, CredentialsLoaded)] == [1]


async def test_several_keys_are_reported_in_their_order(home: Home) -> None:
    keys = [home.world.add_key("p1"), "AIza-unknown-to-google", home.world.add_key("p2")]
    known = await home.add(key=keys[0])
    report = await home.commands.add_keys(
        f"{keys[0]}\n\n# mine\nsk-of-somebody-else\nwork={keys[2]}\n{keys[1]}\n{keys[2]}"
    )
    assert [(item.source, item.outcome) for item in report.items] == [
        ("pasted line 1", "known"),
        ("pasted line 4", "refused"),
        ("pasted line 5", "added"),
        ("pasted line 6", "refused"),
    ]
    assert report.items[0].id == known
    assert "another provider" in report.items[1].reason
    assert report.items[2].label == "work"
    assert "does not know this key" in report.items[3].reason
    assert {view.label for view in home.views} >= {report.items[0].label}
    assert len(home.views) == len(home.files()) == 2


async def test_a_text_without_a_key_is_refused(home: Home) -> None:
    for text in ("", "\n  \n", "# only a comment"):
        with home.refuses(RefusalCode.INVALID, "no API key"):
            await home.commands.add_keys(text)


async def test_a_key_that_google_does_not_know_is_not_kept(home: Home) -> None:
    report = await home.commands.add_keys("AIza-nobody-has-this-key")
    assert [item.outcome for item in report.items] == ["refused"]
    assert (home.views, home.files()) == ((), {})


async def test_a_key_with_another_trouble_is_kept_and_its_trouble_told(home: Home) -> None:
    home.world.add_project("p1", fault="service_disabled")
    report = await home.commands.add_keys(home.world.add_key("p1"))
    (item,) = report.items
    assert item.outcome == "added"
    assert "switched off" in item.reason
    assert home.view(str(item.id)).state == "api_off"


async def test_a_key_is_kept_and_said_to_be_unchecked_where_google_cannot_be_reached(
    tmp_path: Path,
) -> None:
    nowhere = await unreachable()
    async with at_home(tmp_path, GOOGLE_API_BASE_URL=nowhere) as home:
        report = await home.commands.add_keys(home.world.add_key("p1"))
        (item,) = report.items
        assert item.outcome == "added"
        assert item.reason == "Google could not be reached."
        assert home.view(str(item.id)).state == "ready"


async def test_label_and_project_are_those_that_were_given(home: Home) -> None:
    added = await home.add(label=" at work ", project="p1", key=home.world.add_key("p1"))
    view = home.view(added)
    assert (view.label, view.project) == ("at work", "p1")


async def test_a_label_lives_in_the_database_and_not_in_the_file(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        added = await home.add(label="at work")
        (content,) = home.files().values()
        assert b"at work" not in content
    async with at_home(tmp_path) as again:
        assert again.view(added).label == "at work"
        await again.commands.rename(added, "")
        assert again.view(added).label.startswith("API key …")


@pytest.mark.parametrize("label", ["x" * (LONGEST_LABEL + 1), "two\nlines", "bell\a"])
async def test_a_label_that_cannot_be_shown_is_refused(home: Home, label: str) -> None:
    with home.refuses(RefusalCode.INVALID, "one line"):
        await home.commands.add_keys(home.world.add_key("p1"), label)


async def test_a_project_that_is_none_is_refused(home: Home) -> None:
    with home.refuses(RefusalCode.INVALID, "project"):
        await home.commands.add_keys(home.world.add_key("p1"), None, "no project/at all")


async def test_a_known_key_takes_the_project_that_is_given_later(home: Home) -> None:
    key = home.world.add_key("p1")
    added = await home.add(key=key)
    report = await home.commands.add_keys(key, None, "p1")
    assert [item.outcome for item in report.items] == ["renewed"]
    assert home.view(added).project == "p1"
    assert (await home.commands.add_keys(key)).items[0].outcome == "known"
    assert len(home.files()) == len(home.views) == 1


async def test_label_and_project_are_for_a_single_key(home: Home) -> None:
    keys = f"{home.world.add_key('p1')}\n{home.world.add_key('p1')}"
    with home.refuses(RefusalCode.INVALID, "single key"):
        await home.commands.add_keys(keys, "both", None)


async def test_what_is_no_key_is_told_so_with_a_label_too(home: Home) -> None:
    report = await home.commands.add_keys("sk-of-somebody-else", "mine")
    assert "another provider" in report.items[0].reason


async def test_several_keys_of_one_project_share_one_unit(home: Home) -> None:
    for _ in range(2):
        await home.add(project="p1", key=home.world.add_key("p1"))
    pool = home.engine._parts.pool
    assert list(pool.units) == ["p1"]
    assert len(pool.units["p1"].members) == 2
    assert len(home.engine._parts.accounts.sharing("p1")) == 2
    assert home.engine._parts.accounts.sharing("elsewhere") == []


async def test_what_is_added_side_by_side_is_all_there_once(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        keys = [home.world.add_key(f"p{number}") for number in range(4)]
        texts = [*keys, "\n".join(keys), "\n".join(reversed(keys))]
        await asyncio.gather(*map(home.commands.add_keys, texts))
        assert len(home.views) == len(home.files()) == 4
    async with at_home(tmp_path, home.world) as again:
        assert {result.ok for result in await again.commands.check()} == {True}
        assert len(again.views) == 4


async def test_one_that_is_given_up_while_google_is_asked_is_not_added(home: Home) -> None:
    home.world.script(Reply.wait(asyncio.Event()), action="models")
    adding = asyncio.create_task(home.commands.add_keys(home.world.add_key("p1")))
    await home.world.until(lambda: home.world.requests)
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    assert (home.views, home.files()) == ((), {})


def keys_in(folder: Path) -> list[Path]:
    return list(folder.glob("api_key_*"))


async def test_before_the_memory_is_open_nothing_is_added_by_halves(tmp_path: Path) -> None:
    world = World()
    values = {
        "PORT": "0",
        "PERSISTENT_STORAGE_PATH": str(tmp_path),
        "GOOGLE_API_BASE_URL": await unreachable(),
    }
    engine = build(await asyncio.to_thread(load_settings, values, {}, None, None), TOKEN)
    await engine.start()
    try:
        with pytest.raises(Refusal) as caught:
            await engine.commands.add_keys(world.add_key("p1"))
        assert caught.value.code == RefusalCode.UNAVAILABLE
        assert keys_in(tmp_path) == []
        await engine.loaded()
    finally:
        await engine.stop(grace_s=0)


async def test_the_environments_list_is_only_read(tmp_path: Path) -> None:
    world = World()
    key = {"type": "api_key", "key": world.add_key("p1"), "project_id": "p1"}
    async with at_home(tmp_path, world, [key, {"type": "odd"}]) as home:
        view, bad = home.views
        asked = len(world.requests)
        with home.refuses(RefusalCode.READ_ONLY):
            await home.commands.add_keys(world.add_key("p2"))
        with home.refuses(RefusalCode.READ_ONLY):
            await home.take_in(world.sign_in(ADA, "p2"))
        for one in (view.id, bad.id):
            with home.refuses(RefusalCode.READ_ONLY):
                await home.commands.remove(one)
        assert len(world.requests) == asked
        await home.commands.rename(view.id, "mine")
        await home.commands.enable(view.id, enabled=False)
        assert (home.view(view.id).label, home.view(view.id).state) == ("mine", "disabled")


# -- notes ------------------------------------------------------------------------------------


async def test_switched_off_it_stays_so_over_a_restart(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        added = await home.add()
        await home.commands.enable(added, enabled=False)
        assert home.engine.snapshot().state == "degraded"
    async with at_home(tmp_path, home.world) as again:
        assert (again.view(added).enabled, again.view(added).state) == (False, "disabled")
        await again.commands.enable(added, enabled=True)
        assert again.engine.ready()


async def test_a_name_is_kept_and_an_empty_one_brings_back_the_old(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        added = await home.add()
        before = home.view(added).label
        await home.commands.rename(added, "  mine  ")
    async with at_home(tmp_path, home.world) as again:
        assert again.view(added).label == "mine"
        await again.commands.rename(added, " ")
        assert again.view(added).label == before
        with again.refuses(RefusalCode.INVALID, "one line"):
            await again.commands.rename(added, "a\tb")


async def test_a_clear_frees_it_of_refusals_and_rests(home: Home) -> None:
    added = await home.add()
    pool, clock = home.engine._parts.pool, home.clock
    home.world.script(Reply.fault("service_disabled"), action="models")
    await home.commands.check(added)
    pool.units[pool.members[added].unit.id].rests_until = clock.now() + 600
    assert home.view(added).state == "api_off"
    await home.commands.clear(added)
    assert home.view(added).state == "ready"
    assert pool.members[added].unit.rests_until == 0


async def test_an_unknown_id_is_not_found_by_any_command(home: Home) -> None:
    await home.add()
    to = home.commands
    for command in (
        lambda: to.enable("keynobody", enabled=True),
        lambda: to.clear("keynobody"),
        lambda: to.rename("keynobody", "x"),
        lambda: to.removal_of("keynobody"),
        lambda: to.remove("keynobody"),
        lambda: to.check("keynobody"),
    ):
        with home.refuses(RefusalCode.NOT_FOUND, "no credential with this id"):
            await command()


async def test_an_unreadable_entry_can_only_be_removed(home: Home) -> None:
    (home.folder / "odd.json").write_text('{"type": "odd"}')
    await home.add()
    bad = next(view for view in home.views if view.state == "unreadable")
    to = home.commands
    for command in (
        lambda: to.enable(bad.id, enabled=True),
        lambda: to.clear(bad.id),
        lambda: to.rename(bad.id, "x"),
        lambda: to.check(bad.id),
    ):
        with home.refuses(RefusalCode.CONFLICT, "only be removed"):
            await command()


# -- export -----------------------------------------------------------------------------------


async def test_an_export_goes_to_another_pollux_with_labels(tmp_path: Path) -> None:
    world = World()
    async with at_home(tmp_path / "one", world) as home:
        await home.take_in(world.sign_in(ADA, "p1"))
        key = await home.add(project="p2", key=world.add_key("p2"), label="from a form")
        await home.commands.rename(key, "mine")
        exported = await home.commands.export("correct horse")
        ids = {view.id for view in home.views}
    assert b"mine" not in exported
    async with at_home(tmp_path / "two", world) as other:
        for passphrase, says in ((None, "is needed"), ("", "is needed"), ("wrong", "is wrong")):
            with other.refuses(RefusalCode.INVALID, says):
                await other.take_in(exported, "export.json", passphrase=passphrase)
        report = await other.take_in(exported, "export.json", passphrase="correct horse")
        assert {item.outcome for item in report.items} == {"added"}
        assert {view.id for view in other.views} == ids
        assert other.view(key).label == "mine"


async def test_a_wrong_passphrase_keeps_the_other_files_out_too(home: Home) -> None:
    exported = await home.commands.export("correct horse")
    key = {"type": "api_key", "key": home.world.add_key("p1")}
    with home.refuses(RefusalCode.INVALID, "export.json is wrong"):
        await home.commands.import_files([file(key), file(exported, "export.json")], "wrong")


async def test_a_plain_export_is_json(home: Home) -> None:
    key = home.world.add_key("p1")
    await home.add(key=key)
    exported = await home.commands.export(None)
    assert unpack(exported, None) is None
    assert [one["key"] for one in json.loads(exported)] == [key]


# -- accounts and their sign-ins --------------------------------------------------------------


async def test_a_dead_sign_in_is_kept_and_said_to_need_a_new_one(home: Home) -> None:
    dead = home.world.sign_in(ADA, "p1")
    home.world.grants[dead["refresh_token"]].revoked = True
    report = await home.take_in(dead)
    assert report.items[0].outcome == "added"
    assert report.items[0].reason
    assert home.views[0].state == "needs_sign_in"


async def test_what_a_sign_in_gave_is_kept_and_proved(home: Home) -> None:
    home.world.add_account(ADA, "p1")
    old = home.world.sign_in(ADA, "p1")
    home.world.grants[old["refresh_token"]].revoked = True
    await home.take_in(old)
    newer = home.world.sign_in(ADA, "p1")["refresh_token"]
    found = home.account()
    assert isinstance(found.secret, AccountSecret)
    renewed = replace(found, secret=replace(found.secret, refresh_token=SecretStr(newer)))
    accounts = home.engine._parts.accounts
    assert [one.id for one in accounts.of(None, ADA.upper(), found.secret.client_id)] == [found.id]
    assert accounts.of(None, ADA, "another-client") == []
    assert accounts.of(None, None, found.secret.client_id) == []
    assert accounts.by_id(found.id) == found
    assert await accounts.keep([renewed]) == "folder"
    assert home.views[0].state == "ready"
    assert home.refresh_token() == newer
    assert (await home.commands.check(found.id))[0].ok


# -- stores that fail -------------------------------------------------------------------------


async def test_of_several_the_pool_has_those_that_were_kept_before_the_disk_was_full(
    home: Home,
) -> None:
    keeper = home.engine._parts.keeper
    keeper._places = replace(keeper._places, folder=cast("FolderStore", FullShelf()))
    with pytest.raises(Refusal) as caught:
        await home.commands.add_keys("\n".join(home.world.add_key(p) for p in ("p1", "p2")))
    assert caught.value.code == RefusalCode.STORE_FAILED
    assert len(home.views) == 1


class FullShelf:
    """A folder on a disk that has room for one credential more."""

    name = "folder"

    def __init__(self) -> None:
        self.held: tuple[Credential, ...] = ()

    def load(self) -> Loaded:
        return Loaded(self.held)

    def save(self, credentials: Sequence[Credential]) -> None:
        self.held = (replace(credentials[0], store=self.name),)
        raise StoreFailed("No space left on device.", "Free some space.")


async def test_what_the_database_does_not_take_is_said_once_to_hold_until_the_end(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    added = await home.add()
    home.engine._parts.remembering._memory = await asyncio.to_thread(Memory.open, None, home.clock)
    for enabled in (False, True, False):
        await home.commands.enable(added, enabled=enabled)
    assert caplog.text.count("hold only until Pollux ends") == 1
    assert home.view(added).state == "disabled"
