"""The signed statement with which a service account asks for an access token.

Source: https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth
"""

import base64
from typing import Any

import orjson

from proxy_core.credentials.model import ServiceAccountSecret

SCOPES = (
    "https://www.googleapis.com/auth/cloud-platform "
    "https://www.googleapis.com/auth/generative-language.retriever"
)
_LIFETIME_S = 3600


class UnusablePrivateKey(Exception):
    """The private key of a service account is broken, encrypted or not RSA."""


def sign_assertion(secret: ServiceAccountSecret, now: float) -> str:
    """A JWT (RS256), valid for one hour. Takes milliseconds: not for the loop's thread."""
    issued_at = int(now)
    header: dict[str, Any] = {"alg": "RS256", "typ": "JWT"}
    if secret.private_key_id:
        header["kid"] = secret.private_key_id
    claims = {
        "iss": secret.client_email,
        "scope": SCOPES,
        "aud": secret.token_uri,
        "iat": issued_at,
        "exp": issued_at + _LIFETIME_S,
    }
    signed = f"{_base64url(orjson.dumps(header))}.{_base64url(orjson.dumps(claims))}"
    signature = _rs256(secret.private_key.get_secret_value(), signed.encode())
    return f"{signed}.{_base64url(signature)}"


def _rs256(private_key: str, data: bytes) -> bytes:
    # cryptography loads slowly, and most pools hold no service account.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnusablePrivateKey from None
    if not isinstance(key, RSAPrivateKey):
        raise UnusablePrivateKey
    return key.sign(data, PKCS1v15(), SHA256())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
