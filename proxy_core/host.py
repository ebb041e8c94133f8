"""The engine's side of the façade: everything here runs on the engine's loop.

Not here: the thread, and how calls and answers cross to another one (`api`).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from proxy_core.commands import Commands, Refusal, RefusalCode
from proxy_core.events import Event, PauseChanged
from proxy_core.snapshot import Snapshot, Totals

if TYPE_CHECKING:
    from proxy_core.engine.engine import Engine

log = logging.getLogger(__name__)

T = TypeVar("T")
Update: TypeAlias = Snapshot | tuple[Event, ...]
Watcher: TypeAlias = Callable[[Update], None]
Opening: TypeAlias = "Callable[[], AbstractAsyncContextManager[Engine]]"
"An engine that is not started yet, and what has to be taken away after its end."

PACE_S = 0.25
"Updates come at most so often."
LONGEST_BATCH = 1_000
"Events that pile up beyond this are replaced by a new snapshot."
STOPPED = Snapshot("", "stopped", "", (), Totals())


class Host:
    """One engine, its watchers, and what may be asked of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, opening: Opening) -> None:
        self._open = opening
        self._stack = AsyncExitStack()
        self.latest = STOPPED
        self.ended = asyncio.Event()
        self.loop = loop
        self._engine: Engine | None = None
        self._watchers: dict[object, Watcher] = {}
        self._pending: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> str:
        try:
            engine = await self._stack.enter_async_context(self._open())
            engine.subscribe(self._on_event)
            url = await engine.start()
        except BaseException:
            await self._stack.aclose()
            raise
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
            try:
                await self._stack.aclose()
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
        if any(isinstance(event, PauseChanged) for event in events):
            self._tell(self.latest)

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
