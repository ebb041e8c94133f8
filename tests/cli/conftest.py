"""A Pollux that runs on a test's data folder: a real front door over steered commands."""

import asyncio
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from proxy_core.__main__ import main
from proxy_core.cli import channel
from proxy_core.engine.instance import InstanceLock
from proxy_core.settings import SETTINGS
from tests.fakes.commands import FakeCommands
from tests.fakes.console import open_stand
from tests.fakes.pollux import TOKEN

T = TypeVar("T")
ROOT = Path(__file__).parent.parent.parent


@dataclass(slots=True)
class Running:
    """The instance, as a test steers it."""

    url: str
    commands: FakeCommands
    folder: Path
    loop: asyncio.AbstractEventLoop

    def called(self, name: str) -> list[tuple[object, ...]]:
        """Arguments of each call of a command."""
        return [call[1:] for call in self.commands.calls if call[0] == name]

    def does(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs something on the instance's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


@dataclass(slots=True)
class Told:
    """How a command line ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Terminal:
    """Runs command lines in this process, on a data folder of the test's own."""

    capsys: pytest.CaptureFixture[str]
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *argv: str) -> Told:
        self.capsys.readouterr()
        code = main(argv)
        told = self.capsys.readouterr()
        return Told(code, told.out, told.err)


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    for setting in SETTINGS:
        for name in (setting.name, f"POLLUX_{setting.name}"):
            monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "data"
    env = {
        "PERSISTENT_STORAGE_PATH": str(folder),
        "GEMINI_AUTH_PASSWORD": TOKEN,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "HOME": str(tmp_path),
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return Terminal(capsys, folder, env)


@pytest.fixture
def running(terminal: Terminal) -> Iterator[Running]:
    """A Pollux that runs on the terminal's data folder."""
    with _running(terminal.folder) as instance:
        yield instance


@pytest.fixture
def starting(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """One whose vault waits for a keyring longer than commands do."""
    running.commands.state = "starting"
    monkeypatch.setattr(channel, "KEYRING_HINT_S", 0.0)
    monkeypatch.setattr(channel, "RUNNING_KEYRING_S", 0.0)
    return running


@contextmanager
def _running(folder: Path) -> Iterator[Running]:
    ready: Future[Running] = Future()
    stop = asyncio.Event()

    async def serve() -> None:
        async with open_stand() as stand:
            loop = asyncio.get_running_loop()
            ready.set_result(Running(stand.url, stand.commands, folder, loop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="instance")
    lock = InstanceLock(folder)
    lock.take()
    thread.start()
    instance = ready.result(10)
    lock.announce(instance.url, "0.0.0")
    try:
        yield instance
    finally:
        lock.give_back()
        instance.loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def environment(terminal: Terminal) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **terminal.env}


class Session:
    """A command line in a process of its own, with somebody at its keyboard."""

    def __init__(self, terminal: Terminal, *argv: str) -> None:
        self._keyboard, theirs = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "proxy_core", *argv],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(terminal),
            cwd=terminal.folder.parent,
            start_new_session=True,
        )
        os.close(theirs)
        self.err = ""
        self._answered = 0
        "How much of it was answered."

    def wait_for(self, prompt: str) -> None:
        """Reads standard error until this is in what came since the last answer."""
        assert self.process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while prompt not in self.err[self._answered :]:
                assert selector.select(30), self.err
                data = os.read(self.process.stderr.fileno(), 65_536)
                assert data, self.err
                self.err += data.decode()

    def type(self, prompt: str, answer: str) -> None:
        self.wait_for(prompt)
        self._answered = len(self.err)
        os.write(self._keyboard, f"{answer}\n".encode())

    def end(self) -> Told:
        out, err = self.process.communicate(timeout=30)
        return Told(self.process.returncode, out.decode(), self.err + err.decode())

    def close(self) -> None:
        with self.process:  # closes the pipes
            self.process.kill()
        os.close(self._keyboard)


Begin = Callable[..., Session]


@pytest.fixture
def begin(terminal: Terminal) -> Iterator[Begin]:
    """Begins a command line in a process of its own."""
    sessions: list[Session] = []

    def start(*argv: str) -> Session:
        sessions.append(Session(terminal, *argv))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()


def piped(terminal: Terminal, content: bytes, *argv: str) -> Told:
    """Runs a command line in a process of its own, with this on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "proxy_core", *argv],
        input=content,
        capture_output=True,
        env=environment(terminal),
        cwd=terminal.folder.parent,
        timeout=60,
        check=False,
    )
    return Told(done.returncode, done.stdout.decode(), done.stderr.decode())
