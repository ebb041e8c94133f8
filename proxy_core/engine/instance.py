"""One Pollux per data folder: the lock on it, and the note of who holds it.

The lock is the truth, since it ends with its process; `instance.json` only says where the
holder listens. Not here: what other programs ask the holder (`cli`).
"""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from proxy_core.disk import write_atomically

FILE = "instance.json"
LOCK = ".instance.lock"


@dataclass(frozen=True, slots=True)
class Instance:
    """A running Pollux, as it describes itself."""

    pid: int
    url: str
    "Base URL on this machine, without a path."
    version: str


class FolderTaken(Exception):
    """Another Pollux works with the data folder."""

    def __init__(self, folder: Path, holder: Instance | None) -> None:
        who = f"Pollux at {holder.url} (pid {holder.pid})" if holder else "another Pollux"
        super().__init__(f"the data folder {folder} is taken by {who}")
        self.folder = folder
        self.holder = holder


class InstanceLock:
    """This process's hold on a data folder. Its methods block: not for a loop's thread."""

    def __init__(self, folder: Path, *, wait_s: float = 0.5) -> None:
        """wait_s: how long to wait for a holder that is just leaving, or only looking."""
        self.folder = folder
        self._wait_s = wait_s
        # A thread takes it and perhaps another gives it back: the lock is the process's.
        self._lock = FileLock(folder / LOCK, thread_local=False)

    def take(self) -> None:
        """Raises FolderTaken, or OSError where the folder cannot be written.

        Takes away the note of a holder that did not live to do so.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=self._wait_s, poll_interval=0.05)
        except Timeout:
            raise FolderTaken(self.folder, _read(self.folder)) from None
        (self.folder / FILE).unlink(missing_ok=True)  # of a holder that was killed

    def announce(self, url: str, version: str) -> None:
        """Says where this process listens. Raises OSError."""
        note = Instance(os.getpid(), url, version)
        write_atomically(self.folder / FILE, json.dumps(asdict(note)).encode())

    def give_back(self) -> None:
        """Takes the note away and frees the folder; safe to call again."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):  # the lock is the truth
                (self.folder / FILE).unlink(missing_ok=True)
            self._lock.release()


def read_instance(folder: Path, *, wait_s: float = 1.0) -> Instance | None:
    """The Pollux that works with this folder now and can be spoken to; None: there is none.

    One that has just taken the folder gets `wait_s` seconds to say where it listens.
    """
    deadline = time.monotonic() + wait_s
    while _is_held(folder):
        if (instance := _read(folder)) is not None:
            return instance
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.05)
    return None


def _is_held(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _read(folder: Path) -> Instance | None:
    try:
        note = json.loads((folder / FILE).read_bytes())
        return Instance(int(note["pid"]), str(note["url"]), str(note["version"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
