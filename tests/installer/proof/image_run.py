"""Runs the image's program as an engine would, and uses it: `image` calls this.

That is: its own user, a read-only root in a private mount namespace, /tmp in memory, a volume, no
new privileges, process 1 of its own, and only the environment of the image and of an `--env-file`.
Needs root. Not here: how the image is made.
"""

import asyncio
import json
import os
import signal
import stat
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator, Sequence
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
class Image:
    """The image, and how an engine starts it."""

    root: Path
    config: dict[str, Any]

    async def start(
        self,
        folder: Path,
        variables: dict[str, str],
        *,
        user: str | None = None,
        arguments: Sequence[str] | None = None,
        output: int | None = None,
    ) -> Process:
        """What `docker run` starts; folder: the volume, arguments: in place of the image's own."""
        command = [*self.config["Entrypoint"], *(arguments or self.config["Cmd"])]
        outside = ("unshare", "--mount", "--pid", "--fork", "--propagation=private")
        user = user or self.config["User"]
        shell = ("sh", "-ec", MOUNTS, user, str(self.root), str(folder))
        words = (*outside, *shell, *self.environment(variables), *command)
        return await asyncio.create_subprocess_exec(*words, stdout=output, stderr=output and STDOUT)

    def environment(self, variables: dict[str, str]) -> tuple[str, ...]:
        return (*self.config["Env"], *(f"{name}={value}" for name, value in variables.items()))

    async def run(
        self, folder: Path, variables: dict[str, str], *arguments: str
    ) -> tuple[int | None, str]:
        """Exit code and output of one that ends by itself."""
        process = await self.start(folder, variables, arguments=arguments, output=PIPE)
        told, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        return process.returncode, told.decode()


@dataclass(frozen=True, slots=True)
class Container:
    """A running image."""

    root: Path
    user: str
    environment: tuple[str, ...]
    process: Process
    "Its parent on the outside, which ends with its exit code."
    pid: int
    url: str

    async def execute(self, *command: str, typed: str = "") -> tuple[int, str]:
        """Exit code and output of a command inside, as `docker exec` runs it."""
        enter = ("nsenter", f"--target={self.pid}", "--mount", "--pid", "setpriv", "--no-new-privs")
        change = ("chroot", f"--userspec={self.user}", "--groups=", str(self.root))
        within = (*enter, *change, "/usr/bin/env", "-i", *self.environment, *command)
        process = await asyncio.create_subprocess_exec(
            *within, stdin=PIPE, stdout=PIPE, stderr=STDOUT
        )
        output, _ = await process.communicate(typed.encode())
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
    image: Image, folder: Path, variables: dict[str, str], user: str | None = None
) -> AsyncIterator[Container]:
    """The image's own command, once it answers."""
    began = time.monotonic()
    process = await image.start(folder, variables, user=user)
    try:
        url = f"http://127.0.0.1:{PORT}"
        await _answers(f"{url}/healthz")
        print(f"answers after {time.monotonic() - began:.2f} s", flush=True)
        environment, pid = image.environment(variables), _only_child(process.pid)
        user = user or image.config["User"]
        yield Container(image.root, user, environment, process, pid, url)
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
    uid, gid = container.user.split(":")
    assert container.status("Uid").split() == [uid] * 4
    assert container.status("Gid").split() == [gid] * 4
    assert container.status("NoNewPrivs") == "1"
    assert int(container.status("CapEff"), 16) == 0
    assert container.status("NSpid").split()[-1] == "1"
    for place in ("/", "/opt/pollux", "/etc", "/home"):
        code, told = await container.execute("touch", f"{place}/written")
        assert code != 0, place
        assert "Read-only" in told
    for place in ("/tmp", "/var/lib/pollux"):
        assert await container.execute("touch", f"{place}/written") == (0, "")
    print(f"runs as process 1 of {uid}:{gid}, with no capability, on a read-only root", flush=True)


async def is_healthy(container: Container, image: Image) -> None:
    """The health command and the commands of the terminal answer inside."""
    kind, *command = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    began = time.monotonic()
    told = await container.execute(*command)
    assert told == (0, f"Pollux at {container.url} answers."), told
    print(f"health: {told[1]} ({time.monotonic() - began:.2f} s)", flush=True)
    code, state = await container.execute("pollux", "status")
    assert code == 0, state
    assert "serving" in state
    print(f"memory: {container.status('VmRSS')}", flush=True)


async def serves_and_drains(
    container: Container, fake: FakeGoogle, token: str, *, hurried: bool = False
) -> None:
    """A request is served, and one that runs when it is told to stop is served to its end.

    hurried: it is told twice, and ends that one at once with an error.
    """
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
            if hurried:
                container.terminate()
            else:
                go_on.set()
            read += await answer.content.read()
    code = await asyncio.wait_for(container.process.wait(), PATIENCE_S)
    assert code == 0, code
    if hurried:
        assert b"error" in read
        assert b"three" not in read
        print("SIGTERM twice: the running stream ended with an error, exit 0", flush=True)
    else:
        assert b"three" in read
        assert read.endswith(b"data: [DONE]\n\n")
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
def volume(owner: int = USER, mode: int = 0o700, **files: str) -> Iterator[Path]:
    """A folder with these files in it, all of the image's user or of another one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(mode)
        os.chown(folder, owner, 0)
        for stem, content in files.items():
            path = folder / f"{stem}.json"
            path.write_text(content, "utf-8")
            os.chown(path, owner, 0)
        yield folder
        print("left in the volume:", *sorted(os.listdir(folder)), flush=True)  # noqa: PTH208


def token_in(folder: Path) -> str:
    return (folder / "bearer_token").read_text("utf-8").strip()


async def use(image: Image) -> None:
    """The ways to give it credentials, its users, and what it says where it cannot be used."""
    async with google() as fake:
        key = {"type": "api_key", "key": fake.world.add_key("a-project"), "label": "office"}
        common = {"GOOGLE_API_BASE_URL": fake.base_url, "PORT": f'"{PORT}"'}
        given = {"CREDENTIALS_JSON_LIST": f"'{json.dumps([key])}'", "GEMINI_AUTH_PASSWORD": "given"}
        with volume() as folder:
            async with started(image, folder, {**common, **given}) as container:
                await is_confined(container)
                await is_healthy(container, image)
                await serves_and_drains(container, fake, "given")
        with volume(office=json.dumps(key)) as folder:
            async with started(image, folder, common) as container:
                shown = await container.execute("pollux", "token", "show")
                assert shown == (0, token_in(folder))
                beside = await image.run(folder, common, "token", "show")
                assert beside == (0, f"{token_in(folder)}\n")
                await serves_and_drains(container, fake, shown[1], hurried=True)
        await serves_any_user(image, fake, common)
    await says_what_is_wrong(image)
    with volume() as folder:
        code, told = await image.run(folder, {}, "demo", "--headless", "--once")
        assert code == 0, told
        assert "All requests were answered." in told
        print("the demo: all requests were answered", flush=True)


async def serves_any_user(image: Image, fake: FakeGoogle, variables: dict[str, str]) -> None:
    """A made-up user of group 0, as OpenShift has it, on a volume made from the image's folder."""
    made = (image.root / "var/lib/pollux").stat()
    with volume(made.st_uid, stat.S_IMODE(made.st_mode)) as folder:
        async with started(image, folder, variables, "12345:0") as container:
            await is_confined(container)
            added = await container.execute(
                "pollux", "accounts", "add-key", typed=f"{fake.world.add_key('b-project')}\n"
            )
            assert added[0] == 0, added
            await serves_and_drains(container, fake, token_in(folder))


async def says_what_is_wrong(image: Image) -> None:
    """With a folder of another user, and with the one of an `.env` from elsewhere."""
    for mode, expected in ((0o700, 2), (0o755, 4)):
        with volume(owner=1000, mode=mode) as folder:
            code, told = await image.run(folder, {}, "--headless")
            assert code == expected, told
            assert "belongs to uid 1000" in told
            assert "chown -R 10001" in told
            print(told.strip(), flush=True)
    with volume() as folder:
        code, told = await image.run(
            folder, {"PERSISTENT_STORAGE_PATH": "/app/creds"}, "--headless"
        )
        assert code == 4, told
        assert "/app/creds, named by PERSISTENT_STORAGE_PATH" in told
        print(told.strip(), flush=True)


if __name__ == "__main__":
    built = Image(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8")))
    asyncio.run(use(built))
