"""Takes the port, gives it back, and names who holds it where the system tells."""

import asyncio
import errno
import logging
import socket
from pathlib import Path

from aiohttp import web

from proxy_core.server.connection import HttpServer
from proxy_core.server.front import FrontDoor

log = logging.getLogger(__name__)

BACKLOG = 1_024
KEEP_ALIVE_S = 75.0
CUT_OFF_S = 0.5
"For handlers to end once they are cut off; the time to finish was before that."
LONGEST_LINE = 64 * 1_024
"Of a request's head: prompts do not belong there, but some SDKs send long headers."


class PortTaken(Exception):
    """Somebody else listens there."""

    def __init__(self, host: str, port: int, holder: str | None) -> None:
        by = f" by {holder}" if holder else ""
        super().__init__(f"port {port} on {host} is taken{by}")
        self.host = host
        self.port = port
        self.holder = holder


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


def holder(port: int) -> str | None:
    """`name (pid N)` of the process that listens on a port, where /proc tells it."""
    inodes = _listening(port)
    if not inodes:
        return None
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _holds(process, inodes):
            try:
                name = (process / "comm").read_text().strip()
            except OSError:
                name = "a process"
            return f"{name} (pid {process.name})"
    return None


def _listening(port: int) -> set[str]:
    wanted = f":{port:04X}"
    inodes: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[1].endswith(wanted) and fields[3] == "0A":
                inodes.add(f"socket:[{fields[9]}]")
    return inodes


def _holds(process: Path, inodes: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in inodes for link in (process / "fd").iterdir())
    except OSError:
        return False


def next_free(host: str, port: int, tries: int = 100) -> int:
    """The first port from `port` on that can be taken; 0 where none of them can."""
    for candidate in range(port, min(port + tries, 65_536)):
        if bind_failure(host, candidate) is None:
            return candidate
    return 0


_OPTION: int = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
"""The first is Windows': there SO_REUSEADDR takes a port from whoever listens on it. Elsewhere it
only passes over connections that have ended."""


def bind_failure(host: str, port: int) -> OSError | None:
    """Why a port cannot be taken now; None: it can. Blocks while a name is looked up."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, _OPTION, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None
