"""An engine without an engine, for the window's tests: the façade's interface over FakeCommands.

Commands run on the window's own loop, so that a test steers everything from one thread.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from proxy_core.api import (
    Commands,
    Event,
    ExchangeEnded,
    Folders,
    Refusal,
    RefusalCode,
    Settings,
    SettingsProblem,
    Snapshot,
    Tokens,
    Update,
)
from proxy_core.events import AttemptRecord
from proxy_core.settings import load_settings
from tests.fakes.commands import FakeCommands

T = TypeVar("T")
URL = "http://127.0.0.1:7860"
TOKEN = "pretend-bearer-token-of-the-tests"


class FakeEngine:
    """Starts at once, unless told how to fail."""

    def __init__(self, commands: FakeCommands | None = None) -> None:
        self.commands = commands or FakeCommands()
        self.fails_with: Exception | None = None
        self.stopped = False
        self.running = False
        self.grace_s: float | None = None
        self.starts: Future[str] | None = None
        "What `start` gives, where a test wants to decide."
        self.stops: Future[None] | None = None
        "As above, of `stop`."
        self.joined = False
        self.tokens: Future[str] | None = None
        "What `token` gives, where a test wants to decide."
        self._watchers: list[Callable[[Update], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self.commands.bus.subscribe(self.tell)

    def start(self) -> Future[str]:
        self._loop = asyncio.get_running_loop()
        if self.starts is not None:
            return self.starts
        future: Future[str] = Future()
        if self.fails_with is not None:
            future.set_exception(self.fails_with)
        else:
            self.running = True
            future.set_result(URL)
        return future

    def stop(self, grace_s: float = 30.0) -> Future[None]:
        self.running, self.stopped, self.grace_s = False, True, grace_s
        if self.stops is not None:
            return self.stops
        future: Future[None] = Future()
        future.set_result(None)
        return future

    def join(self, timeout_s: float | None = None) -> None:
        self.joined = True

    def snapshot(self) -> Snapshot:
        shown = self.commands.snapshot()
        return shown if self.running else replace(shown, state="stopped")

    def watch(self, watcher: Callable[[Update], None]) -> Future[Callable[[], None]]:
        self._watchers.append(watcher)
        watcher(self.snapshot())
        future: Future[Callable[[], None]] = Future()
        future.set_result(lambda: self._watchers.remove(watcher))
        return future

    def ask(self, command: Callable[[Commands], Coroutine[Any, Any, T]]) -> Future[T]:
        assert self._loop is not None
        if not self.running:
            ended: Future[T] = Future()
            ended.set_exception(
                Refusal(RefusalCode.UNAVAILABLE, "The engine has stopped.", "Start it again.")
            )
            return ended
        return asyncio.run_coroutine_threadsafe(command(self.commands), self._loop)

    def token(self) -> Future[str]:
        if self.tokens is not None:
            return self.tokens
        future: Future[str] = Future()
        future.set_result(TOKEN)
        return future

    # -- what tests do ---------------------------------------------------------------------

    def tell(self, *events: Event) -> None:
        """These happened."""
        for watcher in tuple(self._watchers):
            watcher(tuple(events) if events else self.snapshot())


class FakeSources:
    """Settings of a temporary folder, and the engine that the test made."""

    def __init__(self, folder: Path, engine: FakeEngine) -> None:
        self.settings_file = folder / "settings.toml"
        self.engines = [engine]
        "Handed out in this order; the last one again and again."
        self.demo_engine = FakeEngine()
        self.problem: SettingsProblem | OSError | None = None
        self.arguments: dict[str, str] = {}
        "Settings of the command line."
        self.written: list[dict[str, str]] = []
        self._folder = folder

    def load(self, *, without_file: bool = False) -> Settings:
        if self.problem is not None and not without_file:
            raise self.problem
        folder = str(self._folder)
        return load_settings({"PERSISTENT_STORAGE_PATH": folder, **self.arguments}, {}, None, None)

    def write(self, settings: Settings, changes: dict[str, str]) -> Settings:
        self.written.append(changes)
        return settings

    def engine(self, settings: Settings) -> FakeEngine:
        return self.engines.pop(0) if len(self.engines) > 1 else self.engines[0]

    def folders(self) -> Folders:
        return Folders(self._folder, {}, "linux", self._folder / "data")

    def demo(self) -> FakeEngine:
        return self.demo_engine


def exchange(
    at: float,
    *,
    model: str = "gemini-3.8-flash",
    client: str = "openai-python",
    attempts: Sequence[tuple[str, str, str]] = (("accaaaaaaaaaa", "ada@example.com", "ok"),),
    status: int = 200,
    tokens: Tokens | None = Tokens(1200, 800, 240, 60, 1500),  # noqa: B008 - frozen
    **more: Any,
) -> ExchangeEnded:
    """A request that has ended; attempts: credential's id, label and outcome of each."""
    return ExchangeEnded(
        **{
            "id": f"req-{at:.3f}",
            "at": at,
            "client": client,
            "dialect": "openai_chat",
            "action": "chat.completions",
            "model": model,
            "stream": True,
            "status": status,
            "attempts": tuple(AttemptRecord(*attempt, 0.4) for attempt in attempts),
            "tokens": tokens,
            "first_s": 0.42,
            "total_s": 1.9,
            "error": None if status < 400 else "rate_limited",
            **more,
        }
    )
