"""Takes the port and gives it back."""

import asyncio
import errno
import logging

from aiohttp import web

from proxy_core.ports import PortTaken, holder
from proxy_core.server.connection import HttpServer
from proxy_core.server.front import FrontDoor

log = logging.getLogger(__name__)

BACKLOG = 1_024
KEEP_ALIVE_S = 75.0
CUT_OFF_S = 0.5
"For handlers to end once they are cut off; the time to finish was before that."
LONGEST_LINE = 64 * 1_024
"Of a request's head: prompts do not belong there, but some SDKs send long headers."


class Listener:
    """The HTTP listener of one front door, on the running loop."""

    def __init__(self, door: FrontDoor, host: str, port: int) -> None:
        self._door = door
        self._host = host
        self._port = port
        self._runner: web.ServerRunner | None = None

    async def start(self) -> int:
        """Listens; returns the port. Raises PortTaken, or OSError for an address not ours."""
        server = HttpServer(
            self._door.handle,
            handler_cancellation=True,
            access_log=None,
            keepalive_timeout=KEEP_ALIVE_S,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
        )
        runner = web.ServerRunner(server, shutdown_timeout=CUT_OFF_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port, backlog=BACKLOG).start()
        except BaseException as error:
            await runner.cleanup()
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                by = await asyncio.to_thread(holder, self._port)
                raise PortTaken(self._host, self._port, by) from error
            raise
        self._runner = runner
        address: tuple[str, int] = runner.addresses[0][:2]
        return address[1]

    async def stop_accepting(self) -> None:
        """Closes the port; open connections and their exchanges go on."""
        if self._runner is not None:
            for site in tuple(self._runner.sites):
                await site.stop()

    async def stop(self) -> None:
        """Ends what is still open."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
