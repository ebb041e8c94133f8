"""A keyring whose prompt nobody answers: the engine starts, serves what it can, and stops."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from proxy_core.assembly import build
from proxy_core.credentials.keychain import SystemKeychain
from proxy_core.credentials.vault import VAULT_FILE, Vault
from proxy_core.engine.engine import FINISH_S, VAULT_PATIENCE_S, Engine
from proxy_core.relay.opening import LOADING_WAIT_S
from proxy_core.settings import load_settings
from proxy_core.simulator import World
from tests.credentials.made_up import parse_one
from tests.fakes.clock import FakeClock
from tests.fakes.google import google
from tests.fakes.keychain import MemoryKeyring
from tests.fakes.pollux import TOKEN
from tests.fakes.site import until
from tests.server import raw
from tests.server.raw import CHAT, chat_body


@dataclass
class Desk:
    """A started engine whose vault waits for the keyring."""

    engine: Engine
    url: str
    clock: FakeClock
    keyring: MemoryKeyring
    world: World

    async def ask(self) -> raw.RawAnswer:
        return await raw.send(self.url, raw.request(CHAT, chat_body()))

    def stores(self) -> list[str]:
        return [view.store for view in self.engine.snapshot().credentials]


@asynccontextmanager
async def started(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, with_file: bool, with_vault: bool = True
) -> AsyncIterator[Desk]:
    """with_vault: it holds a key; with_file: the folder holds one of another project, too."""
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    world, clock, keyring = World(), FakeClock(), MemoryKeyring()
    vault = Vault(folder / "pollux" / VAULT_FILE, SystemKeychain(keyring))
    in_vault = parse_one({"type": "api_key", "key": world.add_key("p1"), "project_id": "p1"})
    (folder / "pollux").mkdir(exist_ok=True)
    if with_vault:
        await asyncio.to_thread(vault.save, [in_vault])
    if with_file:
        write(folder / "pollux" / "key.json", world.add_key("p2"))
    keyring.answering.clear()
    keyring.called.clear()
    async with google(world, clock.now) as fake:
        values = {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "GEMINI_AUTH_PASSWORD": TOKEN,
            "GOOGLE_API_BASE_URL": fake.base_url,
        }
        settings = await asyncio.to_thread(load_settings, values, {}, None, None)
        engine = build(settings, TOKEN, clock)
        # The system's keyring is chosen by what the computer has, and a test has none.
        keeper = engine._parts.keeper
        again = Vault(folder / "pollux" / VAULT_FILE, SystemKeychain(keyring))
        keeper._places = replace(keeper._places, vault=again)
        url = await engine.start()
        try:
            if with_vault:
                await asyncio.to_thread(keyring.called.wait, 10)
            yield Desk(engine, url, clock, keyring, world)
        finally:
            async with asyncio.timeout(raw.PATIENCE_S):
                await engine.stop(grace_s=0)
            keyring.answering.set()


def write(path: Path, key: str) -> None:
    path.write_text(json.dumps({"type": "api_key", "key": key, "project_id": "p2"}))


async def test_other_credentials_serve_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True) as desk:
        await until(lambda: desk.stores() == ["folder"])
        asked = asyncio.create_task(desk.ask())
        await until(lambda: desk.clock.sleepers >= 2)
        assert not desk.world.requests
        desk.clock.advance(VAULT_PATIENCE_S)
        assert (await asked).status == 200
        assert desk.engine.snapshot().state == "serving"
        assert "keyring" in caplog.text
        assert (await desk.ask()).status == 200
        desk.keyring.answering.set()
        await until(lambda: desk.stores() == ["vault", "folder"])


async def test_without_others_requests_are_told_to_come_back_and_an_answer_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, monkeypatch, with_file=False) as desk:
        asked = asyncio.create_task(desk.ask())
        await until(lambda: desk.clock.sleepers >= 2)
        desk.clock.advance(LOADING_WAIT_S)
        told = await asked
        assert told.status == 503
        assert b"opening its credentials" in told.body
        (waiting,) = desk.engine.snapshot().credentials
        assert (waiting.store, waiting.state) == ("vault", "unreadable")
        assert "keyring" in waiting.sentence
        desk.keyring.answering.set()
        await desk.engine.loaded()
        (view,) = desk.engine.snapshot().credentials
        assert (view.store, view.state) == ("vault", "ready")
        assert (await desk.ask()).status == 200


async def test_meanwhile_commands_about_the_others_are_carried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True) as desk:
        await until(lambda: desk.stores() == ["folder"])
        (view,) = desk.engine.snapshot().credentials
        to = desk.engine.commands
        await to.rename(view.id, "mine")
        assert (await to.check())[0].ok
        await to.remove(view.id)
        assert desk.stores() == []


async def test_a_stop_does_not_wait_for_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True) as desk:
        async with asyncio.timeout(raw.PATIENCE_S):
            await desk.engine.stop(grace_s=0)
        assert desk.engine.snapshot().state == "stopped"
        assert [one for one in threading.enumerate() if one.name.startswith("call")]


async def test_what_is_added_meanwhile_becomes_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True) as desk:
        await until(lambda: desk.stores() == ["folder"])
        report = await desk.engine.commands.add_keys(desk.world.add_key("p3"))
        assert report.store == "folder"
        desk.keyring.answering.set()
        await until(lambda: desk.stores() == ["vault", "folder", "folder"])


async def test_what_was_given_up_over_a_prompt_is_in_the_pool_once_that_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True, with_vault=False) as desk:
        await desk.engine.loaded()
        desk.keyring.called.clear()
        adding = asyncio.create_task(desk.engine.commands.add_keys(desk.world.add_key("p3")))
        await until(desk.keyring.called.is_set)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        desk.keyring.answering.set()
        await until(lambda: desk.stores() == ["vault", "folder"])


async def test_a_stop_waits_only_a_while_for_a_command_over_a_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True, with_vault=False) as desk:
        await desk.engine.loaded()
        desk.keyring.called.clear()
        adding = asyncio.create_task(desk.engine.commands.add_keys(desk.world.add_key("p3")))
        await until(desk.keyring.called.is_set)
        stopping = asyncio.create_task(desk.engine.stop(grace_s=0))
        await until(lambda: desk.clock.next_due() == FINISH_S)
        desk.clock.advance(FINISH_S)
        await stopping
        assert "could not be finished" in caplog.text
        desk.keyring.answering.set()
        await asyncio.gather(adding, return_exceptions=True)


async def test_a_vault_that_was_locked_at_the_start_is_taken_once_the_doctor_finds_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, monkeypatch, with_file=True) as desk:
        desk.keyring.failure = KeyringLocked()
        desk.keyring.answering.set()
        await desk.engine.loaded()
        assert {view.state for view in desk.engine.snapshot().credentials} == {
            "ready",
            "unreadable",
        }
        desk.keyring.failure = None
        accounts = desk.engine._parts.accounts
        assert (await accounts.vault_status()).state == "open"
        assert [view.state for view in desk.engine.snapshot().credentials] == ["ready", "ready"]
        assert (await desk.ask()).status == 200
