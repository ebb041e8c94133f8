"""Files that come in or go out, off the window's loop: read whole within limits, written whole.

Everything here blocks; call it with `asyncio.to_thread`.
"""

import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from proxy_core.api import ImportedItem, ImportFile

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What could be read of what was handed in."""

    files: tuple[ImportFile, ...]
    refused: tuple[ImportedItem, ...]


def read_all(paths: Sequence[Path]) -> Taken:
    """Reads files; each that cannot be read is named with the reason, and the others go on."""
    files: list[ImportFile] = []
    refused: list[ImportedItem] = []
    for path in paths[:MAX_FILES]:
        reason, content = _read(path)
        if reason:
            refused.append(ImportedItem(path.name, "refused", reason=reason))
        else:
            files.append(ImportFile(path.name, content))
    if len(paths) > MAX_FILES:
        reason = _tr("Only {n} files go at once.").format(n=MAX_FILES)
        refused += [ImportedItem(path.name, "refused", reason=reason) for path in paths[MAX_FILES:]]
    return Taken(tuple(files), tuple(refused))


def _read(path: Path) -> tuple[str, bytes]:
    """Why not, or nothing; and what is in it."""
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return _tr("It is a folder. Choose the files in it."), b""
        if not stat.S_ISREG(found.st_mode):
            return _tr("It is not a file that can be read whole."), b""
        if found.st_size > MAX_FILE_BYTES:
            return _tr("The file is larger than 10 MB."), b""
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return _tr("It cannot be read: {reason}.").format(reason=reason_of(error)), b""
    if len(content) > MAX_FILE_BYTES:  # it grew meanwhile
        return _tr("The file is larger than 10 MB."), b""
    if not content.strip():
        return _tr("The file is empty."), b""
    return "", content


def write_private(path: Path, content: bytes) -> None:
    """Writes a file for its owner alone (0600), whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=".pollux-", dir=path.parent)  # made with 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def reason_of(error: OSError) -> str:
    """The system's word for it, without the path."""
    return error.strerror or type(error).__name__


def _tr(text: str) -> str:
    return QCoreApplication.translate("Files", text)
