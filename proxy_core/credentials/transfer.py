"""Exports: every credential in one file, encrypted with a passphrase or plain.

    {"pollux_export": 1, "kdf": "scrypt", "n", "r", "p", "salt", "nonce", "ciphertext"}

with binary values in base64, AES-256-GCM, and the format's name as authenticated data. What is
encrypted is what a plain export is: a JSON array of stored JSON. Both functions take a good part
of a second, and 64 MB for that time: not for a loop's thread.
"""

import base64
import json
import os
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Literal

import orjson
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from proxy_core.credentials.model import Credential
from proxy_core.credentials.written import as_json

_FORMAT = b"pollux_export 1"
_COST = 2**16
_BLOCK = 8
"""64 MiB for one guess. Source: https://cheatsheetseries.owasp.org, Password Storage, scrypt."""


class PassphraseNeeded(Exception):
    """The export is encrypted, and no passphrase was given."""


class WrongPassphrase(Exception):
    """The passphrase does not open the export, or the file is damaged; says so to people."""

    def __init__(self) -> None:
        super().__init__("The passphrase is wrong, or the file is damaged.")


class _Envelope(BaseModel):
    """The bounds keep a made-up file from taking all memory."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    pollux_export: Literal[1]
    kdf: Literal["scrypt"]
    n: Annotated[int, Field(ge=2**14, le=2**18)]
    r: Annotated[int, Field(ge=1, le=8)]
    p: Annotated[int, Field(ge=1, le=4)]
    salt: Annotated[Base64Bytes, Field(min_length=16, max_length=64)]
    nonce: Annotated[Base64Bytes, Field(min_length=12, max_length=12)]
    ciphertext: Base64Bytes


def pack(credentials: Iterable[Credential], passphrase: str | None) -> bytes:
    """The export's bytes; without a passphrase plain JSON, secrets and all."""
    stored = [as_json(credential) for credential in credentials]
    plain = json.dumps(stored, indent=2, ensure_ascii=False).encode() + b"\n"
    if passphrase is None:
        return plain
    # Slow to import, and needed only here.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    salt, nonce = os.urandom(16), os.urandom(12)
    key = _key(passphrase, salt, _COST, _BLOCK, 1)
    envelope = {
        "pollux_export": 1,
        "kdf": "scrypt",
        "n": _COST,
        "r": _BLOCK,
        "p": 1,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "ciphertext": _text(AESGCM(key).encrypt(nonce, plain, _FORMAT)),
    }
    return json.dumps(envelope, indent=2).encode() + b"\n"


def unpack(content: bytes, passphrase: str | None) -> bytes | None:
    """The plain export in an encrypted one; None where `content` is not an encrypted export.

    Raises PassphraseNeeded, WrongPassphrase.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict) or "pollux_export" not in value:
        return None
    if not passphrase:
        raise PassphraseNeeded
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        envelope = _Envelope.model_validate_json(content)
        key = _key(passphrase, envelope.salt, envelope.n, envelope.r, envelope.p)
        return AESGCM(key).decrypt(envelope.nonce, envelope.ciphertext, _FORMAT)
    except (
        ValueError,
        InvalidTag,
    ):  # ValueError: the envelope does not hold, or n is no power of 2
        raise WrongPassphrase from None


def _key(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 - as above

    # Keyboards differ in how they compose an accented letter.
    text = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(text)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
