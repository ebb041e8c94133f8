"""The façade: all that a front end may use of the engine, safe to call from another thread.

The engine runs in one thread of its own with its own event loop; commands go in and return
`concurrent.futures.Future`s, frozen snapshots and events come out. The loop that lost: sharing
the window's, which cost 2.5 to 4 times the CPU per stream event and let each stall the other.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeAlias, TypeVar

from proxy_core.events import (
    AttemptRecord,
    CredentialsLoaded,
    Event,
    ExchangeEnded,
    StandingChanged,
    Tokens,
)
from proxy_core.settings import Settings, SettingsProblem, load_settings
from proxy_core.snapshot import CredentialView, ModelView, Snapshot, Totals

__all__ = [
    "AttemptRecord",
    "CredentialView",
    "CredentialsLoaded",
    "Event",
    "ExchangeEnded",
    "ModelView",
    "Pollux",
    "Settings",
    "SettingsProblem",
    "Snapshot",
    "StandingChanged",
    "Tokens",
    "Totals",
    "Update",
    "load_settings",
]

T = TypeVar("T")
Update: TypeAlias = Snapshot | tuple[Event, ...]
Watcher: TypeAlias = Callable[[Update], None]

PACE_S = 0.25
"Updates come at most so often."
LONGEST_BATCH = 1_000
"Events that pile up beyond this are replaced by a new snapshot."
STOPPED = Snapshot("", "stopped", "", (), Totals())


class Pollux:
    """One engine in a thread of its own. `start` once, `stop` once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._latest = STOPPED
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._host: _Host | None = None

    def start(self) -> Future[str]:
        """Starts the engine; the future gives its base URL.

        It fails with PortTaken, UnreadableToken or OSError; `stop` is due all the same.
        """
        self._thread.start()
        self._running.wait()
        return self._submit(lambda host: host.start(self._settings))

    def stop(self, grace_s: float = 30.0) -> Future[None]:
        """Lets running exchanges finish for `grace_s` seconds, then ends engine and thread."""
        stopped = self._submit(lambda host: host.stop(grace_s))
        stopped.add_done_callback(lambda _: self._end_loop())
        return stopped

    def join(self, timeout_s: float | None = None) -> None:
        """Waits until the engine's thread has ended."""
        self._thread.join(timeout_s)

    def snapshot(self) -> Snapshot:
        """The latest state, at once; at most a quarter of a second old."""
        return self._host.latest if self._host is not None else STOPPED

    def watch(self, watcher: Watcher) -> Future[Callable[[], None]]:
        """Calls `watcher` on the engine's thread: a snapshot now, then batches of events.

        A new snapshot comes instead where events piled up. The future gives the function that
        ends the watch; it may be called from any thread.
        """
        return self._submit(lambda host: host.watch(watcher))

    def _submit(self, work: "Callable[[_Host], Coroutine[Any, Any, T]]") -> Future[T]:
        if self._loop is None or self._host is None:
            raise RuntimeError("the engine was not started")
        return asyncio.run_coroutine_threadsafe(work(self._host), self._loop)

    def _run(self) -> None:
        # aiohttp is imported here, in the engine's thread, so that a window need not wait for it.
        from proxy_core.cli.loop import new_loop  # noqa: PLC0415

        with asyncio.Runner(loop_factory=new_loop) as runner:
            self._loop = runner.get_loop()
            self._host = _Host(self._loop)
            runner.run(self._serve(self._host))

    async def _serve(self, host: "_Host") -> None:
        self._running.set()
        await host.ended.wait()

    def _end_loop(self) -> None:
        if self._loop is not None and self._host is not None:
            self._loop.call_soon_threadsafe(self._host.ended.set)


class _Host:
    """The engine's side of the façade; everything here runs on the engine's loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        from proxy_core.engine import Engine  # noqa: PLC0415

        self.latest = STOPPED
        self.ended = asyncio.Event()
        self._loop = loop
        self._engine: Engine | None = None
        self._watchers: list[Watcher] = []
        self._pending: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, settings: Settings) -> str:
        from proxy_core.assembly import build, read_token  # noqa: PLC0415

        token = await asyncio.to_thread(read_token, settings)
        engine = build(settings, token)
        engine.subscribe(self._on_event)
        url = await engine.start()
        self._engine = engine
        self.latest = engine.snapshot()
        return url

    async def stop(self, grace_s: float) -> None:
        if self._engine is not None:
            await self._engine.stop(grace_s)
            self.latest = self._engine.snapshot()
            self._tell(self.latest)
        if self._timer is not None:
            self._timer.cancel()

    async def watch(self, watcher: Watcher) -> Callable[[], None]:
        watcher(self.latest)
        self._watchers.append(watcher)

        def end() -> None:
            self._loop.call_soon_threadsafe(self._watchers.remove, watcher)

        return end

    def _on_event(self, event: Event) -> None:
        self._pending.append(event)
        if self._timer is None:
            self._timer = self._loop.call_later(PACE_S, self._flush)

    def _flush(self) -> None:
        self._timer = None
        events, self._pending = tuple(self._pending), []
        if self._engine is not None:
            self.latest = self._engine.snapshot()
        self._tell(events if len(events) <= LONGEST_BATCH else self.latest)

    def _tell(self, update: Update) -> None:
        for watcher in tuple(self._watchers):
            watcher(update)
