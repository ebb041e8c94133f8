"""What we remember of each settings file that we changed, to take it back.

Two files per settings file, in `connect` in the data folder and for the owner alone: a note, and
the bytes from before. Both are written before the settings file is. Not here: any change.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proxy_core.connect.model import Change, Folders, Item, Place
from proxy_core.disk import read_whole, remove, write_atomically

FOLDER = "connect"
LARGEST_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Written:
    """A value that we put into a file. The note holds no token, so it has only its hash."""

    place: Place
    value: str
    "SHA-256 of it."
    is_block: bool
    "It is an object, under a name of our own."


@dataclass(frozen=True, slots=True)
class Note:
    """How a settings file was before, and what we wrote."""

    existed: bool
    written: str
    "SHA-256 of the file as we left it."
    values: tuple[Written, ...]
    made: tuple[Path, ...] = ()
    "Folders that were made for the file, from the inside out."


@dataclass(frozen=True, slots=True)
class Memory:
    """Note and backup as they are kept, to put them back."""

    note: bytes | None
    backup: bytes | None = field(repr=False)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """The hash of a plain value."""
    return digest(json.dumps(value, sort_keys=True, default=str).encode())


def backup_path(folders: Folders, path: Path) -> Path:
    """The file with the bytes from before."""
    return _stem(folders, path).with_suffix(".bak")


def lock_path(folders: Folders) -> Path:
    return folders.data / FOLDER / "notes"


def read_note(folders: Folders, path: Path) -> Note | None:
    """What we remember of this file; None: we did not change it, or the note is damaged."""
    try:
        stored = json.loads(read_whole(_note_path(folders, path), LARGEST_BYTES))
        return Note(
            existed=bool(stored["existed"]),
            written=str(stored["written"]),
            values=tuple(
                Written(_place(one["place"]), str(one["value"]), bool(one["is_block"]))
                for one in stored["values"]
            ),
            made=tuple(Path(one) for one in stored["made"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_note(folders: Folders, change: Change, before: bytes | None, after: bytes) -> None:
    """Remembers both, and which folders are still to be made for the file. Raises OSError."""
    earlier = read_note(folders, change.path)
    missing = [parent for parent in change.path.parents if not parent.exists()]
    made = missing or (earlier.made if earlier else ())
    backup = backup_path(folders, change.path)
    if before is None:
        remove(backup)
    else:
        write_atomically(backup, before)
    note = {
        "path": str(change.path),
        "existed": before is not None,
        "written": digest(after),
        "values": [
            {
                "place": [_stored(name) for name in setting.place],
                "value": digest_of(setting.value),
                "is_block": isinstance(setting.value, dict),
            }
            for setting in change.settings
        ],
        "made": [str(folder) for folder in made],
    }
    write_atomically(_note_path(folders, change.path), json.dumps(note).encode())


def read_backup(folders: Folders, path: Path) -> bytes:
    """The bytes from before. Raises OSError."""
    return read_whole(backup_path(folders, path), LARGEST_BYTES)


def recall(folders: Folders, path: Path) -> Memory:
    """All that we remember of this file. Raises OSError."""
    return Memory(_kept(_note_path(folders, path)), _kept(backup_path(folders, path)))


def put_back(folders: Folders, path: Path, memory: Memory) -> None:
    """Remembers what we did then. Raises OSError."""
    for kept, data in (
        (backup_path(folders, path), memory.backup),
        (_note_path(folders, path), memory.note),
    ):
        if data is None:
            remove(kept)
        else:
            write_atomically(kept, data)


def forget(folders: Folders, path: Path) -> None:
    """Takes note and backup away. Raises OSError."""
    remove(_note_path(folders, path))
    remove(backup_path(folders, path))


def _kept(path: Path) -> bytes | None:
    try:
        return read_whole(path, LARGEST_BYTES)
    except FileNotFoundError:
        return None


def _note_path(folders: Folders, path: Path) -> Path:
    return _stem(folders, path).with_suffix(".json")


def _stem(folders: Folders, path: Path) -> Path:
    name = path.name.lstrip(".").replace(".", "-")
    return folders.data / FOLDER / f"{name}-{digest(str(path).encode())[:12]}"


def _stored(name: str | Item) -> str | list[str]:
    return name if isinstance(name, str) else [name.member, name.value]


def _place(stored: list[str | list[str]]) -> Place:
    return tuple(name if isinstance(name, str) else Item(*name) for name in stored)
