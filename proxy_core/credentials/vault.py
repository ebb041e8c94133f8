"""The vault: credentials and the OAuth client in one encrypted file, its key in a keychain.

Nothing is ever lost: without its key the file stays as it is and takes nothing new, until its
owner removes it, which only renames it; a damaged one is renamed, and a new one begins. The
keychain is not asked where there is no vault and nothing to save. What was read once goes into
the new one that takes the place of a vault that is damaged or deleted meanwhile. All methods
block, some for as long as a keyring asks its owner. Not here: the form of the file (`sealed`).
"""

import contextlib
import copy
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import orjson

from proxy_core.credentials import sealed
from proxy_core.credentials.files import Origin, parse_entry
from proxy_core.credentials.keychain import Keychain, KeychainUnavailable
from proxy_core.credentials.model import Credential, Unreadable
from proxy_core.credentials.oauth_client import OAuthClient, client_as_json, client_from_json
from proxy_core.credentials.stores import Loaded, StoreFailed
from proxy_core.credentials.written import as_json
from proxy_core.disk import locked, read_whole, reason_of, set_aside, sweep, write_atomically

log = logging.getLogger(__name__)

VAULT: Final = "vault"
VAULT_FILE = "vault"
_ENTRY = "vault entry "
MOST_BYTES = 100 * 1024 * 1024
_SIGN_IN_AGAIN = "Sign in again, or restore a backup."
_READ_BEFORE = (
    "What it held before is still in use, and goes into a new vault with the next change."
)

_ITS_OWN_KEY = (
    "Bring back the keyring, or the POLLUX_VAULT_KEY, that the vault was made with; or remove this "
    "entry (the file is kept under another name) and sign in again."
)
_CREDENTIALS, _CLIENT, _SET_ASIDE = "credentials", "client", "set_aside"
Content: TypeAlias = dict[str, Any]
"""`credentials`: stored JSON by id; `client`; `set_aside`: entries that the owner removed though
nothing could be made of them. Whatever else a version of Pollux may put there is kept."""


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """Whether the vault can be used."""

    state: Literal["none", "open", "closed"]
    "`none`: there is none yet, and the keychain was not asked."
    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A vault that was read."""

    vault_id: str
    key: bytes
    content: Content


class Vault:
    """A store of credentials; several threads and processes may work with one file."""

    name = VAULT

    def __init__(self, path: Path, keychain: Keychain) -> None:
        self._path = path
        self._keychain = keychain
        self._key: bytes | None = None
        "The last one that fitted the file."
        self._last: _Opened | None = None
        "As it was last read or written, or made and not written yet."
        self._problem: StoreFailed | None = None
        "Why the vault could not be read when it was last tried."
        self._aside: Unreadable | None = None
        "Tells of a damaged vault that was set aside, until its owner has it removed."

    # -- reading ---------------------------------------------------------------------------

    def open(self) -> VaultStatus:
        """Tries whether the vault can be read."""
        try:
            opened = self._open()
        except StoreFailed as failure:
            return VaultStatus("closed", failure.sentence, failure.next_step)
        if opened is None:
            return VaultStatus("none", "There is no vault yet.")
        return VaultStatus("open", f"The vault opens with its key in {self._keychain.place}.")

    def look(self) -> StoreFailed | None:
        """Why no vault can begin, as far as that can be told without asking for a key."""
        try:
            with self._failing("made"):
                self._keychain.look()
        except StoreFailed as failure:
            return failure
        return None

    def load(self) -> Loaded:
        credentials: list[Credential] = []
        unreadable: list[Unreadable] = []
        try:
            opened = self._open()
        except StoreFailed as failure:
            bad = self._told(f"{failure.sentence} {failure.next_step}")
            return Loaded(unreadable=(bad,), closed=True)
        for key, entry in opened.content[_CREDENTIALS].items() if opened else ():
            outcome = parse_entry(entry, Origin(VAULT, f"{_ENTRY}{key}"))
            if isinstance(outcome, Credential):
                # What it was saved under counts, whatever has become known of it since.
                credentials.append(replace(outcome, id=key))
            else:
                unreadable.append(outcome)
        if self._aside is not None:
            unreadable.append(self._aside)
        return Loaded(tuple(credentials), tuple(unreadable))

    def load_client(self) -> OAuthClient | None:
        """The imported OAuth client. After a `load` in vain it does not ask the keychain again."""
        if self._problem is not None:
            return None
        try:
            opened = self._open()
        except StoreFailed:
            return None
        return client_from_json(opened.content.get(_CLIENT)) if opened else None

    # -- writing ---------------------------------------------------------------------------

    def save(self, credentials: Sequence[Credential]) -> None:
        """Adds or replaces by id, all or none. Raises StoreFailed."""
        entries = {credential.id: as_json(credential) for credential in credentials}

        def put(content: Content) -> None:
            content[_CREDENTIALS].update(entries)

        if entries:
            self._change(put)

    def delete(self, ids: Collection[str]) -> None:
        """Takes out credentials; what cannot be read is set aside. Raises StoreFailed."""
        rest, whole = set(ids), self._told("").id
        # The keyring is not asked again over what is to be set aside unread.
        loaded = Loaded() if self._problem is not None and whole in rest else self.load()
        if whole in rest:
            rest.discard(whole)
            if self._problem is not None:
                self._set_aside_whole()
            self._aside = None
        if self._problem is not None and rest:
            raise self._problem
        bad = {one.id: one.source.removeprefix(_ENTRY) for one in loaded.unreadable}

        def take_out(content: Content) -> None:
            entries = content[_CREDENTIALS]
            for one in rest:
                if (key := bad.get(one)) in entries:
                    content.setdefault(_SET_ASIDE, []).append(entries.pop(key))
                else:
                    entries.pop(one, None)

        if not rest.isdisjoint({one.id for one in loaded.credentials} | bad.keys()):
            self._change(take_out)

    def save_client(self, client: OAuthClient) -> None:
        """Keeps the owner's OAuth client in place of an earlier one. Raises StoreFailed."""
        fields = client_as_json(client)

        def put(content: Content) -> None:
            content[_CLIENT] = fields

        self._change(put)

    def delete_client(self) -> None:
        """Raises StoreFailed."""

        def take_out(content: Content) -> None:
            content[_CLIENT] = None

        if self._path.exists():
            self._change(take_out)

    def _change(self, change: Callable[[Content], None]) -> None:
        # First without the lock: a keyring may ask its owner, and others need not wait for that.
        self._open()
        with self._failing("written"), locked(self._path):
            sweep(self._path.parent, lambda name: name == self._path.name)
            opened = self._read() or self._new()
            change(opened.content)
            data = orjson.dumps(opened.content)
            write_atomically(self._path, sealed.seal(data, opened.vault_id, opened.key))
            self._last = opened

    def _new(self) -> _Opened:
        """A vault to begin: with the last one's content and key, or the key that a failed attempt
        made, so that no other entry is left in the keyring."""
        last = self._last
        if last is None or self._keychain.fetch(last.vault_id) != last.key:
            vault_id = sealed.new_vault_id()
            content = {_CREDENTIALS: {}, _CLIENT: None} if last is None else last.content
            last = self._last = _Opened(vault_id, self._keychain.create(vault_id), content)
        if last.content[_CREDENTIALS]:
            log.warning("the vault is gone: a new one begins with what was read from it before")
        return replace(last, content=copy.deepcopy(last.content))

    # -- the file --------------------------------------------------------------------------

    def _open(self) -> _Opened | None:
        """What the file holds. Where it is gone or was damaged: what it held when it was last read,
        or None. Raises StoreFailed."""
        self._problem = None
        try:
            with self._failing("read"):
                try:
                    opened = self._read()
                except sealed.Damaged:
                    opened = self._read_or_set_aside()
        except StoreFailed as failure:
            self._problem = failure
            raise
        self._last = opened or self._last
        return self._last

    def _read_or_set_aside(self) -> _Opened | None:
        # Again, since another program may have replaced or renamed the file meanwhile.
        with locked(self._path):
            try:
                return self._read()
            except sealed.Damaged:
                kept_as = set_aside(self._path)
        self._aside = self._told(
            f"The vault was damaged and is now {kept_as}. "
            + (_SIGN_IN_AGAIN if self._last is None else _READ_BEFORE)
        )
        return None

    def _read(self) -> _Opened | None:
        """Raises OSError, KeychainUnavailable, Damaged, Newer, StoreFailed (not its key)."""
        try:
            data = read_whole(self._path, MOST_BYTES)
        except FileNotFoundError:
            return None
        file = sealed.read(data)
        key = self._key_of(file)
        return _Opened(file.vault_id, key, _content(file.unseal(key)))

    def _key_of(self, file: sealed.Sealed) -> bytes:
        key = self._key
        if key is None or sealed.key_id_of(key) != file.key_id:
            key = self._keychain.fetch(file.vault_id)
        if key is None:
            raise StoreFailed(
                f"The key of the vault is not in {self._keychain.place} any more.",
                "Restore the entry there, set POLLUX_VAULT_KEY if that was the key, or remove this "
                "entry (the file is kept under another name) and sign in again.",
            )
        if sealed.key_id_of(key) != file.key_id:
            raise StoreFailed(
                f"The key in {self._keychain.place} is not the one of this vault.",
                "Use the key that the vault was made with, or remove this entry (the file is kept "
                "under another name) and sign in again.",
            )
        self._key = key
        return key

    def _set_aside_whole(self) -> None:
        with self._failing("renamed"), locked(self._path):
            if self._path.exists():
                set_aside(self._path)
        self._problem = self._last = None

    @contextlib.contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except KeychainUnavailable as error:
            next_step = error.next_step
            if error.reason == "missing" and self._path.exists():
                next_step = _ITS_OWN_KEY  # a new one would not open it
            raise StoreFailed(error.sentence, next_step) from error
        except OSError as error:
            raise StoreFailed(
                f"The vault cannot be {what}: {reason_of(error)}.",
                "Mend the data folder's permissions or free some space, then try again.",
            ) from error
        except sealed.Newer as error:
            raise StoreFailed(
                "The vault was written by a newer version of Pollux.", "Update Pollux."
            ) from error
        except sealed.Damaged as error:
            raise StoreFailed("The vault has just been damaged.", "Try again.") from error

    def _told(self, reason: str) -> Unreadable:
        return Unreadable(VAULT, self._path.name, reason.strip())


def _content(data: bytes) -> Content:
    """Raises Damaged."""
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise sealed.Damaged from None
    if not isinstance(content, dict) or not isinstance(content.get(_CREDENTIALS), dict):
        raise sealed.Damaged
    return content
