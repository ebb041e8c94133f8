"""Ports of this machine: whether one can be taken, which one is free, who holds one, its URL.

Apart from the listener, for a window has to say what is wrong before aiohttp is loaded.
"""

import socket
from pathlib import Path


class PortTaken(Exception):
    """Somebody else listens there."""

    def __init__(self, host: str, port: int, holder: str | None) -> None:
        by = f" by {holder}" if holder else ""
        super().__init__(f"port {port} on {host} is taken{by}")
        self.host = host
        self.port = port
        self.holder = holder


def local_url(host: str, port: int) -> str:
    """Base URL, without a path, at which this machine reaches what listens there."""
    # asyncio's `::` takes no IPv4.
    to_call = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{to_call}]' if ':' in to_call else to_call}:{port}"


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
