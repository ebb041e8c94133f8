import base64

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr

from proxy_core.credentials.assertions import UnusablePrivateKey, sign_assertion
from proxy_core.credentials.model import ServiceAccountSecret
from tests.credentials.made_up import PLANTED, service_account_secret


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_an_assertion_is_signed_and_says_what_google_asks_for() -> None:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assertion = sign_assertion(service_account_secret(private_key), 1_800_000_000.9)
    header, claims, signature = assertion.split(".")
    assert orjson.loads(decoded(header)) == {"alg": "RS256", "typ": "JWT", "kid": "kid1"}
    assert orjson.loads(decoded(claims)) == {
        "iss": "robot@p.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/cloud-platform "
        "https://www.googleapis.com/auth/generative-language.retriever",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": 1_800_000_000,
        "exp": 1_800_003_600,
    }
    private_key.public_key().verify(
        decoded(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), SHA256()
    )


def unusable_keys() -> list[str]:
    curve = ec.generate_private_key(ec.SECP256R1())
    elliptic = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    broken = f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----\n"
    return [elliptic, broken, "", "ключ"]


@pytest.mark.parametrize("key", unusable_keys(), ids=["elliptic", "broken", "empty", "not ASCII"])
def test_a_key_that_cannot_sign_is_named_without_showing_it(key: str) -> None:
    secret = ServiceAccountSecret("robot@p", SecretStr(key), None, "https://example.invalid")
    with pytest.raises(UnusablePrivateKey) as raised:
        sign_assertion(secret, 0.0)
    assert PLANTED not in repr(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
