"""The vault's file as bytes: a header in clear, and AES-256-GCM over what it holds.

    magic 8 · format version 1 · vault id 8 · key id 8 · nonce 12 · ciphertext with its tag

All before the nonce is authenticated with the content. The key id is derived one way from the
key, so that a wrong key is told apart from a damaged file. Pure: no file and no keyring.
"""

import hmac
import os
import struct
from dataclasses import dataclass

KEY_BYTES = 32
VERSION = 1
_MAGIC = b"PolluxV\n"
_HEADER = struct.Struct(">8sB8s8s")
_NONCE_BYTES = 12


class Damaged(Exception):
    """These bytes are no vault, or are not what was written."""


class Newer(Exception):
    """A later version of Pollux wrote this."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A vault's file, not opened."""

    vault_id: str
    "16 hex digits, for the life of the vault; names its key."
    key_id: bytes
    header: bytes
    nonce: bytes
    ciphertext: bytes

    def unseal(self, key: bytes) -> bytes:
        """The content. Raises Damaged; `key` must be the one that `key_id` names."""
        # Slow to import, and needed only where there is a vault.
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            return AESGCM(key).decrypt(self.nonce, self.ciphertext, self.header)
        except InvalidTag:
            raise Damaged from None


def read(data: bytes) -> Sealed:
    """Raises Damaged, Newer."""
    if len(data) < _HEADER.size + _NONCE_BYTES:
        raise Damaged
    header, rest = data[: _HEADER.size], data[_HEADER.size :]
    magic, version, vault_id, key_id = _HEADER.unpack(header)
    if magic != _MAGIC or version < VERSION:
        raise Damaged
    if version > VERSION:
        raise Newer
    return Sealed(vault_id.hex(), key_id, header, rest[:_NONCE_BYTES], rest[_NONCE_BYTES:])


def seal(content: bytes, vault_id: str, key: bytes) -> bytes:
    """The bytes of the file; different ones each time."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    header = _HEADER.pack(_MAGIC, VERSION, bytes.fromhex(vault_id), key_id_of(key))
    nonce = os.urandom(_NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, content, header)


def key_id_of(key: bytes) -> bytes:
    """Names a key without telling anything of it."""
    return hmac.digest(key, b"Pollux: id of a vault's key", "sha256")[:8]


def new_vault_id() -> str:
    return os.urandom(8).hex()
