"""The one crossing between the window's thread and the engine's.

What the engine tells on its thread comes out as signals on the window's; what the window asks is
awaited on the window's loop. Not here: starting and stopping the engine (`life`).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from proxy_core.api import (
    Commands,
    Event,
    NetworkChanged,
    Refusal,
    RefusalCode,
    Snapshot,
    Totals,
    Update,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

STOPPED = Snapshot("", "stopped", "", (), Totals())


class Engine(Protocol):
    """What the window needs of an engine; `proxy_core.api.Pollux` is one."""

    def start(self) -> Future[str]: ...

    def stop(self, grace_s: float = 30.0) -> Future[None]: ...

    def join(self, timeout_s: float | None = None) -> None: ...

    def snapshot(self) -> Snapshot: ...

    def watch(self, watcher: Callable[[Update], None]) -> Future[Callable[[], None]]: ...

    def ask(self, command: Callable[[Commands], Coroutine[Any, Any, T]]) -> Future[T]: ...

    def token(self) -> Future[str]: ...


class Bridge(QObject):
    """The engine as the window's thread sees it; the engine behind it may be exchanged."""

    snapshot_changed = Signal(object)
    "Snapshot: the state now."
    happened = Signal(object)
    "tuple[Event, ...]: what happened since, oldest first."
    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine: Engine | None = None
        self._latest = STOPPED
        self.offline = ""
        "Why Google cannot be reached; empty: it can."
        self._coming: asyncio.Future[None] | None = None
        self._arrived.connect(self._take)

    def expect(self) -> None:
        """An engine is starting: what is asked meanwhile waits for it."""
        self._coming = asyncio.get_running_loop().create_future()

    def attach(self, engine: Engine | None) -> None:
        """From now on this engine is seen; it must have been started. None: no engine."""
        self._engine, self.offline = engine, ""
        if self._coming is not None and not self._coming.done():
            self._coming.set_result(None)
        self._coming = None
        self._show(STOPPED if engine is None else engine.snapshot())
        if engine is not None:
            # A signal to an object of another thread is queued for it by Qt.
            engine.watch(lambda update: self._arrived.emit(engine, update))

    @property
    def snapshot(self) -> Snapshot:
        return self._latest

    async def ask(self, command: Callable[[Commands], Coroutine[Any, Any, T]]) -> T:
        """Asks the engine: `await bridge.ask(lambda to: to.clear(id))`. Raises Refusal."""
        engine = await self._running()
        return await self._outcome(engine.ask(command))

    async def token(self) -> str:
        """The bearer token. Raises Refusal."""
        engine = await self._running()
        return await self._outcome(engine.token())

    async def _outcome(self, future: Future[T]) -> T:
        """What comes of a command; whatever keeps it from coming is a Refusal."""
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if future.cancelled() and task is not None and not task.cancelling():
                raise self._absent() from None  # the engine stopped meanwhile
            raise
        except Refusal:
            raise
        except Exception as error:
            log.exception("a command failed")
            raise Refusal(
                RefusalCode.UNAVAILABLE,
                self.tr("Pollux could not do that."),
                self.tr("The log says why. Try again, or report it."),
            ) from error

    async def _running(self) -> Engine:
        if self._coming is not None:
            await asyncio.shield(self._coming)
        if self._engine is None:
            raise self._absent()
        return self._engine

    def _absent(self) -> Refusal:
        return Refusal(
            RefusalCode.UNAVAILABLE,
            self.tr("Pollux is not running."),
            self.tr("Start it, then try again."),
        )

    def _take(self, engine: Engine, update: Update) -> None:
        if engine is not self._engine:
            return  # from one that was exchanged since
        events: tuple[Event, ...] = () if isinstance(update, Snapshot) else update
        for event in events:
            if isinstance(event, NetworkChanged):
                self.offline = "" if event.reachable else event.sentence
        if events:
            self.happened.emit(events)
        self._show(engine.snapshot())

    def _show(self, snapshot: Snapshot) -> None:
        if snapshot != self._latest:
            self._latest = snapshot
            self.snapshot_changed.emit(snapshot)
