"""The façade: all that a front end may use of the engine, safe to call from another thread.

The engine runs in one thread of its own with its own event loop; commands go in and return
`concurrent.futures.Future`s, frozen snapshots and events come out. The loop that lost: sharing
the window's, which cost 2.5 to 4 times the CPU per stream event and let each stall the other.
"""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from proxy_core import __version__, logs
from proxy_core.cli.arguments import Arguments, parse_arguments
from proxy_core.commands import (
    CheckResult,
    Commands,
    Finding,
    ImportedItem,
    ImportFile,
    ImportReport,
    Keeping,
    Line,
    OAuthClientView,
    Place,
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
from proxy_core.connect import (
    Address,
    Applied,
    ConnectFailed,
    Folders,
    Guide,
    Step,
    Tool,
    apply,
    snippets,
    status,
    tools,
    undo,
)
from proxy_core.engine.instance import FolderTaken
from proxy_core.events import (
    AttemptRecord,
    ClockChanged,
    CredentialsLoaded,
    Event,
    ExchangeEnded,
    NetworkChanged,
    PauseChanged,
    SignInChanged,
    StandingChanged,
    Tokens,
    Woke,
)
from proxy_core.gemini.faults import Cause
from proxy_core.gemini.states import describe_cause
from proxy_core.host import STOPPED, Host, Opening, Update, Watcher
from proxy_core.ports import PortTaken, next_free
from proxy_core.server.bearer import UnreadableToken
from proxy_core.settings import (
    FAMILIES_FILE,
    TOML_FILE,
    Settings,
    SettingsProblem,
    config_folder,
    data_folder,
    load_owner_settings,
    load_settings,
    writing,
)
from proxy_core.snapshot import CredentialView, ModelView, Snapshot, Totals

if TYPE_CHECKING:
    from proxy_core.engine.engine import Engine

__all__ = [
    "DEMO_API_KEY",
    "FAMILIES_FILE",
    "Address",
    "Applied",
    "Arguments",
    "AttemptRecord",
    "CheckResult",
    "ClockChanged",
    "Commands",
    "ConnectFailed",
    "CredentialView",
    "CredentialsLoaded",
    "Event",
    "ExchangeEnded",
    "Finding",
    "FolderTaken",
    "Folders",
    "Guide",
    "ImportFile",
    "ImportReport",
    "ImportedItem",
    "Keeping",
    "Line",
    "ModelView",
    "NetworkChanged",
    "OAuthClientView",
    "PauseChanged",
    "Place",
    "Pollux",
    "PortTaken",
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
    "Step",
    "Tokens",
    "Tool",
    "Totals",
    "UnreadableToken",
    "Update",
    "UsageQuery",
    "UsageReport",
    "UsageRow",
    "Woke",
    "__version__",
    "apply",
    "cause_words",
    "config_folder",
    "data_folder",
    "load_owner_settings",
    "load_settings",
    "log_to",
    "next_free",
    "parse_arguments",
    "settings_file",
    "snippets",
    "status",
    "tools",
    "undo",
    "write_settings",
]

log = logging.getLogger(__name__)

T = TypeVar("T")

LARGEST_LOG_BYTES = 1_048_576
DEMO_API_KEY = "AIza-pollux-demo-key"
"The one API key that the demo's pretend Google knows beside the accounts."


def cause_words(cause: str) -> str:
    """The cause of a failed attempt, e.g. `minute_quota`, in words; an unknown one as it is."""
    try:
        return describe_cause(Cause(cause)).sentence
    except ValueError:
        return cause


class Pollux:
    """One engine in a thread of its own. `start` once, `stop` once."""

    def __init__(self, settings: Settings) -> None:
        self._prepare: Callable[[], Opening] = lambda: _own_engine(settings)
        "Imports what an engine needs; called in its thread."
        self._ready: Future[Host] = Future()
        "Done when the engine's loop runs; nothing waits for it but through a future."
        self._stopping: Future[None] | None = None
        self._lock = threading.Lock()
        self._ended = False
        "Whether the loop takes no more; set on the loop, read and written under the lock."
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @classmethod
    def demo(cls, *, sample_traffic: bool = True) -> "Pollux":
        """A Pollux on a simulated Google in the same process, which nothing leaves.

        Three pretend accounts in a temporary folder that goes with `stop`, a random bearer
        token, port 7860 or the next free one; nothing of the owner's is read. One may sign in at
        the pretend consent page, and add `DEMO_API_KEY`. sample_traffic: requests of its own
        come all the time, so that there is something to see.
        """
        pollux = cls(Settings())
        pollux._prepare = lambda: _demo_engine(sample_traffic=sample_traffic)
        return pollux

    def start(self) -> Future[str]:
        """Starts the engine; the future gives its base URL. Does not block.

        It fails with FolderTaken, PortTaken, UnreadableToken or OSError; `stop` is due all the
        same.
        """
        self._thread.start()
        return self._submit(lambda host: host.start())

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

        A new snapshot comes when the engine has started, is paused or resumed, stops or has
        stopped, and instead of a batch where events piled up. `watcher` must not block: the
        engine waits for it. The future gives the function that ends the watch; any thread may
        call it, also again.
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

    def _submit(self, work: Callable[[Host], Coroutine[Any, Any, T]]) -> Future[T]:
        """Runs `work` on the engine's loop once that is there; cancelling reaches its task."""
        if self._thread.ident is None:
            raise RuntimeError("the engine was not started")
        outer: Future[T] = Future()

        def begin(ready: Future[Host]) -> None:
            if outer.cancelled():
                return
            if (error := ready.exception()) is not None:
                outer.set_exception(error)
                return
            host = ready.result()
            _chain(asyncio.run_coroutine_threadsafe(work(host), host.loop), outer)

        with self._lock:
            if self._ended:
                outer.set_exception(
                    Refusal(RefusalCode.UNAVAILABLE, "The engine has stopped.", "Start it again.")
                )
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
        """Serves until the engine has ended.

        The collector is calmed, but nothing is frozen, as a headless engine does: freezing is
        for the whole process and for good, so that no window of before, nor an engine that was
        stopped, would ever be freed.
        """
        # aiohttp is imported here, in the engine's thread, so that a window need not wait for
        # it, and before the loop runs, which an import would block.
        from proxy_core.cli.loop import (  # noqa: PLC0415
            calm_collector,
            new_loop,
            settle_malloc,
        )

        opening = self._prepare()
        settle_malloc()
        calm_collector()
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._serve(Host(runner.get_loop(), opening)))

    async def _serve(self, host: Host) -> None:
        self._ready.set_result(host)
        await host.ended.wait()
        with self._lock:  # what was handed to the loop before this still begins
            self._ended = True


def _own_engine(settings: Settings) -> Opening:
    from proxy_core import assembly  # noqa: PLC0415

    @asynccontextmanager
    async def open_() -> "AsyncIterator[Engine]":
        token = await asyncio.to_thread(assembly.read_token, settings)
        yield assembly.build(settings, token)

    return open_


def _demo_engine(*, sample_traffic: bool) -> Opening:
    from proxy_core.demo import demo_engine  # noqa: PLC0415

    return partial(demo_engine, DEMO_API_KEY, sample_traffic=sample_traffic)


def write_settings(settings: Settings, changes: Mapping[str, str]) -> Settings:
    """Changes settings.toml while no engine runs; an empty value: default. Blocks.

    settings: as they were loaded; those of a running engine change by its command. Raises
    SettingsProblem, or OSError.
    """
    return writing.write_settings(settings.origin, changes)


def log_to(level: str, file: Path | None) -> None:
    """Sends the log of this process to a file, which begins anew beyond a megabyte; None: stderr.

    Blocks. A file that cannot be written leaves the process without a log.
    """
    stream: TextIO | None = None
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            grown = file.exists() and file.stat().st_size > LARGEST_LOG_BYTES
            stream = file.open("w" if grown else "a", encoding="utf-8")
        except OSError:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays open
    logs.set_up(level, stream)


def settings_file(config: Path | None = None) -> Path:
    """Where settings.toml is, whether it exists or not; `config`: the one that the owner named."""
    return config or config_folder() / TOML_FILE


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
