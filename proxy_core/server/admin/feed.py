"""The state as server-sent events: one rendering for all who watch, the newest for each.

Nothing is subscribed to while nobody watches.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from aiohttp.web import BaseRequest, StreamResponse

from proxy_core.clock import Clock
from proxy_core.events import Event, Subscriber
from proxy_core.snapshot import Snapshot
from proxy_core.tasks import spawn

PAUSE_S = 0.25
"Between two renderings."
KEEP_ALIVE_S = 15.0
KEEP_ALIVE = b": keep-alive\n\n"


@dataclass(slots=True, eq=False)
class _Watcher:
    """One stream of events."""

    request: BaseRequest
    writing: bool = False
    "Stays so while the client does not read."


class Feed:
    """Renders the state after events, for as long as someone watches."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        subscribe: Callable[[Subscriber], Callable[[], None]],
        clock: Clock,
    ) -> None:
        self._snapshot = snapshot
        self._subscribe = subscribe
        self._clock = clock
        self._watchers: set[_Watcher] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._rendering: asyncio.Task[None] | None = None
        self._frame = b""
        self._rendered_at = -PAUSE_S
        self._changed: asyncio.Future[None] | None = None
        "Done as soon as there is a newer frame."
        self._closed = False

    async def stream(self, response: StreamResponse, request: BaseRequest) -> StreamResponse:
        """Answers one watcher until it leaves or the feed closes. Raises OSError when it left."""
        watcher = _Watcher(request)
        await response.prepare(request)
        self._join(watcher)
        try:
            sent = b""
            while not self._closed:
                changed = self._next_change()
                frame, sent = (KEEP_ALIVE if self._frame is sent else self._frame), self._frame
                watcher.writing = True
                await response.write(frame)
                watcher.writing = False
                if self._frame is sent:
                    await self._clock.wait(changed, KEEP_ALIVE_S)
            await response.write_eof()
        finally:
            self._leave(watcher)
        return response

    def close(self) -> None:
        """Ends every stream, at once where the client does not read."""
        self._closed = True
        self._tell()
        for watcher in self._watchers:
            if watcher.writing and (transport := watcher.request.transport) is not None:
                transport.abort()

    def _join(self, watcher: _Watcher) -> None:
        if not self._watchers:
            self._unsubscribe = self._subscribe(self._on_event)
        self._watchers.add(watcher)
        if self._clock.monotonic() - self._rendered_at >= PAUSE_S:
            self._render()

    def _leave(self, watcher: _Watcher) -> None:
        self._watchers.discard(watcher)
        if self._watchers:
            return
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._rendering is not None:
            self._rendering.cancel()
            self._rendering = None
        self._rendered_at = self._clock.monotonic() - PAUSE_S  # it may be old when one comes

    def _on_event(self, _event: Event) -> None:
        if self._rendering is None:
            self._rendering = spawn(self._render_soon(), name="render the state")

    async def _render_soon(self) -> None:
        pause = self._rendered_at + PAUSE_S - self._clock.monotonic()
        if pause > 0:
            await self._clock.sleep(pause)
        self._rendering = None
        self._render()

    def _render(self) -> None:
        self._rendered_at = self._clock.monotonic()
        self._frame = b"event: state\ndata: " + orjson.dumps(self._snapshot().as_json()) + b"\n\n"
        self._tell()

    def _next_change(self) -> asyncio.Future[None]:
        if self._changed is None or self._changed.done():
            self._changed = asyncio.get_running_loop().create_future()
            if self._closed:
                self._changed.set_result(None)
        return self._changed

    def _tell(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
