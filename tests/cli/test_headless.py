"""`pollux --headless` as a process: its exit codes, its signals, and what it never prints."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from proxy_core.simulator import Reply, World
from tests.fakes.google import google
from tests.server import raw
from tests.server.raw import CHAT, chat_body

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "planted-password-1234"
AUTH = f"Authorization: Bearer {PASSWORD}\r\n".encode()
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PERSISTENT_STORAGE_PATH": str(folder / "data"),
        **more,
    }


async def start(folder: Path, *arguments: str, **more: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "proxy_core",
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
        cwd=folder,
        env=environment(folder, **more),
    )


async def run(folder: Path, *arguments: str, **more: str) -> tuple[int | None, str]:
    """Exit code, and all that was printed."""
    process = await start(folder, *arguments, **more)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, (out + err).decode()


@asynccontextmanager
async def serving(folder: Path, **more: str) -> AsyncIterator[tuple[Process, str, list[str]]]:
    """A running proxy, its base URL, and the lines it has printed so far."""
    process = await start(folder, "--headless", "--port", "0", **more)
    assert process.stderr is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(30):
            while not (lines and "listens on" in lines[-1]):
                lines.append((await process.stderr.readline()).decode())
                assert lines[-1], lines
        yield process, lines[-1].rpartition(" ")[2].strip(), lines
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def rest(process: Process) -> str:
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return (out + err).decode()


def keyed(key: str, label: str = "home") -> dict[str, Any]:
    return {"type": "api_key", "key": key, "label": label, "project_id": "home-project"}


@pytest.mark.parametrize(
    ("arguments", "settings", "named"),
    [
        ([], {"PORT": "abc"}, "PORT"),
        (["--bogus"], {}, "--bogus"),
        (["bogus"], {}, "bogus"),
        (["--headless", "--port", "abc"], {}, "PORT"),
        (["--headless", "--log-level", "loud"], {}, "LOG_LEVEL"),
        (["--headless", "--env-file", "nowhere.env"], {}, "--env-file"),
        (["--headless", "--config", "nowhere.toml"], {}, "--config"),
        (["--headless"], {"HOST": "no such host"}, "HOST"),
        (["--headless"], {"HOST": "203.0.113.7"}, "HOST"),
        (["--headless"], {"CORS_ALLOWED_ORIGINS": "planted-junk"}, "CORS_ALLOWED_ORIGINS"),
        (["--headless"], {"CREDENTIALS_JSON_LIST": '[{"key":"planted'}, "CREDENTIALS_JSON_LIST"),
        (["--headless"], {"OUTBOUND_PROXY": "planted://u:planted@h"}, "OUTBOUND_PROXY"),
    ],
)
async def test_a_wrong_setting_is_named_and_ends_with_2(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], named: str
) -> None:
    code, told = await run(tmp_path, *arguments, **{"GEMINI_AUTH_PASSWORD": PASSWORD, **settings})
    assert code == 2
    assert named in told
    assert "planted" not in told
    assert "Traceback" not in told


async def test_it_is_not_the_one_to_ask_another_to_quit(tmp_path: Path) -> None:
    code, said = await run(tmp_path, "--quit")
    assert code == 2
    assert "tray app" in said


async def test_a_taken_port_ends_with_3_and_names_holder_and_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, told = await run(tmp_path, "--headless", "--port", str(port))
    assert code == 3
    assert f"port {port}" in told
    assert "--port " in told
    if sys.platform == "linux":
        assert f"(pid {os.getpid()})" in told


async def test_a_token_that_cannot_be_read_ends_with_4(tmp_path: Path) -> None:
    (tmp_path / "data" / "bearer_token").mkdir(parents=True)
    code, told = await run(tmp_path, "--headless", "--port", "0")
    assert code == 4
    assert "bearer_token" in told
    assert f"{tmp_path / 'data'}, named by PERSISTENT_STORAGE_PATH" in told


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_an_idle_proxy_with_0(tmp_path: Path, number: signal.Signals) -> None:
    async with serving(tmp_path) as (process, url, _lines):
        assert (await raw.send(url, raw.request("/healthz", auth=b""))).status == 200
        process.send_signal(number)
        told = await rest(process)
        assert process.returncode == 0
        assert "stopped" in told


@posix
async def test_without_a_terminal_the_token_is_not_printed_but_its_file(tmp_path: Path) -> None:
    async with serving(tmp_path) as (process, url, lines):
        token = (tmp_path / "data" / "bearer_token").read_text().strip()
        auth = f"x-api-key: {token}\r\n".encode()
        assert (await raw.send(url, raw.request("/metrics", auth=auth))).status == 200
        process.terminate()
        told = "".join(lines) + await rest(process)
    assert token not in told
    assert str(tmp_path / "data" / "bearer_token") in told


@posix
async def test_a_stop_lets_a_stream_finish_and_takes_no_more(tmp_path: Path) -> None:
    world = World()
    key = world.add_key("home-project")
    hold = asyncio.Event()
    world.script(Reply.text("one", "two", "three") | Reply.wait(hold, after=1))
    settings = {"GEMINI_AUTH_PASSWORD": PASSWORD, "CREDENTIALS_JSON_LIST": json.dumps([keyed(key)])}
    async with google(world) as fake:
        settings["GOOGLE_API_BASE_URL"] = fake.base_url
        async with serving(tmp_path, **settings) as (process, url, _lines):
            reader, writer = await raw.connect(url)
            writer.write(raw.request(CHAT, chat_body(stream=True), auth=AUTH))
            await reader.readuntil(b"one")
            process.terminate()
            assert process.stderr is not None
            while b"stopping" not in await process.stderr.readline():
                pass
            async with asyncio.timeout(10):
                while await takes_connections(url):
                    pass
            hold.set()
            answer = await reader.readuntil(b"data: [DONE]\n\n")
            assert b"three" in answer
            told = await rest(process)
            assert process.returncode == 0
            assert "cut off" not in told
            writer.close()


async def takes_connections(url: str) -> bool:
    try:
        _reader, writer = await raw.connect(url)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_a_mistake_in_families_toml_is_told_and_nothing_started(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text("port = 0\n")
    (tmp_path / "families.toml").write_text('["gemini-3.8-flash"]\nlevels = ["huge"]\n')
    code, told = await run(tmp_path, "--headless", "--config", str(config))
    assert code == 2
    assert told == (
        "pollux: families.toml [gemini-3.8-flash] levels must be a list out of "
        "minimal, low, medium, high, xhigh\n"
    )


@posix
async def test_a_second_signal_does_not_wait_for_streams(tmp_path: Path) -> None:
    world = World()
    key = world.add_key("home-project")
    world.script(Reply.text("one", "two") | Reply.wait(asyncio.Event(), after=1))
    settings = {"GEMINI_AUTH_PASSWORD": PASSWORD, "CREDENTIALS_JSON_LIST": json.dumps([keyed(key)])}
    async with google(world) as fake:
        settings["GOOGLE_API_BASE_URL"] = fake.base_url
        async with serving(tmp_path, **settings) as (process, url, _lines):
            reader, writer = await raw.connect(url)
            writer.write(raw.request(CHAT, chat_body(stream=True), auth=AUTH))
            await reader.readuntil(b"one")
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            while b"stopping" not in await process.stderr.readline():
                pass
            process.send_signal(signal.SIGINT)
            told = await asyncio.wait_for(rest(process), 10)  # not the 30 s of the grace time
            assert process.returncode == 0
            assert "exchanges cut off by the stop: 1" in told
            assert b"[DONE]" not in await reader.read()
            writer.close()


@posix
async def test_a_credential_file_that_cannot_be_read_harms_no_other(tmp_path: Path) -> None:
    world = World()
    key = world.add_key("home-project")
    data = tmp_path / "data"
    data.mkdir()
    (data / "oauth_creds_broken.json").write_text('{"refresh_token": "planted')
    (data / "home.json").write_text(json.dumps(keyed(key)))
    async with google(world) as fake:
        settings = {"GEMINI_AUTH_PASSWORD": PASSWORD, "GOOGLE_API_BASE_URL": fake.base_url}
        async with serving(tmp_path, **settings) as (process, url, lines):
            answer = await raw.send(url, raw.request(CHAT, chat_body(), auth=AUTH))
            assert answer.status == 200
            process.terminate()
            told = "".join(lines) + await rest(process)
    assert "oauth_creds_broken.json is left out" in told
    assert "planted" not in told


@posix
async def test_no_secret_and_no_prompt_is_ever_printed_or_answered(tmp_path: Path) -> None:
    """Marked secrets everywhere; Google echoes some of them back."""
    world = World()
    key = world.add_key("home-project")
    account = world.sign_in("ada@example.com", "other-project")
    secrets = [PASSWORD, key, account["refresh_token"], account["client_secret"]]
    echo = {
        "error": {
            "code": 400,
            "status": "INVALID_ARGUMENT",
            "message": f"bad {key} and ya29.planted-token and {account['refresh_token']}",
        }
    }
    told_to_clients = b""
    async with google(world) as fake:
        settings = {
            "GEMINI_AUTH_PASSWORD": PASSWORD,
            "GOOGLE_API_BASE_URL": fake.base_url,
            "CREDENTIALS_JSON_LIST": json.dumps([keyed(key), account]),
            "DEBUG": "true",
            "MAX_ATTEMPTS": "1",
            "MAX_WAIT_S": "0",
        }
        async with serving(tmp_path, **settings) as (process, url, lines):
            for fault in (None, 400, 403, 500):
                if fault is not None:
                    body = json.dumps(echo).replace("400", str(fault)).encode()
                    world.script(Reply.raw(fault, body), times=2)
                for data in (
                    raw.request(CHAT, chat_body("planted prompt"), auth=AUTH),
                    raw.request(
                        f"{raw.NATIVE}?key={PASSWORD}", raw.native_body("planted prompt"), auth=b""
                    ),
                    raw.request("/v1/x?key=" + PASSWORD, auth=b"x-api-key: planted-wrong\r\n"),
                    raw.request("/metrics", auth=AUTH),
                ):
                    told_to_clients += (await raw.send(url, data)).body
            process.terminate()
            told = "".join(lines) + await rest(process)
    assert "status=200" in told
    echoed = told_to_clients.replace(b"You said: planted prompt", b"").decode()
    for secret in (*secrets, "planted-token", "planted-wrong", *world.access_tokens):
        assert secret not in told
        assert secret not in echoed
    assert "planted prompt" not in told
