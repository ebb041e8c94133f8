"""Where credentials are kept: the environment, and a folder of JSON files.

Loading blocks: the engine calls it in a worker thread. It never raises; what cannot be read
is named in `Loaded.unreadable`, and the rest works.
"""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from proxy_core.credentials.files import Found, parse_json, parse_key_lines
from proxy_core.credentials.model import Credential, Unreadable

MAX_FILE_BYTES = 10 * 1024 * 1024
KEY_LIST_NAME = "api_keys.txt"
ENVIRONMENT = "environment"
FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a store holds, in its order; no id stands in it twice."""

    credentials: tuple[Credential, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


class CredentialStore(Protocol):
    def load(self) -> Loaded:
        """Everything the store holds now."""


class EnvironmentStore:
    """The JSON array in `CREDENTIALS_JSON_LIST`; read-only."""

    def __init__(self, json_text: str) -> None:
        self._json_text = json_text

    def load(self) -> Loaded:
        if not self._json_text.strip():
            return Loaded()
        found = parse_json(self._json_text, store=ENVIRONMENT, source="CREDENTIALS_JSON_LIST")
        return _merged([found])


class FolderStore:
    """`oauth_creds_*.json` and other `*.json` credentials of a folder, and `api_keys.txt`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self) -> Loaded:
        try:
            names = sorted(path.name for path in self._folder.iterdir() if _is_ours(path.name))
        except FileNotFoundError:
            return Loaded()
        except OSError as error:
            reason = f"The folder cannot be read: {_os_reason(error)}."
            return Loaded(unreadable=(Unreadable(FOLDER, self._folder.name, reason),))
        return _merged(self._read(name) for name in names)

    def _read(self, name: str) -> Found:
        # A name that is not UTF-8 must not break a log line.
        source = name.encode(errors="backslashreplace").decode()
        try:
            text = _read_text(self._folder / name)
        except OSError as error:
            reason = f"The file cannot be read: {_os_reason(error)}."
            return [], [Unreadable(FOLDER, source, reason)]
        except UnicodeDecodeError:
            return [], [Unreadable(FOLDER, source, "The file is not UTF-8 text.")]
        if name == KEY_LIST_NAME:
            return parse_key_lines(text, store=FOLDER, source=source)
        return parse_json(text, store=FOLDER, source=source, file_name=name)


def _is_ours(name: str) -> bool:
    return (name.endswith(".json") and not name.startswith(".")) or name == KEY_LIST_NAME


def _read_text(path: Path) -> str:
    # Asked before opening: opening a FIFO would wait for its writer.
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a regular file")
    if status.st_size > MAX_FILE_BYTES:
        raise OSError(0, "it is larger than 10 MB")
    return path.read_bytes().decode("utf-8-sig")


def _os_reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _merged(parts: Iterable[Found]) -> Loaded:
    credentials: dict[str, Credential] = {}
    unreadable: list[Unreadable] = []
    for found, refused in parts:
        for credential in found:
            credentials.setdefault(credential.id, credential)
        unreadable.extend(refused)
    return Loaded(tuple(credentials.values()), tuple(unreadable))
