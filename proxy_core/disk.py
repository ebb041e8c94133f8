"""Files that survive a crash: written whole or not at all, set aside rather than deleted.

Everything here blocks. Not here: what the files mean.
"""

import contextlib
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

READERS_S = 1.0
"How long a file that is open elsewhere is waited for."
_TEMPORARY = ".tmp"
_DAMAGED = "damaged"


def write_atomically(path: Path, data: bytes) -> None:
    """Puts `data` in the place of the file, for its owner alone (0600). Raises OSError.

    Whoever reads meanwhile, or after a crash at any moment, finds the old content or the new.
    A missing folder is made (0700). A failed write leaves nothing behind.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_TEMPORARY}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _replace(temporary: Path, path: Path) -> None:
    """Windows refuses it while another program has the file open, as readers do for a moment."""
    deadline = time.monotonic() + READERS_S
    while True:
        try:
            temporary.replace(path)
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return


def remove(path: Path) -> None:
    """Deletes the file for good, also after a crash; a missing one is fine. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def set_aside(path: Path) -> str:
    """Renames the file to `<name>.damaged-<n>` and returns that name. Raises OSError.

    Nothing is ever overwritten: n is the first free number.
    """
    place = _free_place(path)
    path.rename(place)
    sync_folder(path.parent)
    return place.name


def keep_aside(path: Path, data: bytes) -> str:
    """As `set_aside`, for a part of the file, which the caller then takes out. Raises OSError."""
    place = _free_place(path)
    write_atomically(place, data)
    return place.name


def _free_place(path: Path) -> Path:
    number = 1
    while (place := path.with_name(f"{path.name}.{_DAMAGED}-{number}")).exists():
        number += 1
    return place


@contextlib.contextmanager
def locked(path: Path, wait_s: float = 10.0) -> Iterator[None]:
    """Holds a lock between processes on what `path` names, by `.<name>.lock` beside it.

    The lock ends with its process. Not to be taken twice by one caller. Raises TimeoutError (an
    OSError) when another holds it for longer than `wait_s`, or what the system says.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=wait_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise TimeoutError(0, "another program is writing to it") from error
    try:
        yield
    finally:
        lock.release()


def sweep(folder: Path, is_ours: Callable[[str], bool]) -> None:
    """Deletes what killed writers left behind. Only under the lock that all such writers take.

    is_ours: told the name of the file that was to be written. Raises OSError.
    """
    for left in list(folder.glob(f".*{_TEMPORARY}")):
        target, _, _ = left.name.removeprefix(".").removesuffix(_TEMPORARY).rpartition(".")
        if is_ours(target):
            left.unlink(missing_ok=True)


def read_whole(path: Path, most_bytes: int) -> bytes:
    """The file's content. Raises OSError, also where it is no regular file or too large."""
    # Asked before opening: opening a FIFO would wait for its writer.
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a regular file")
    if status.st_size > most_bytes:
        raise OSError(0, f"it is larger than {most_bytes // 1024**2} MB")
    return path.read_bytes()


def reason_of(error: OSError) -> str:
    """What went wrong, in the system's words and without a path."""
    return error.strerror or type(error).__name__


def with_owner(trouble: str, folder: Path) -> str:
    """The trouble that there is with a folder, and the way out where another user owns it.

    That is mostly a folder of the host in a container, where users have numbers and no names.
    """
    try:
        owner, user = folder.stat().st_uid, os.geteuid()
    except (OSError, AttributeError):  # Windows has no such numbers
        return trouble
    if owner == user:
        return trouble
    other = f", or let Pollux run as uid {owner}" if owner else ""
    return (
        f"{trouble}. The folder belongs to uid {owner}, and Pollux runs as uid {user}: "
        f"give it to that one (chown -R {user}){other}."
    )


def sync_folder(folder: Path) -> None:
    """Makes a new name in the folder last, where the system can: Windows opens no folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
