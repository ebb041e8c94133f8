"""Runs the image's program as an engine would, and uses it: `image` calls this.

That is: its own user, a read-only root in a private mount namespace, /tmp in memory, a volume, no
new privileges, process 1 of its own, and only the environment of the image and of an `--env-file`.
Needs root. Not here: how the image is made.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from proxy_core.simulator import Reply
from tests.fakes.google import FakeGoogle, google

USER = 10001
PORT = 7861
"Not the default: the health check has to find it."
PATIENCE_S = 20.0
MODEL = "gemini-3.8-flash"
MOUNTS = """
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/tmp"
mount --bind "$2" "$1/var/lib/pollux"
root=$1; shift 2
exec setpriv --no-new-privs chroot --userspec=$0 --groups= "$root" /usr/bin/env -i "$@"
"""


@dataclass(frozen=True, slots=True)
class Container:
    """A running image."""

    root: Path
    environment: tuple[str, ...]
    process: Process
    "Its parent on the outside, which ends with its exit code."
    pid: int
    url: str

    async def execute(self, *command: str) -> tuple[int, str]:
        """Exit code and output of a command inside, as `docker exec` runs it."""
        enter = ("nsenter", f"--target={self.pid}", "--mount", "--pid", "setpriv", "--no-new-privs")
        change = ("chroot", f"--userspec={USER}:{USER}", "--groups=", str(self.root))
        within = (*enter, *change, "/usr/bin/env", "-i", *self.environment, *command)
        process = await asyncio.create_subprocess_exec(*within, stdout=PIPE, stderr=STDOUT)
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode().strip()

    def terminate(self) -> None:
        """Sends what `docker stop` sends."""
        os.kill(self.pid, signal.SIGTERM)

    def status(self, field: str) -> str:
        """A line of its process's status, as the kernel tells it."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(field + ":"))


@asynccontextmanager
async def started(
    root: Path, config: dict[str, Any], volume: Path, variables: dict[str, str]
) -> AsyncIterator[Container]:
    """The image's own command, once it answers."""
    environment = (*config["Env"], *(f"{name}={value}" for name, value in variables.items()))
    command = [*config["Entrypoint"], *config["Cmd"]]
    outside = ("unshare", "--mount", "--pid", "--fork", "--propagation=private")
    shell = ("sh", "-ec", MOUNTS, config["User"], str(root), str(volume))
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(*outside, *shell, *environment, *command)
    try:
        url = f"http://127.0.0.1:{PORT}"
        await _answers(f"{url}/healthz")
        print(f"answers after {time.monotonic() - began:.2f} s", flush=True)
        yield Container(root, environment, process, _only_child(process.pid), url)
    finally:
        if process.returncode is None:
            # The child itself: that it changed its user keeps it from dying with its parent.
            os.kill(_only_child(process.pid), signal.SIGKILL)
            await process.wait()


def _only_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())


async def _answers(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientConnectionError:
                assert time.monotonic() < deadline, "it does not answer"
                await asyncio.sleep(0.05)


async def is_confined(container: Container) -> None:
    """It is an ordinary user that can write nowhere but in its volume and in /tmp."""
    assert container.status("Uid").split() == [str(USER)] * 4
    assert container.status("Gid").split() == [str(USER)] * 4
    assert container.status("NoNewPrivs") == "1"
    assert int(container.status("CapEff"), 16) == 0
    assert container.status("NSpid").split()[-1] == "1"
    for place in ("/", "/opt/pollux", "/etc", "/home"):
        code, told = await container.execute("touch", f"{place}/written")
        assert code != 0, place
        assert "Read-only" in told
    for place in ("/tmp", "/var/lib/pollux"):
        assert await container.execute("touch", f"{place}/written") == (0, "")
    print("runs as process 1 of uid 10001, with no capability, on a read-only root", flush=True)


async def is_healthy(container: Container, config: dict[str, Any]) -> None:
    """The health command and the commands of the terminal answer inside."""
    kind, *command = config["Healthcheck"]["Test"]
    assert kind == "CMD"
    began = time.monotonic()
    told = await container.execute(*command)
    assert told == (0, f"Pollux at {container.url} answers."), told
    print(f"health: {told[1]} ({time.monotonic() - began:.2f} s)", flush=True)
    code, state = await container.execute("pollux", "status")
    assert code == 0, state
    assert "serving" in state
    print(f"memory: {container.status('VmRSS')}", flush=True)


async def serves_and_drains(container: Container, fake: FakeGoogle, token: str) -> None:
    """A request is served, and one that runs when it is told to stop is served to its end."""
    headers = {"Authorization": f"Bearer {token}"}
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    chat = f"{container.url}/v1/chat/completions"
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(chat, json=asked) as answer:
            whole = await answer.json()
            assert answer.status == 200, whole
        print(f"answered: {whole['choices'][0]['message']['content']}", flush=True)
        go_on = asyncio.Event()
        fake.world.script(Reply.text("one ", "two ", "three") | Reply.wait(go_on, after=1))
        async with session.post(chat, json={**asked, "stream": True}) as answer:
            read = await answer.content.readuntil(b"one ")
            container.terminate()
            await _takes_no_more(container.url)
            go_on.set()
            read += await answer.content.read()
    assert b"two " in read
    assert b"three" in read
    assert read.endswith(b"data: [DONE]\n\n")
    code = await asyncio.wait_for(container.process.wait(), PATIENCE_S)
    assert code == 0, code
    print("SIGTERM: the running stream came whole, exit 0", flush=True)


async def _takes_no_more(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < deadline:
            try:
                async with session.get(f"{url}/healthz"):
                    await asyncio.sleep(0.05)
            except aiohttp.ClientConnectionError:
                return
    raise AssertionError("it goes on taking connections")


@contextmanager
def volume(**files: str) -> Iterator[Path]:
    """A folder of the image's user, with these files in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, USER, USER)
        for stem, content in files.items():
            path = folder / f"{stem}.json"
            path.write_text(content, "utf-8")
            os.chown(path, USER, USER)
        yield folder
        print("left in the volume:", *sorted(os.listdir(folder)), flush=True)  # noqa: PTH208


def token_in(folder: Path) -> str:
    return (folder / "bearer_token").read_text("utf-8").strip()


async def use(root: Path, config: dict[str, Any]) -> None:
    """Both ways to give it credentials: in the environment, and in the folder that is mounted."""
    async with google() as fake:
        key = {"type": "api_key", "key": fake.world.add_key("a-project"), "label": "office"}
        common = {"GOOGLE_API_BASE_URL": fake.base_url, "PORT": f'"{PORT}"'}
        given = {"CREDENTIALS_JSON_LIST": f"'{json.dumps([key])}'", "GEMINI_AUTH_PASSWORD": "given"}
        with volume() as folder:
            async with started(root, config, folder, {**common, **given}) as container:
                await is_confined(container)
                await is_healthy(container, config)
                await serves_and_drains(container, fake, "given")
        with volume(office=json.dumps(key)) as folder:
            async with started(root, config, folder, common) as container:
                shown = await container.execute("pollux", "token", "show")
                assert shown == (0, token_in(folder))
                await serves_and_drains(container, fake, shown[1])


if __name__ == "__main__":
    asyncio.run(use(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8"))))
