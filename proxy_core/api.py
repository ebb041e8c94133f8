"""The façade: all that a front end may use of the engine, safe to call from another thread.

The engine runs in one thread of its own with its own event loop; commands go in and return
`concurrent.futures.Future`s, frozen snapshots and events come out. The loop that lost: sharing
the window's, which cost 2.5 to 4 times the CPU per stream event and let each stall the other.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from proxy_core.commands import (
    CheckResult,
    Commands,
    Finding,
    ImportedItem,
    ImportFile,
    ImportReport,
    OAuthClientView,
    ProjectView,
    Refusal,
    RefusalCode,
    Removal,
    SettingsChange,
    SettingView,
    SignInRequest,
    SignInStatus,
    SignInView,
    UsageQuery,
    UsageReport,
    UsageRow,
)
from proxy_core.events import (
    AttemptRecord,
    CredentialsLoaded,
    Event,
    ExchangeEnded,
    SignInChanged,
    StandingChanged,
    Tokens,
)
from proxy_core.settings import Settings, SettingsProblem, load_settings
from proxy_core.snapshot import CredentialView, ModelView, Snapshot, Totals

if TYPE_CHECKING:
    from proxy_core.engine.engine import Engine

__all__ = [
    "AttemptRecord",
    "CheckResult",
    "Commands",
    "CredentialView",
    "CredentialsLoaded",
    "Event",
    "ExchangeEnded",
    "Finding",
    "ImportFile",
    "ImportReport",
    "ImportedItem",
    "ModelView",
    "OAuthClientView",
    "Pollux",
    "ProjectView",
    "Refusal",
    "RefusalCode",
    "Removal",
    "SettingView",
    "Settings",
    "SettingsChange",
    "SettingsProblem",
    "SignInChanged",
    "SignInRequest",
    "SignInStatus",
    "SignInView",
    "Snapshot",
    "StandingChanged",
    "Tokens",
    "Totals",
    "Update",
    "UsageQuery",
    "UsageReport",
    "UsageRow",
    "load_settings",
]

log = logging.getLogger(__name__)

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
        self._ready: Future[_Host] = Future()
        "Done when the engine's loop runs; nothing waits for it but through a future."
        self._stopping: Future[None] | None = None
        self._lock = threading.Lock()
        self._ended = False
        "Whether the loop takes no more; set on the loop, read and written under the lock."
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> Future[str]:
        """Starts the engine; the future gives its base URL. Does not block.

        It fails with FolderTaken, PortTaken, UnreadableToken or OSError; `stop` is due all the
        same.
        """
        self._thread.start()
        return self._submit(lambda host: host.start(self._settings))

    def stop(self, grace_s: float = 30.0) -> Future[None]:
        """Lets running exchanges finish for `grace_s` seconds, then ends engine and thread.

        A second call gives the future of the first. Cancelling it ends the grace time.
        """
        if self._stopping is None or self._stopping.cancelled():
            self._stopping = self._submit(lambda host: host.stop(grace_s))
        return self._stopping

    def join(self, timeout_s: float | None = None) -> None:
        """Waits until the engine's thread has ended."""
        self._thread.join(timeout_s)

    def snapshot(self) -> Snapshot:
        """The state after the last event, at once; at most a quarter of a second late."""
        if not self._ready.done() or self._ready.exception() is not None:
            return STOPPED
        return self._ready.result().latest

    def watch(self, watcher: Watcher) -> Future[Callable[[], None]]:
        """Calls `watcher` on the engine's thread: a snapshot now, then batches of events.

        A new snapshot comes when the engine has started, stops or has stopped, and instead of a
        batch where events piled up. `watcher` must not block: the engine waits for it. The
        future gives the function that ends the watch; any thread may call it, also again.
        """
        return self._submit(lambda host: host.watch(watcher))

    def ask(self, command: Callable[[Commands], Coroutine[Any, Any, T]]) -> Future[T]:
        """Gives the engine a command: `ask(lambda to: to.enable(id, enabled=False))`.

        command: called on the engine's thread; it only names the command. The future fails with
        Refusal where it was not carried out. Cancelling it reaches the command.
        """
        return self._submit(lambda host: host.ask(command))

    def token(self) -> Future[str]:
        """The bearer token that clients need now."""
        return self._submit(lambda host: host.token())

    def _submit(self, work: "Callable[[_Host], Coroutine[Any, Any, T]]") -> Future[T]:
        """Runs `work` on the engine's loop once that is there; cancelling reaches its task."""
        if self._thread.ident is None:
            raise RuntimeError("the engine was not started")
        outer: Future[T] = Future()

        def begin(ready: "Future[_Host]") -> None:
            if outer.cancelled():
                return
            if (error := ready.exception()) is not None:
                outer.set_exception(error)
                return
            host = ready.result()
            _chain(asyncio.run_coroutine_threadsafe(work(host), host.loop), outer)

        with self._lock:
            if self._ended:
                outer.set_exception(RuntimeError("the engine has stopped"))
            else:
                self._ready.add_done_callback(begin)
        return outer

    def _run(self) -> None:
        try:
            self._run_loop()
        except Exception as error:  # the thread's outermost handler: nobody else hears of it
            log.exception("the engine's thread failed")
            if not self._ready.done():
                self._ready.set_exception(error)

    def _run_loop(self) -> None:
        # aiohttp is imported here, in the engine's thread, so that a window need not wait for
        # it, and before the loop runs, which an import would block.
        from proxy_core import assembly  # noqa: PLC0415
        from proxy_core.cli.loop import new_loop  # noqa: PLC0415

        with asyncio.Runner(loop_factory=new_loop) as runner:
            host = _Host(runner.get_loop(), assembly.read_token, assembly.build)
            runner.run(self._serve(host))

    async def _serve(self, host: "_Host") -> None:
        self._ready.set_result(host)
        await host.ended.wait()
        with self._lock:  # what was handed to the loop before this still begins
            self._ended = True


def _chain(inner: Future[T], outer: Future[T]) -> None:
    """Hands the outcome of `inner` to `outer`, and a cancellation the other way."""

    def hand_over(done: Future[T]) -> None:
        if done.cancelled():
            outer.cancel()
        elif outer.set_running_or_notify_cancel():
            if (error := done.exception()) is not None:
                outer.set_exception(error)
            else:
                outer.set_result(done.result())

    outer.add_done_callback(lambda done: inner.cancel() if done.cancelled() else None)
    inner.add_done_callback(hand_over)


class _Host:
    """The engine's side of the façade; everything here runs on the engine's loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        read_token: Callable[[Settings], str],
        build: "Callable[[Settings, str], Engine]",
    ) -> None:
        self._read_token = read_token
        self._build = build
        self.latest = STOPPED
        self.ended = asyncio.Event()
        self.loop = loop
        self._engine: Engine | None = None
        self._watchers: dict[object, Watcher] = {}
        self._pending: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, settings: Settings) -> str:
        token = await asyncio.to_thread(self._read_token, settings)
        engine = self._build(settings, token)
        engine.subscribe(self._on_event)
        url = await engine.start()
        self._engine = engine
        self._flush()
        self._tell(self.latest)
        return url

    async def stop(self, grace_s: float) -> None:
        try:
            if self._engine is not None:
                self._engine.close_door()
                self._flush()
                self._tell(self.latest)
                await self._engine.stop(grace_s)
                self._flush()
                self._tell(self.latest)
        finally:
            self.ended.set()

    async def ask(self, command: Callable[[Commands], Coroutine[Any, Any, T]]) -> T:
        engine = self._running()
        await engine.opened()
        return await command(engine.commands)

    async def token(self) -> str:
        return self._running().token

    def _running(self) -> "Engine":
        if self._engine is None:
            raise Refusal(RefusalCode.UNAVAILABLE, "Pollux has not started.")
        return self._engine

    async def watch(self, watcher: Watcher) -> Callable[[], None]:
        watcher(self.latest)
        entry = object()
        self._watchers[entry] = watcher

        def end() -> None:
            self._watchers.pop(entry, None)

        return end

    def _on_event(self, event: Event) -> None:
        self._pending.append(event)
        if self._timer is None:
            self._timer = self.loop.call_later(PACE_S, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        events, self._pending = tuple(self._pending), []
        if self._engine is not None:
            self._look(self._engine)
        if events:
            self._tell(events if len(events) <= LONGEST_BATCH else self.latest)

    def _look(self, engine: "Engine") -> None:
        try:
            self.latest = engine.snapshot()
        except Exception:  # a bug in the telling must keep nobody from stopping the engine
            log.exception("no snapshot could be made")

    def _tell(self, update: Update) -> None:
        for watcher in tuple(self._watchers.values()):
            try:
                watcher(update)
            except Exception:  # a front end's bug must neither end the engine nor deafen others
                log.exception("a watcher failed")
