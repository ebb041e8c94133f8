"""Commands where no Pollux runs: with an engine of their own on the data folder."""

import asyncio
import json
import signal
import sys
import threading
from pathlib import Path

import pytest

from proxy_core import assembly
from proxy_core.cli.ephemeral import EphemeralEngine
from proxy_core.cli.failure import CommandFailed
from proxy_core.engine.instance import FILE, InstanceLock
from proxy_core.settings import load_settings
from proxy_core.simulator import World
from tests.cli.conftest import Begin, Terminal, piped
from tests.fakes.consenting import ADA, PROJECT, consented, google_of_ada
from tests.fakes.google import google

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> str:
    """A Google that takes no connection; gives its address."""
    address = "http://127.0.0.1:1"
    monkeypatch.setenv("GOOGLE_API_BASE_URL", address)
    terminal.env["GOOGLE_API_BASE_URL"] = address
    return address


def put(folder: Path, label: str = "home") -> None:
    folder.mkdir(exist_ok=True)
    content = {"type": "api_key", "key": "AIzaPlanted", "label": label, "project_id": "p-1"}
    (folder / f"{label}.json").write_text(json.dumps(content))


def test_the_data_folder_is_read_and_left_free(terminal: Terminal, offline: str) -> None:
    put(terminal.folder)
    told = terminal("accounts", "list", "--json")
    assert told.code == 0, told.err
    (view,) = json.loads(told.out)["credentials"]
    assert (view["label"], view["project"], view["store"]) == ("home", "p-1", "folder")
    assert "AIzaPlanted" not in told.out
    assert told.err == ""
    assert not (terminal.folder / FILE).exists()
    InstanceLock(terminal.folder, wait_s=0).take()


def test_changes_last(terminal: Terminal, offline: str) -> None:
    put(terminal.folder)
    assert terminal("accounts", "rename", "home", "the office").code == 0
    assert terminal("accounts", "disable", "the office").code == 0
    (view,) = json.loads(terminal("accounts", "list", "--json").out)["credentials"]
    assert (view["label"], view["state"]) == ("the office", "disabled")
    assert terminal("accounts", "remove", "--yes", "the office").code == 0
    assert json.loads(terminal("accounts", "list", "--json").out) == {"credentials": []}


async def test_a_key_is_added_and_checked_at_google(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    key = world.add_key("home-project")
    async with google(world) as fake:
        monkeypatch.setenv("GOOGLE_API_BASE_URL", fake.base_url)
        told = await asyncio.to_thread(terminal, "accounts", "add-key", key, "--label", "home")
        assert told.code == 0, told.err
        assert key not in told.out + told.err
        told = await asyncio.to_thread(terminal, "accounts", "check")
        assert told.code == 0, told.out
        assert "ready" in told.out


def test_a_folder_that_is_taken_ends_with_3(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "PATIENT_S", 0.0)
    settings = load_settings({"PERSISTENT_STORAGE_PATH": str(terminal.folder)}, {}, None, None)
    taken = InstanceLock(terminal.folder)
    taken.take()
    engine = EphemeralEngine(settings)
    try:
        with pytest.raises(CommandFailed, match="is taken by") as raised:
            engine.start()
    finally:
        engine.stop()
        taken.give_back()
    assert raised.value.code == 3


def test_a_data_folder_that_cannot_be_used_ends_with_4(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PERSISTENT_STORAGE_PATH", str(tmp_path / "file" / "data"))
    told = terminal("accounts", "list")
    assert told.code == 4
    assert "cannot be read" in told.out
    assert told.err == ""


CLIENT = {
    "installed": {
        "client_id": "pretend-client",
        "client_secret": "pretend-client-secret",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "redirect_uris": ["http://localhost"],
    }
}


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that opens a page and follows where it leads."""
    opener = "import sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n"
    program = tmp_path / "browser"
    program.write_text(f"#!{sys.executable}\n{opener}")
    program.chmod(0o700)
    return program


@posix
async def test_an_account_signs_in_with_the_browser(
    terminal: Terminal, tmp_path: Path, browser: Path
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(CLIENT))
    async with google_of_ada(PROJECT, "second-project") as fake:
        terminal.env |= {"GOOGLE_API_BASE_URL": fake.base_url, "BROWSER": str(browser)}
        argv = ("accounts", "add", "--client", "client.json", "--json")
        told = await asyncio.to_thread(piped, terminal, b"", *argv)
        assert told.code == 0, told.err
        view = json.loads(told.out)
        assert (view["status"], view["email"]) == ("done", ADA)
        told = await asyncio.to_thread(piped, terminal, b"", "accounts", "check")
        assert told.code == 0, told.out


def test_a_web_client_does_not_sign_in_here(
    terminal: Terminal, offline: str, tmp_path: Path
) -> None:
    (tmp_path / "client.json").write_text(json.dumps({"web": CLIENT["installed"]}))
    told = terminal("accounts", "add", "--client", str(tmp_path / "client.json"))
    assert (told.code, told.out) == (1, "")
    assert "import a client of the type Desktop app" in told.err
    assert "Open this page" not in told.err


@posix
@pytest.mark.parametrize("named", [True, False])
async def test_a_script_learns_where_the_api_of_its_project_is_switched_on(
    terminal: Terminal, tmp_path: Path, browser: Path, named: bool
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(CLIENT))
    async with google_of_ada(PROJECT, *(("second-project",) if named else ())) as fake:
        fake.world.project(PROJECT).services.clear()
        terminal.env |= {"GOOGLE_API_BASE_URL": fake.base_url, "BROWSER": str(browser)}
        argv = ["accounts", "add", "--client", "client.json", "--json"]
        argv += ["--project", PROJECT] if named else []
        told = await asyncio.to_thread(piped, terminal, b"", *argv)
    assert told.code == 1
    off = next(one for one in json.loads(told.out)["projects"] if one["id"] == PROJECT)
    assert off["api"] == "off"
    assert f"  {PROJECT}: {off['link']}\n" in told.err
    assert "switched off" in told.err


@posix
async def test_a_script_learns_where_a_first_project_is_made(
    terminal: Terminal, tmp_path: Path, browser: Path
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(CLIENT))
    async with google_of_ada() as fake:
        terminal.env |= {"GOOGLE_API_BASE_URL": fake.base_url, "BROWSER": str(browser)}
        argv = ("accounts", "add", "--client", "client.json")
        told = await asyncio.to_thread(piped, terminal, b"", *argv)
    assert (told.code, told.out) == (1, "")
    assert "https://aistudio.google.com/apikey" in told.err


@posix
async def test_an_account_signs_in_with_a_pasted_address(
    terminal: Terminal, tmp_path: Path, begin: Begin
) -> None:
    (tmp_path / "client.json").write_text(json.dumps(CLIENT))
    async with google_of_ada(PROJECT) as fake:
        terminal.env["GOOGLE_API_BASE_URL"] = fake.base_url
        session = begin("accounts", "add", "--no-browser", "--client", "client.json")
        prompt = "Address (Enter: look whether it is done):"
        await asyncio.to_thread(session.wait_for, prompt)
        url = next(line for line in session.err.splitlines() if fake.base_url in line)
        await asyncio.to_thread(session.type, prompt, await consented(url.strip()))
        told = await asyncio.to_thread(session.end)
    assert told.code == 0, told.err
    assert f"{ADA} · {PROJECT}" in told.out
    assert told.out.endswith(": added\n")
    assert "pretend-client-secret" not in told.out + told.err


@posix
def test_ctrl_c_ends_the_engine_too(terminal: Terminal, offline: str, begin: Begin) -> None:
    put(terminal.folder)
    session = begin("accounts", "remove", "home")
    session.wait_for("Remove it? [y/N]")
    session.process.send_signal(signal.SIGINT)
    told = session.end()
    assert told.code == 130, told.err
    assert "Traceback" not in told.err
    InstanceLock(terminal.folder, wait_s=0).take()


def test_its_thread_ends_with_it(terminal: Terminal, offline: str) -> None:
    assert terminal("accounts", "list").code == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "engine"]
