"""RSA keys of pretend service accounts: making a credentials file, checking a signed assertion.

Not here: what a valid assertion is worth (`oauth_api.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from proxy_core.simulator.refusals import JsonObject


def service_account_file(email: str, project: str, token_uri: str) -> tuple[JsonObject, bytes]:
    """A credentials file with a fresh key, and the public key (PEM) that verifies it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    file: JsonObject = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": hashlib.sha1(public_pem, usedforsecurity=False).hexdigest(),
        "private_key": private_pem.decode(),
        "client_email": email,
        "client_id": "120000000000000000001",
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }
    return file, public_pem


def read_assertion(assertion: str) -> tuple[JsonObject, JsonObject] | None:
    """Header and claims of a JWT, unverified; None when it is none."""
    try:
        header, claims, _signature = (_decoded(part) for part in assertion.split("."))
        return orjson.loads(header), orjson.loads(claims)
    except (ValueError, binascii.Error):
        return None


def signed_by(assertion: str, public_key_pem: bytes) -> bool:
    """Whether the RS256 signature of the JWT holds."""
    signed, _dot, signature = assertion.rpartition(".")
    key = serialization.load_pem_public_key(public_key_pem)
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
