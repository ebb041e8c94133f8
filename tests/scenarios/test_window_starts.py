"""The real tray application where something is wrong at its start: the window opens and says so."""

import asyncio
import re
import socket
from asyncio.subprocess import Process
from pathlib import Path

import pytest

from proxy_core.ports import next_free
from tests.fakes.person import PATIENCE_S, Person, make_home, program

DOOR = "Paste an API key"
"It is shown when the engine runs and has no credential."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    make_home(home)
    return home


@pytest.fixture
def port() -> str:
    return str(next_free("127.0.0.1", 18_860))


async def end(process: Process, person: Person) -> None:
    await person.menu("Quit")
    assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0


async def test_a_taken_port_is_said_and_another_one_taken(home: Path, port: str) -> None:
    settings = home / ".config" / "pollux" / "settings.toml"
    await asyncio.to_thread(settings.parent.mkdir, parents=True)
    await asyncio.to_thread(settings.write_text, f"PORT = {port}\n")
    with socket.create_server(("127.0.0.1", int(port))):
        async with program(home) as process:
            person = Person(process)
            await person.sees(f"Port {port} is taken by")
            await person.click(await person.sees("Use port"))
            await person.sees(DOOR)
            await end(process, person)
    kept = await asyncio.to_thread(settings.read_text)
    assert int(re.findall(r"\d+", kept)[0]) > int(port)


async def test_a_broken_settings_file_is_said_and_can_be_mended(home: Path, port: str) -> None:
    settings = home / ".config" / "pollux" / "settings.toml"
    await asyncio.to_thread(settings.parent.mkdir, parents=True)
    await asyncio.to_thread(settings.write_text, "PORT = = 1\n")
    async with program(home, PORT=port) as process:
        person = Person(process)
        await person.sees("settings.toml")
        await asyncio.to_thread(settings.write_text, "")
        await person.click("Try again")
        await person.sees(DOOR)
        await end(process, person)


async def test_a_vault_that_cannot_be_opened_is_said(home: Path, port: str) -> None:
    vault = home / "data" / "vault"
    await asyncio.to_thread(vault.parent.mkdir)
    await asyncio.to_thread(vault.write_bytes, b"no vault at all")
    async with program(home, PORT=port) as process:
        person = Person(process)
        await person.sees("vault")
        await end(process, person)


async def test_a_desktop_without_a_keyring_is_told_where_keys_go(home: Path, port: str) -> None:
    async with program(home, PORT=port) as process:
        person = Person(process)
        await person.click(DOOR)
        await person.sees("Add API keys")
        await end(process, person)
