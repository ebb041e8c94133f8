"""The one counter for every command, end to end through a running engine."""

import hashlib
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path

import orjson
import pytest

from proxy_core.commands import Commands, RefusalCode, SignInRequest, SignInStatus, UsageQuery
from proxy_core.credentials import oauth_client
from proxy_core.engine.desk import Desk
from proxy_core.events import Event, PauseChanged
from proxy_core.memory.memory import FILE_NAME
from proxy_core.simulator import World
from tests.fakes.clock import FakeClock
from tests.fakes.consenting import ADA, PROJECT, consented
from tests.fakes.home import Home, at_home
from tests.server import raw
from tests.server.raw import CHAT, chat_body

CLIENT = orjson.dumps(
    {"installed": {"client_id": "pretend-client", "client_secret": "pretend-client-secret"}}
)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    world = World(auto_consent=ADA)
    world.add_client("client-home")
    world.add_account(ADA, PROJECT)
    async with at_home(tmp_path, world) as opened:
        yield opened


def test_it_has_every_command() -> None:
    commands = {name for name in dir(Commands) if not name.startswith("_")}
    assert commands <= set(dir(Desk)) - {one.name for one in fields(Desk)}


# -- sign-in and its client -------------------------------------------------------------------


async def test_a_sign_in_ends_with_an_account_in_the_pool_that_answers(home: Home) -> None:
    with home.refuses(RefusalCode.NO_CLIENT):
        await home.commands.begin_sign_in(SignInRequest())
    assert (await home.commands.import_client(CLIENT)).kind == "installed"
    begun = await home.commands.begin_sign_in(SignInRequest())
    assert begun.status is SignInStatus.WAITING
    done = await home.commands.paste_redirect(begun.id, await consented(begun.url))
    assert (done.status, done.store) == (SignInStatus.DONE, "folder")
    (view,) = home.views
    assert done.added == (view.id,)
    assert (view.state, view.project) == ("ready", PROJECT)
    assert (await raw.send(home.url, raw.request(CHAT, chat_body()))).status == 200
    assert (await home.commands.sign_in(begun.id)).status is SignInStatus.DONE


async def test_signing_in_again_renews_one_that_google_refused(home: Home) -> None:
    stored = home.world.sign_in(ADA, PROJECT)
    home.world.grants[stored["refresh_token"]].revoked = True
    await home.take_in(stored)
    (dead,) = home.views
    assert dead.state == "needs_sign_in"
    await home.commands.import_client(CLIENT)
    begun = await home.commands.begin_sign_in(SignInRequest(again=dead.id))
    done = await home.commands.paste_redirect(begun.id, await consented(begun.url))
    assert done.renewed == (dead.id,)
    (view,) = home.views
    assert (view.id, view.state) == (dead.id, "ready")
    assert len([name for name in home.files() if name.startswith("oauth_creds")]) == 1


async def test_several_projects_of_one_account_are_added_at_once(tmp_path: Path) -> None:
    world = World(auto_consent=ADA)
    world.add_client("client-home")
    world.add_account(ADA, "first", "second", "third")
    async with at_home(tmp_path, world) as home:
        await home.commands.import_client(CLIENT)
        begun = await home.commands.begin_sign_in(SignInRequest())
        asked = await home.commands.paste_redirect(begun.id, await consented(begun.url))
        assert asked.status is SignInStatus.CHOOSING_PROJECT
        again = await home.commands.recheck_projects(begun.id)
        assert {one.id for one in again.projects} == {"first", "second", "third"}
        done = await home.commands.choose_projects(begun.id, ["first", "third"])
        assert done.status is SignInStatus.DONE
        assert {view.project for view in home.views} == {"first", "third"}
        assert set(done.added) == {view.id for view in home.views}
        for one in done.added:
            assert not (await home.commands.removal_of(one)).can_revoke


async def test_a_sign_in_can_be_given_up(home: Home) -> None:
    await home.commands.import_client(CLIENT)
    begun = await home.commands.begin_sign_in(SignInRequest())
    assert (await home.commands.cancel_sign_in(begun.id)).status is SignInStatus.CANCELLED
    with home.refuses(RefusalCode.CONFLICT):
        await home.commands.paste_redirect(begun.id, await consented(begun.url))
    with home.refuses(RefusalCode.NOT_FOUND):
        await home.commands.sign_in("nobody")
    assert await home.commands.answer_redirect("state=nobody&code=4/x") is None


async def test_a_client_is_forgotten(home: Home) -> None:
    await home.commands.import_client(CLIENT)
    assert (await home.commands.forget_client()).kind == "none"
    assert (await home.commands.oauth_client()).kind == "none"


@pytest.mark.parametrize("content", [b"", b"not JSON", b"[]", b'{"other": {}}'])
async def test_what_is_no_client_is_refused(home: Home, content: bytes) -> None:
    with home.refuses(RefusalCode.INVALID):
        await home.commands.import_client(content)


async def test_the_client_of_another_program_in_the_settings_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    digest = hashlib.sha256(b"a-pretend-foreign-client").hexdigest()
    monkeypatch.setitem(oauth_client._OTHER_PROGRAMS, digest, "Some CLI")
    theirs = "a-pretend-foreign-client"
    async with at_home(tmp_path, CLIENT_ID=theirs, CLIENT_SECRET="made-up") as home:
        assert (await home.commands.oauth_client()).kind == "none"
        assert "Some CLI" in caplog.text


# -- use, doctor, settings --------------------------------------------------------------------


async def test_what_was_used_is_told_by_credential_and_model(home: Home) -> None:
    added = await home.add(project="p1")
    for _ in range(2):
        await raw.send(home.url, raw.request(CHAT, chat_body()))
    report = await home.commands.usage(UsageQuery("minute"))
    (row,) = report.rows
    assert (row.credential_id, row.model) == (added, "gemini-3.8-flash")
    assert (row.exchanges, row.failed) == (2, 0)
    assert row.prompt_tokens > 0
    assert row.output_tokens > 0
    (by_model,) = (await home.commands.usage(UsageQuery("minute", by="model"))).rows
    assert by_model == replace(row, credential_id="", client="")
    (by_credential,) = (await home.commands.usage(UsageQuery("minute", by="credential"))).rows
    assert by_credential == replace(row, client="")
    totals = home.engine.snapshot().totals
    assert (totals.exchanges, totals.prompt_tokens) == (2, row.prompt_tokens)
    later = UsageQuery("hour", since=home.clock.now() + 7_200)
    assert (await home.commands.usage(later)).rows == ()


async def test_use_outlives_a_restart(tmp_path: Path) -> None:
    async with at_home(tmp_path) as home:
        await home.add()
        await raw.send(home.url, raw.request(CHAT, chat_body()))
    async with at_home(tmp_path, home.world, clock=home.clock) as again:
        assert [row.exchanges for row in (await again.commands.usage(UsageQuery("day"))).rows] == [
            1
        ]
        assert again.engine.snapshot().totals.exchanges == 0


async def test_a_database_that_fails_is_told_as_a_refusal(home: Home) -> None:
    def drop() -> None:
        with sqlite3.connect(home.folder / "pollux.sqlite3") as database:
            tables = database.execute("select name from sqlite_master where type = 'table'")
            for (name,) in tables.fetchall():
                if "usage" in name:
                    database.execute(f"drop table {name}")
        database.close()

    drop()
    with home.refuses(RefusalCode.UNAVAILABLE, "record of use"):
        await home.commands.usage(UsageQuery("day"))


async def test_the_doctor_looks_at_everything_and_is_content(tmp_path: Path) -> None:
    async with at_home(tmp_path, clock=FakeClock(time.time())) as home:
        await home.add()
        await home.commands.import_client(CLIENT)
        findings = await home.commands.doctor()
    assert [one.check for one in findings if not one.ok] == []
    assert {one.check for one in findings} == {
        "settings",
        "port",
        "data_folder",
        "vault",
        "oauth_client",
        "credentials",
        "clock",
        "google",
    }


async def test_the_doctor_names_what_does_not_work(home: Home) -> None:
    home.world.project("p1").fault = "service_disabled"
    await home.add(project="p1", label="my key")
    wrong = [one for one in await home.commands.doctor() if not one.ok]
    assert any(one.check == "credentials" and "my key" in one.sentence for one in wrong)


async def senders(home: Home, count: int) -> list[str]:
    """The keys that the next exchanges are answered with."""
    before = len(home.world.requests)
    for number in range(count):
        body = chat_body(f"question {number}")
        assert (await raw.send(home.url, raw.request(CHAT, body))).status == 200
    return [one.credential for one in home.world.requests[before:]]


async def test_another_rotation_counts_from_the_next_exchange_on(tmp_path: Path) -> None:
    toml = tmp_path / "config" / "settings.toml"
    async with at_home(tmp_path / "data", toml=toml) as home:
        for project in ("p1", "p2"):
            await home.add(project=project)
        assert len(set(await senders(home, 4))) == 2
        change = await home.commands.change_settings({"ROTATION": "fill-first"})
        assert (change.applied, change.after_restart) == (("ROTATION",), ())
        assert len(set(await senders(home, 4))) == 1
        with home.refuses(RefusalCode.INVALID):
            await home.commands.change_settings({"ROTATION": "backwards"})
        assert len(set(await senders(home, 4))) == 1
        await home.commands.change_settings({"ROTATION": ""})
        assert len(set(await senders(home, 4))) == 2
    async with at_home(tmp_path / "data", home.world, toml=toml) as again:
        views = {view.name: view for view in await again.commands.settings()}
        assert views["ROTATION"].value == "balanced"


async def test_a_setting_of_the_environment_is_only_read(home: Home) -> None:
    views = {view.name: view for view in await home.commands.settings()}
    assert views["PORT"].fixed
    assert views["GEMINI_AUTH_PASSWORD"].value == ""
    with home.refuses(RefusalCode.READ_ONLY):
        await home.commands.change_settings({"PORT": "1"})


# -- pausing, the line, where credentials are kept --------------------------------------------


async def test_a_pause_is_told_once_and_is_over_after_resume(home: Home) -> None:
    told: list[Event] = []
    home.engine.subscribe(told.append)
    for _ in range(2):
        await home.commands.pause()
    assert home.engine.snapshot().state == "paused"
    await home.commands.resume()
    assert home.engine.snapshot().state != "paused"
    changes = [event.paused for event in told if isinstance(event, PauseChanged)]
    assert changes == [True, False]


async def test_the_line_names_who_is_asked_next(home: Home) -> None:
    for project in ("p1", "p2"):
        await home.add(project=project, label=f"key of {project}")
    expected = (await home.commands.line("gemini-3.8-flash")).places[0].credential_id
    body = raw.request(CHAT, chat_body(), head=b"X-Pollux-Trace: 1\r\n")
    answer = await raw.send(home.url, body)
    assert answer.headers["x-pollux-credential"] == home.view(expected).label
    line = await home.commands.line()
    assert line.model == "gemini-3.8-flash"
    assert line.places[-1].credential_id == expected


async def test_where_new_credentials_go_is_told(home: Home) -> None:
    keeping = await home.commands.keeping()
    assert (keeping.kept_in, keeping.vault, keeping.read_only) == ("folder", "unused", False)
    assert keeping.folder == str(home.folder)


async def test_a_memory_that_lasts_only_until_the_end_is_told_with_the_keeping(
    tmp_path: Path,
) -> None:
    async with at_home(tmp_path) as home:
        assert (await home.commands.keeping()).sentence == ""
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).mkdir()
    async with at_home(tmp_path) as home:
        kept = await home.commands.keeping()
        assert FILE_NAME in kept.sentence
        assert kept.next_step == "Mend that, then start Pollux again."
