"""A streamed answer to a client: head with the first frame, or after a silence; keep-alives.

Until the head is out, a failure can still become an HTTP error; from then on the silence is
filled so that neither client nor middle box gives up.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp.abc import AbstractStreamWriter
from aiohttp.web import BaseRequest, StreamResponse

from proxy_core.tasks import spawn


@dataclass(frozen=True, slots=True)
class Pace:
    """When silence is filled."""

    head_after_s: float = 10.0
    "Silence before the first frame after which the head goes out."
    keep_alive_s: float = 15.0


class CutOff(ConnectionError):
    """A streamed answer failed and cannot say so: its connection ends without a proper last byte.

    For bugs, and for forms that hold nothing but the answer itself, such as audio.
    """


class Outflow:
    """One streamed answer. `close` it, whatever happens."""

    def __init__(
        self,
        request: BaseRequest,
        *,
        content_type: str,
        keep_alive: bytes,
        headers: Callable[[], Mapping[str, str]],
        pace: Pace,
        opening: Callable[[], bytes] | None = None,
        tap: Callable[[bytes], None] | None = None,
    ) -> None:
        """keep_alive: what fills silence; where it is empty, nothing can, and the head waits too.

        headers: asked for when the head goes out, since the trace is known only then.

        opening: what goes out with a head that had to go before the first frame; without it,
        a keep-alive. tap: is given all frames too.
        """
        self._request = request
        self._response = StreamResponse()
        self._response.content_type = content_type
        self._headers = headers
        self._keep_alive = keep_alive
        self._opening = opening
        self._pace = pace
        self._tap = tap
        self._loop = asyncio.get_running_loop()
        self._touched = self._loop.time()
        self._often = min(pace.head_after_s, pace.keep_alive_s)
        self._timer: asyncio.TimerHandle | None = None
        if keep_alive:
            self._timer = self._loop.call_later(self._often, self._fill)
        self._filling: asyncio.Task[None] | None = None
        self._writer: AbstractStreamWriter
        self.started = False
        "Whether the head is out, so that no HTTP status can be sent any more."

    @property
    def response(self) -> StreamResponse:
        return self._response

    async def write(self, data: bytes) -> None:
        """Sends frames, the head before the first. Raises OSError when the client left."""
        if self._filling is not None:
            await asyncio.wait((self._filling,))
        if not self.started:
            await self._start()
        if data:
            self._touched = self._loop.time()
            if self._tap is not None:
                self._tap(data)
            await self._writer.write(data)

    async def end(self) -> StreamResponse:
        await self.write(b"")
        await self._response.write_eof()
        return self._response

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._filling is not None:
            self._filling.cancel()

    async def _start(self) -> None:
        self.started = True
        self._response.headers.update(self._headers())
        self._response.headers["Cache-Control"] = "no-cache"
        self._response.headers["X-Accel-Buffering"] = "no"
        writer = await self._response.prepare(self._request)
        assert writer is not None  # None only after the end
        self._writer = writer

    def _fill(self) -> None:
        """The timer's: looks whether it has been silent, and comes again."""
        pause = self._pace.keep_alive_s if self.started else self._pace.head_after_s
        silent = self._loop.time() - self._touched
        if silent >= pause * 0.99 and self._filling is None:  # else a client that does not read
            self._filling = spawn(self._write_keep_alive(), name="keep-alive")
            silent, pause = 0.0, self._pace.keep_alive_s
        due = min(max(pause - silent, 0.001), self._often)
        self._timer = self._loop.call_later(due, self._fill)

    async def _write_keep_alive(self) -> None:
        try:
            fill = self._keep_alive
            if not self.started:
                await self._start()
                if self._opening is not None:
                    fill = self._opening()
            self._touched = self._loop.time()
            await self._writer.write(fill)
        except OSError:
            pass  # the client left: its handler is told in its own way
        finally:
            self._filling = None
