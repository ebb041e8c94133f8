"""Where the vault's key is kept: the keyring of the computer, or POLLUX_VAULT_KEY.

The system's keyring may ask its owner and block for as long as the question stands, so every
call belongs into a thread that may hang. Not here: what the key opens (`vault`).

Only keyrings known to be encrypted and the system's own are used. `keyring`'s own choice is not
asked: it prefers whatever third-party back-end is installed, plain-text ones among them.
"""

import base64
import binascii
import contextlib
import importlib
import secrets
from collections.abc import Iterator
from typing import Literal, Protocol

from pydantic import SecretStr

KEY_BYTES = 32
MOST_CHARACTERS = 1_280
"Windows takes no longer entry (2,560 bytes of UTF-16); keyring does not split."
USER = "vault key"

_NO_KEYRING = "This computer has no keyring that Pollux can keep the vault's key in."
_OTHER_PLACE = (
    "For an encrypted vault, install a keyring such as gnome-keyring or KWallet, or set "
    "POLLUX_VAULT_KEY as the README tells, then start Pollux again. If plain files will do, set "
    "PERSISTENT_STORAGE_PATH to the folder that they are in."
)
_MISSING = frozenset({"NoKeyringError", "SecretServiceNotAvailableException"})
_REFUSED = frozenset({"KeyringLocked", "InitError", "LockedException", "PromptDismissedException"})
"""Errors of keyring and secretstorage by name, since neither is imported before it is used."""

_SYSTEMS_OWN = (
    ("proxy_core.credentials.secret_service", "SecretService"),
    ("keyring.backends.libsecret", "Keyring"),
    ("keyring.backends.kwallet", "DBusKeyring"),
    ("keyring.backends.Windows", "WinVaultKeyring"),
    ("keyring.backends.macOS", "Keyring"),
)
"Module and class of every back-end that is used; of those that work here, the best one is."


class KeychainUnavailable(Exception):
    """The key cannot be had; both texts are for people."""

    def __init__(
        self, sentence: str, next_step: str, reason: Literal["missing", "refused", "failed"]
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.reason = reason
        "`missing`: there is no keyring; `refused`: it is locked and stayed so."


class Keychain(Protocol):
    """Holds one key for each vault."""

    place: str
    "For sentences: where the key is."

    def look(self) -> None:
        """Looks whether there is a place for a key, and asks nobody. Raises KeychainUnavailable."""

    def fetch(self, vault_id: str) -> bytes | None:
        """The vault's key; None: it holds none. Raises KeychainUnavailable."""

    def create(self, vault_id: str) -> bytes:
        """Keeps a new random key for a new vault, reads it back and returns it.

        Raises KeychainUnavailable.
        """


class EnvironmentKeychain:
    """The one key that the owner gave in POLLUX_VAULT_KEY."""

    place = "POLLUX_VAULT_KEY"

    def __init__(self, key: SecretStr) -> None:
        """key: base64 of 32 bytes."""
        self._key = base64.b64decode(key.get_secret_value(), validate=True)

    def look(self) -> None:
        pass

    def fetch(self, vault_id: str) -> bytes:  # noqa: ARG002 - one key for every vault
        return self._key

    def create(self, vault_id: str) -> bytes:
        return self.fetch(vault_id)


class Backend(Protocol):
    """What is used of a back-end of `keyring`."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...


class SystemKeychain:
    """The keyring of the computer: one entry for each vault, so that folders share none."""

    place = "the keyring of this computer"

    def __init__(self, backend: Backend | None = None) -> None:
        """backend: in place of the best one that works here, which is looked for at first use."""
        self._backend = backend

    def look(self) -> None:
        with _in_words():
            self._opened()

    def fetch(self, vault_id: str) -> bytes | None:
        with _in_words():
            kept = self._opened().get_password(_service(vault_id), USER)
        return None if kept is None else _decoded(kept)

    def create(self, vault_id: str) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        text = base64.b64encode(key).decode()
        assert len(text) < MOST_CHARACTERS
        with _in_words():
            self._opened().set_password(_service(vault_id), USER, text)
        if self.fetch(vault_id) != key:
            raise KeychainUnavailable(
                "The keyring took the vault's key, but did not give it back.",
                _OTHER_PLACE,
                "failed",
            )
        return key

    def _opened(self) -> Backend:
        if self._backend is None:
            self._backend = _best_backend()
        return self._backend


def _best_backend() -> Backend:
    """Imports `keyring`, in the caller's thread, and asks which back-ends work here."""
    found: list[tuple[float, type[Backend]]] = []
    for module, name in _SYSTEMS_OWN:
        try:
            candidate = getattr(importlib.import_module(module), name)
            found.append((candidate.priority, candidate))
        except Exception:  # noqa: BLE001, S112 - it does not work here, however it says so
            continue
    if not found:
        raise KeychainUnavailable(_NO_KEYRING, _OTHER_PLACE, "missing")
    backend = max(found, key=lambda one: one[0])[1]()
    if hasattr(backend, "persist"):
        # Windows: the entry must not travel to the owner's other computers.
        backend.persist = "local machine"
    return backend


def _service(vault_id: str) -> str:
    # A name for each vault: under a shared one, Windows' back-end moves the older entry with
    # every write.
    return f"Pollux {vault_id}"


def _decoded(kept: str) -> bytes:
    try:
        key = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeychainUnavailable(
            "The entry of Pollux in this computer's keyring is not a key of a vault.",
            "Restore the entry from a backup, or remove the vault and sign in again.",
            "failed",
        )
    return key


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Turns what a back-end raises into words; its own are left out: who knows what they hold."""
    try:
        yield
    except KeychainUnavailable:
        raise
    except Exception as error:
        # Back-ends let errors of their D-Bus and system libraries through, so any may come.
        name = type(error).__name__
        if name in _MISSING:
            raise KeychainUnavailable(_NO_KEYRING, _OTHER_PLACE, "missing") from error
        if name in _REFUSED:
            raise KeychainUnavailable(
                "The keyring of this computer is locked, and was not unlocked for Pollux.",
                "Unlock it, then try again.",
                "refused",
            ) from error
        raise KeychainUnavailable(
            f"The keyring of this computer does not work ({name}).", _OTHER_PLACE, "failed"
        ) from error
