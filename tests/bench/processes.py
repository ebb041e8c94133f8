"""The programs under test: started on their own core, and what the system says of them.

CPU is the scheduler's own figure (nanoseconds, every thread, children too), memory the resident
set. All from /proc, so Linux only.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOAD_CORE, PROXY_CORE = 0, 1
_START_LIMIT_S = 60.0
_POLL_S = 0.002


class StartFailed(Exception):
    """A program under test did not come up; carries the end of its output."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    start_s: float
    "From the start of the process to the first answer of /healthz."
    process: subprocess.Popen[bytes]
    began: float
    "When it was started (time.monotonic, which all processes share)."

    def cpu_s(self) -> float:
        """Seconds of CPU since its start, of all threads and children that live."""
        spent_ns = 0
        for pid in _tree(self.process.pid):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(FileNotFoundError):  # a thread that ended meanwhile
                    spent_ns += int((thread / "schedstat").read_text().split()[0])
        return spent_ns / 1e9

    def resident_bytes(self) -> int:
        return sum(_resident_bytes(pid) for pid in _tree(self.process.pid))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _close_pipes(self.process)


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):  # of words that a crashed program never read
                pipe.close()


def _tree(pid: int) -> list[int]:
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found += _tree(int(child))
    return found


def _resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024
    raise LookupError(pid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    name: str,
    command: Sequence[str],
    *,
    port: int,
    folder: Path,
    core: int = PROXY_CORE,
    env: Mapping[str, str] | None = None,
    talks: bool = False,
) -> Server:
    """Start a Python program that will listen on `port`, and wait until it does.

    command: what follows `python`. folder: its working folder and home; its output goes there.
    env: all of its environment, but for what Python and the loader need.
    talks: its standard input and output are pipes to us, and only its errors go to the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with pinned(core), (folder / "output.log").open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": str(folder),
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(ROOT),
                **(env or {}),
            },
            stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
            stdout=subprocess.PIPE if talks else output,
            stderr=output,
        )
    try:
        _wait(process, port, began + _START_LIMIT_S)
    except BaseException as failure:
        process.kill()
        process.wait()
        _close_pipes(process)
        if isinstance(failure, TimeoutError):
            tail = (folder / "output.log").read_text(errors="replace")[-2000:]
            raise StartFailed(f"{name} did not start: {' '.join(command)}\n{tail}") from failure
        raise
    return Server(name, port, time.monotonic() - began, process, began)


def _wait(process: subprocess.Popen[bytes], port: int, until: float) -> None:
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > until:
            raise TimeoutError
        time.sleep(_POLL_S)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(
                b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            )
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Keep this process, and those it starts meanwhile, on one core, where the machine has it."""
    before = os.sched_getaffinity(0)
    with suppress(OSError):
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
