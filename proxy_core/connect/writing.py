"""Writes the settings files of a tool: all of them or none, and nothing over another's save.

A note of what was there goes before each file. Not here: what the files shall hold (`applying`).
"""

import contextlib
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proxy_core.connect import keeping
from proxy_core.connect.model import Change, ConnectFailed, Folders
from proxy_core.disk import read_whole, reason_of, remove, write_atomically


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of one settings file."""

    change: Change
    found: bytes | None = field(repr=False)
    "What it held when the edit was worked out; None: there was no file."
    before: bytes | None = field(repr=False)
    "What it holds without ours; None: there is no file then."
    after: bytes | None = field(repr=False)
    "What it shall hold; None: it goes. The same as `before`: nothing of ours."

    @property
    def path(self) -> Path:
        return self.change.path


def content(path: Path) -> bytes | None:
    """What the file holds; None: there is none. Raises OSError."""
    try:
        return read_whole(path, keeping.LARGEST_BYTES)
    except FileNotFoundError:
        return None


def carry_out(edits: Sequence[Edit], folders: Folders, *, next_step: str) -> None:
    """Makes all of the edits or none. next_step: what helps where a file cannot be written.

    Raises ConnectFailed.
    """
    for edit in edits:
        _check_writable(edit, next_step)
    made: list[tuple[Edit, keeping.Memory]] = []
    for edit in edits:
        try:
            memory = _make(edit, folders, next_step)
        except ConnectFailed as failed:
            _take_back(made, folders, failed)
            raise
        made.append((edit, memory))


def _check_writable(edit: Edit, next_step: str) -> None:
    """Of two files none shall be written where the other one cannot be."""
    if edit.found is None or edit.found == edit.after or os.access(edit.path, os.W_OK):
        return
    raise ConnectFailed(f"{edit.path} cannot be written: it is read-only.", next_step)


def _make(edit: Edit, folders: Folders, next_step: str) -> keeping.Memory:
    """Returns what was remembered of the file until now. Raises ConnectFailed."""
    try:
        memory = keeping.recall(folders, edit.path)
        try:
            if edit.before == edit.after:
                _take_out(edit, edit.found, edit.after, folders)
                keeping.forget(folders, edit.path)
            else:
                keeping.write_note(folders, edit.change, edit.before, edit.after or b"")
                _put(edit.path, edit.found, edit.after)
        except (ConnectFailed, OSError):
            # What was not written is better not remembered, yet does no harm.
            with contextlib.suppress(OSError):
                keeping.put_back(folders, edit.path, memory)
            raise
    except OSError as error:
        raise ConnectFailed(
            f"{edit.path} cannot be written: {reason_of(error)}.", next_step
        ) from error
    return memory


def _take_back(
    made: Sequence[tuple[Edit, keeping.Memory]], folders: Folders, failed: ConnectFailed
) -> None:
    """Makes edits undone. Raises ConnectFailed, which tells of `failed`, where it cannot."""
    for edit, memory in reversed(made):
        try:
            _take_out(edit, edit.after, edit.found, folders)
            keeping.put_back(folders, edit.path, memory)
        except (ConnectFailed, OSError) as error:
            raise ConnectFailed(
                failed.sentence,
                f"{edit.path} was changed before and could not be put back. Look at both files.",
            ) from error


def _take_out(edit: Edit, found: bytes | None, after: bytes | None, folders: Folders) -> None:
    """Writes as `_put`; where no file is left, the folders that we made for it go too."""
    _put(edit.path, found, after)
    note = keeping.read_note(folders, edit.path)
    if after is not None or note is None:
        return
    for folder in note.made:
        with contextlib.suppress(OSError):  # others keep something there by now
            folder.rmdir()


def _put(path: Path, found: bytes | None, after: bytes | None) -> None:
    """Writes what a link points at. Raises OSError, and ConnectFailed where others wrote to it."""
    if found == after:
        return
    target = path.resolve()
    # The tool may save its own settings at any time, also since we worked out ours.
    if content(target) != found:
        raise ConnectFailed(
            f"{path} was changed by another program just now.", "Nothing was changed. Try again."
        )
    if after is None:
        remove(target)
        return
    status = None if found is None else target.stat()
    write_atomically(target, after)
    if status is not None:
        _restore_access(target, status)


def _restore_access(target: Path, status: os.stat_result) -> None:
    """Owner and mode as they were: `write_atomically` makes a new file, for its writer alone."""
    # Only root may give a file away, and some file systems know neither: it stays closed then.
    with contextlib.suppress(OSError):
        if sys.platform != "win32":
            os.chown(target, status.st_uid, status.st_gid)
        target.chmod(stat.S_IMODE(status.st_mode))
