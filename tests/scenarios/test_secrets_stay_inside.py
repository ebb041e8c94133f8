"""No secret in any file but the stores, nor in a log, an answer or a terminal's output.

Secrets with a mark are planted wherever one can stand; then everything that Pollux wrote or
said is searched for them.
"""

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from proxy_core.simulator import Reply, World
from tests.fakes.google import google

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 60.0
MODEL = "gemini-3.8-flash"
VAULT_KEY = base64.b64encode(b"planted-vault-key-of-32-bytes-!!").decode()
PLANTED = {
    "client secret": "planted-client-secret-0001",
    "vault key": VAULT_KEY,
    "vault key, raw": "planted-vault-key-of-32-bytes-!!",
    "admin password": "planted-admin-password",
    "wrong token": "planted-wrong-token",
    "passphrase": "planted passphrase",
    "code": "4/planted-authorization-code",
    "broken file": "1//planted-in-a-broken-file",
    "access token in a file": "ya29.planted-access-token",
    "key in an answer of Google": "AIzaSyPlantedInAnAnswerOfGoogle00000000",
    "prompt": "planted-prompt: the king is in the cellar",
    "answer": "planted-answer: he left by the window",
}


@dataclass
class House:
    """A Pollux with its own home, and all that it said."""

    home: Path
    google_url: str
    secrets: dict[str, str]
    said: dict[str, bytes] = field(default_factory=dict)
    "By where it was said."

    @property
    def data(self) -> Path:
        return self.home / "share" / "pollux"

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONFAULTHANDLER": "1",
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "share"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "TMPDIR": str(self.home / "tmp"),
            "GOOGLE_API_BASE_URL": self.google_url,
            "CLIENT_ID": "planted-client.apps.example.com",
            "CLIENT_SECRET": PLANTED["client secret"],
            "POLLUX_VAULT_KEY": VAULT_KEY,
            "ADMIN_PASSWORD": PLANTED["admin password"],
            "DEBUG": "true",
            "PORT": "0",
            "MAX_WAIT_S": "0",
        }

    async def start(self, *arguments: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "proxy_core",
            *arguments,
            stdin=DEVNULL if "--headless" in arguments else PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self.home,
            env=self.environment(),
        )

    async def run(self, *arguments: str, stdin: str = "") -> None:
        process = await self.start(*arguments)
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), PATIENCE_S)
        self.said[" ".join(arguments)] = out + err

    def files(self) -> Iterable[Path]:
        return (path for path in self.home.rglob("*") if path.is_file())


def plant(home: Path, world: World) -> dict[str, str]:
    """Credentials of every kind in the folder; what is secret about them, by name."""
    data = home / "share" / "pollux"
    data.mkdir(parents=True)
    (home / "tmp").mkdir()
    account = world.sign_in("ada@example.com", "ada-project")
    account |= {"token": PLANTED["access token in a file"], "expiry": "2020-01-01T00:00:00Z"}
    revoked = world.sign_in("eve@example.com", "eve-project")
    world.grants.pop(revoked["refresh_token"])
    service = world.add_service_account("robot@robots.example.com", "robot-project")
    key, dead = world.add_key("key-project"), "AIzaSyPlantedDeadKey000000000000000000"
    pasted = world.add_key("pasted-project")
    (data / "oauth_creds_ada@example.com_ada-project.json").write_text(json.dumps(account))
    (data / "oauth_creds_eve@example.com_eve-project.json").write_text(json.dumps(revoked))
    (data / "robot.json").write_text(json.dumps(service))
    (data / "api_keys.txt").write_text(f"good={key}\ndead={dead}\n")
    broken = json.dumps({**account, "refresh_token": PLANTED["broken file"]})[:-20]
    (data / "oauth_creds_broken@example.com_p.json").write_text(broken)
    (data / "other.json").write_text(
        json.dumps({"type": "api_key", "key": "ya29.planted-not-a-key"})
    )
    return {
        **PLANTED,
        "refresh token": account["refresh_token"],
        "refresh token, revoked": revoked["refresh_token"],
        "client secret of a file": account["client_secret"],
        "private key": service["private_key"].splitlines()[3],
        "key": key,
        "dead key": dead,
        "pasted key": pasted,
        "not a key": "ya29.planted-not-a-key",
    }


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    """The headless Pollux of this house; its URL."""
    process = await house.start("--headless")
    lines: list[bytes] = []
    assert process.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while b"Pollux listens on " not in (line := await process.stderr.readline()):
                assert line, b"".join(lines).decode()
                lines.append(line)
            lines.append(line)
            yield line.rpartition(b" ")[2].decode().strip()
            process.terminate()
            out, err = await process.communicate()
            house.said["headless"] = b"".join(lines) + out + err
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def use(house: House, url: str, token: str) -> None:
    """Asks for everything there is to ask, much of it wrongly."""
    bearer = {"Authorization": f"Bearer {token}"}
    wrong = {"Authorization": f"Bearer {PLANTED['wrong token']}"}
    chat = {"model": MODEL, "messages": [{"role": "user", "content": PLANTED["prompt"]}]}
    admin = "/admin/v1"
    bad_file = {"name": "keys.txt", "content": f"x={house.secrets['not a key']}\n{{"}
    encrypted = {"name": "a.json", "content": '{"pollux_export":1,"kdf":"x"}'}
    asks: list[tuple[str, str, Any, dict[str, str]]] = [
        *[
            ("POST", "/v1/chat/completions", {**chat, "stream": n % 2 == 1}, bearer)
            for n in range(9)
        ],
        ("POST", "/v1/chat/completions", chat, wrong),
        ("GET", f"/v1beta/models?key={PLANTED['wrong token']}", None, {}),
        ("GET", "/v1/models", None, bearer),
        ("POST", f"{admin}/session", {"token": PLANTED["wrong token"]}, {}),
        ("POST", f"{admin}/accounts/keys", {"text": house.secrets["pasted key"]}, bearer),
        ("POST", f"{admin}/accounts/keys", {"text": PLANTED["key in an answer of Google"]}, bearer),
        ("POST", f"{admin}/accounts/keys", {"txt": house.secrets["key"]}, bearer),
        ("POST", f"{admin}/accounts/import", {"files": [bad_file]}, bearer),
        (
            "POST",
            f"{admin}/accounts/import",
            {"files": [encrypted], "passphrase": PLANTED["passphrase"]},
            bearer,
        ),
        ("PUT", f"{admin}/oauth-client", {"installed": {"secret": PLANTED["code"]}}, bearer),
        ("POST", f"{admin}/accounts/check", {}, bearer),
        ("PATCH", f"{admin}/settings", {"ADMIN_PASSWORD": PLANTED["admin password"]}, bearer),
        ("GET", f"{admin}/accounts", None, bearer),
        ("GET", f"{admin}/settings", None, bearer),
        ("GET", f"{admin}/doctor", None, bearer),
        ("GET", f"{admin}/usage", None, bearer),
        ("GET", f"{admin}/oauth-client", None, bearer),
        ("GET", f"{admin}/state", None, bearer),
        ("GET", f"{admin}/about", None, bearer),
        ("GET", f"{admin}/state", None, wrong),
        ("GET", "/admin/openapi.json", None, bearer),
        ("GET", f"/oauth2/callback?state=x&code={PLANTED['code']}", None, {}),
        ("GET", "/metrics", None, bearer),
        ("GET", "/", None, {}),
    ]
    async with aiohttp.ClientSession(url) as session:
        for number, (method, path, body, headers) in enumerate(asks):
            async with session.request(method, path, json=body, headers=headers) as answer:
                told = await answer.read()
            if path != "/v1/chat/completions" or answer.status != 200:
                said = told + repr(answer.headers).encode()
                house.said[f"{number} {method} {path.partition('?')[0]} {answer.status}"] = said
        sign_in = {"via": "page", "project": "ada-project"}
        async with session.post(f"{admin}/sign-ins", json=sign_in, headers=bearer) as answer:
            view = await answer.json()
        pasted = f"http://127.0.0.1:1/oauth2/callback?state=wrong&code={PLANTED['code']}"
        path = f"{admin}/sign-ins/{view['id']}/redirect"
        async with session.post(path, json={"url": pasted}, headers=bearer) as answer:
            house.said["a pasted address"] = await answer.read()


async def test_no_secret_is_found_outside_of_the_stores(tmp_path: Path) -> None:
    world = World()
    secrets = plant(tmp_path, world)
    leak = PLANTED["key in an answer of Google"]
    refusal = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": f"API key {leak}!"}}
    for project in ("key-project", "ada-project"):
        world.script(Reply.raw(400, json.dumps(refusal).encode()), project=project)
        world.script(Reply.text(PLANTED["answer"]), project=project, times=None)
    async with google(world) as fake:
        house = House(tmp_path, fake.base_url, secrets)
        async with serving(house) as url:
            token = (house.data / "bearer_token").read_text().strip()
            await use(house, url, token)
            for command in ("accounts list", "status", "status --json", "doctor", "accounts check"):
                await house.run(*command.split())
            await house.run("accounts", "add-key", stdin=f"{secrets['not a key']}\n")
            (tmp_path / "phrase").write_text(PLANTED["passphrase"])
            exported = tmp_path / "export.json"
            await house.run(
                "accounts", "export", str(exported), "--passphrase-file", str(tmp_path / "phrase")
            )
            assert exported.exists(), house.said
        await house.run("doctor", "--json")
        await house.run("accounts", "list", "--json")
    secrets["bearer token"] = token
    (tmp_path / "phrase").unlink()
    assert (house.data / "vault").exists()
    assert (house.data / "pollux.sqlite3").exists()
    assert len(house.said) > 35
    found = [
        f"{name} in what {where} said"
        for where, said in house.said.items()
        for name, secret in secrets.items()
        if secret.encode() in said
    ]
    found += [
        f"{name} in {path.relative_to(tmp_path)}"
        for path in house.files()
        for name, secret in secrets.items()
        if not _may_hold(path, name) and secret.encode() in path.read_bytes()
    ]
    assert not found


def _may_hold(path: Path, name: str) -> bool:
    """Whether this file is a store of this secret."""
    if path.name == "bearer_token":
        return name == "bearer token"
    planted = ("oauth_creds_", "robot.json", "api_keys.txt", "other.json")
    return path.name.startswith(planted)
