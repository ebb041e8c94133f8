"""Where credentials are kept: the environment, and a folder of JSON files. See also `vault`.

Everything here blocks: the engine calls it in worker threads. Loading never raises; what cannot
be read is named in `Loaded.unreadable`, and the rest works. Writing raises StoreFailed.
"""

import contextlib
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Final, Protocol

from proxy_core.credentials.files import (
    Found,
    NotJson,
    Origin,
    parse_json,
    parse_key_lines,
    parse_value,
    read_json,
)
from proxy_core.credentials.identity import hint
from proxy_core.credentials.model import Credential, Unreadable
from proxy_core.credentials.rewriting import Changes, edit_json, edit_key_lines
from proxy_core.credentials.written import as_json, file_names
from proxy_core.disk import (
    keep_aside,
    locked,
    read_whole,
    reason_of,
    remove,
    set_aside,
    sweep,
    write_atomically,
)

MAX_FILE_BYTES = 10 * 1024 * 1024
WRITTEN_AFTER_S = 10.0
"How long a file must have been left alone to count as damaged rather than half written."
KEY_LIST_NAME = "api_keys.txt"
ENVIRONMENT: Final = "environment"
FOLDER: Final = "folder"
_WRITTEN_BY_POLLUX = ("oauth_creds_", "service_account_", "api_key_")
_NO_CREDENTIALS = (".", "instance.json", "settings", "client_secret")
"How names begin that are something else: OAuth clients, and files of Pollux itself."


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a store holds, in its order; no id stands in it twice."""

    credentials: tuple[Credential, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    closed: bool = False
    "Whether the store as a whole could not be read, so that this tells nothing of the rest."


class StoreFailed(Exception):
    """Nothing was written, or not all; both texts are for people and hold no secret."""

    def __init__(self, sentence: str, next_step: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


class CredentialStore(Protocol):
    """A place of credentials."""

    name: str
    "As in `Credential.store`: `environment`, `folder`, `vault`."

    def load(self) -> Loaded:
        """Everything the store holds now. Never raises."""


class WritableStore(CredentialStore, Protocol):
    """A store that takes credentials. Both methods raise StoreFailed."""

    def save(self, credentials: Sequence[Credential]) -> None:
        """Adds them, or puts them in the place of those with the same ids."""

    def delete(self, ids: Collection[str]) -> None:
        """Takes them out; unknown ids are no error.

        The id of something unreadable sets it aside under another name: that is never destroyed.
        """


class EnvironmentStore:
    """The JSON array in `CREDENTIALS_JSON_LIST`; read-only."""

    name = ENVIRONMENT

    def __init__(self, json_text: str) -> None:
        self._json_text = json_text

    def load(self) -> Loaded:
        if not self._json_text.strip():
            return Loaded()
        found = parse_json(self._json_text, store=ENVIRONMENT, source="CREDENTIALS_JSON_LIST")
        return _merged([found])


@dataclass(frozen=True, slots=True)
class _Read:
    """One file, as it was found."""

    name: str
    text: str = ""
    found: Found = field(default_factory=lambda: ([], []))
    problem: str = ""
    "Why nothing in it could be read; empty where something could."
    is_damaged: bool = False
    "Whether its content is at fault, rather than the system."

    def ids(self) -> set[str]:
        return {one.id for part in self.found for one in part}


class FolderStore:
    """`oauth_creds_*.json` and other `*.json` credentials of a folder, and `api_keys.txt`.

    A new credential gets a file of its own; one that came from a file is changed in that file,
    where all else stays as its owner wrote it.
    """

    name = FOLDER

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside: list[tuple[Path, Unreadable]] = []
        "Damaged files that were set aside since the start, and where they are now."

    # -- reading ---------------------------------------------------------------------------

    def load(self) -> Loaded:
        try:
            names = self._names()
        except OSError as error:
            reason = f"The folder cannot be read: {reason_of(error)}."
            bad = Unreadable(FOLDER, self._folder.name, reason)
            return Loaded(unreadable=(bad,), closed=True)
        loaded = _merged(self._read_or_set_aside(name).found for name in names)
        aside = tuple(bad for place, bad in self._aside if place.exists())
        return Loaded(loaded.credentials, loaded.unreadable + aside)

    def _names(self) -> list[str]:
        """Names of the files to look into, in order. Raises OSError."""
        try:
            return sorted(path.name for path in self._folder.iterdir() if _is_ours(path.name))
        except FileNotFoundError:
            return []

    def _read_or_set_aside(self, name: str) -> _Read:
        read = self._read(name)
        if not read.is_damaged or not name.startswith(_WRITTEN_BY_POLLUX):
            return read
        try:
            with self._locked():
                # Again: another program may have written it anew meanwhile.
                read = self._read(name)
                return self._set_aside(read) if self._is_to_be_set_aside(read) else read
        except OSError:
            return read

    def _is_to_be_set_aside(self, read: _Read) -> bool:
        """Not while another program may still be writing it. Raises OSError."""
        if not read.is_damaged:
            return False
        return time.time() - (self._folder / read.name).stat().st_mtime > WRITTEN_AFTER_S

    def _set_aside(self, read: _Read) -> _Read:
        place = self._folder / set_aside(self._folder / read.name)
        reason = f"{read.problem} The file is damaged and is now {_shown(place.name)}."
        self._aside.append((place, Unreadable(FOLDER, _shown(read.name), reason)))
        return _Read(read.name)

    def _read(self, name: str) -> _Read:
        path, source = self._folder / name, _shown(name)
        try:
            text = read_whole(path, MAX_FILE_BYTES).decode("utf-8-sig")
            if name == KEY_LIST_NAME:
                return _Read(name, text, parse_key_lines(text, store=FOLDER, source=source))
            value = read_json(text)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not path.is_symlink():
                return _Read(name)  # deleted since the folder was listed
            return _unusable(name, f"The file cannot be read: {reason_of(error)}.")
        except UnicodeDecodeError:
            return _unusable(name, "The file is not UTF-8 text.", is_damaged=True)
        except NotJson as problem:
            return _unusable(name, str(problem), is_damaged=True)
        return _Read(name, text, parse_value(value, store=FOLDER, source=source, file_name=name))

    # -- writing ---------------------------------------------------------------------------

    def save(self, credentials: Sequence[Credential]) -> None:
        waiting: dict[str, Credential] = {one.id: one for one in credentials}
        with self._changing():
            for name in self._names():
                read = self._read(name)
                held = {one.id: one for one in read.found[0] if one.id in waiting}
                newer = {key: waiting.pop(key) for key in held}
                if name == KEY_LIST_NAME:
                    newer = {key: one for key, one in newer.items() if not _says(held[key], one)}
                    for credential in newer.values():
                        self._write_new(credential)
                if newer:
                    self._edit(read, newer)
            for credential in waiting.values():
                self._write_new(credential)

    def delete(self, ids: Collection[str]) -> None:
        with self._changing():
            for name in self._names():
                read = self._read(name)
                if gone := read.ids().intersection(ids):
                    self._edit(read, dict.fromkeys(gone))
        self._aside = [one for one in self._aside if one[1].id not in ids]

    def _edit(self, read: _Read, changes: Changes) -> None:
        path = self._folder / read.name
        whole = Unreadable(FOLDER, _shown(read.name), "").id
        if changes.get(whole, whole) is None:
            set_aside(path)
            return
        edit = edit_key_lines if read.name == KEY_LIST_NAME else edit_json
        edited = edit(read.text, changes, Origin(FOLDER, _shown(read.name), hint(read.name)))
        if edited.taken_out:
            keep_aside(path, edited.taken_out.encode())
        if edited.text is None:
            remove(path)
        elif edited.text != read.text:
            write_atomically(path, edited.text.encode())

    def _write_new(self, credential: Credential) -> None:
        text = json.dumps(as_json(credential), indent=2, ensure_ascii=False) + "\n"
        write_atomically(self._free_path(credential), text.encode())

    def _free_path(self, credential: Credential) -> Path:
        telling, plain = file_names(credential)
        numbered = (plain.replace(".json", f".{number}.json") for number in count(2))
        places = (self._folder / name for name in chain((telling, plain), numbered))
        return next(place for place in places if not os.path.lexists(place))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            with self._locked():
                sweep(self._folder, _is_ours)
                yield
        except OSError as error:
            raise StoreFailed(
                f"The folder of credentials cannot be written: {reason_of(error)}.",
                "Mend its permissions or free some space, then try again.",
            ) from error

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._folder / "credentials")


def _is_ours(name: str) -> bool:
    if name == KEY_LIST_NAME:
        return True
    return name.endswith(".json") and not name.startswith(_NO_CREDENTIALS)


def _shown(name: str) -> str:
    """The name for messages; one that is not UTF-8 must not break a log line."""
    return name.encode(errors="backslashreplace").decode()


def _unusable(name: str, problem: str, *, is_damaged: bool = False) -> _Read:
    found: Found = ([], [Unreadable(FOLDER, _shown(name), problem)])
    return _Read(name, "", found, problem, is_damaged)


def _says(old: Credential, new: Credential) -> bool:
    """Whether a line of a list of keys tells all that is to be kept of its key."""
    return (old.label, old.project) == (new.label, new.project)


def _merged(parts: Iterable[Found]) -> Loaded:
    credentials: dict[str, Credential] = {}
    unreadable: list[Unreadable] = []
    for found, refused in parts:
        for credential in found:
            credentials.setdefault(credential.id, credential)
        unreadable.extend(refused)
    return Loaded(tuple(credentials.values()), tuple(unreadable))
