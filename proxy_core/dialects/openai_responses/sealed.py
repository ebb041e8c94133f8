"""`reasoning.encrypted_content`: thought signatures on their way through a client and back.

Base64url of a MAC and JSON, `{"v": 1, "sigs": {tool-call id or "text": signature}}`. Unknown
fields are ignored. Nothing is encrypted: a signature is Google's own opaque blob, and harmless.

The MAC tells our content from that of the real OpenAI, which clients bring along when they
change their provider. Its key is fixed and public, because nothing is to be protected: a client
may send any signature anyhow, as every native one does, and Google judges it. A secret key, such
as the bearer token, lost: its rotation would void every conversation that clients hold, as would
another replica's token.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

import orjson

TEXT = "text"
"Stands for the text before it; ids of calls begin with `call_`."

_VERSION = 1
_KEY = b"pollux: thought signatures in reasoning items"
_MAC_BYTES = 8
"Enough against accidents, which are all that is to be recognised."


def seal(signatures: Mapping[str, str]) -> str:
    """signatures: by tool-call id, or TEXT."""
    told = orjson.dumps({"v": _VERSION, "sigs": signatures})
    return base64.urlsafe_b64encode(_mac(told) + told).decode().rstrip("=")


def unseal(content: str) -> dict[str, str]:
    """The signatures in an `encrypted_content`; none where it is not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))
    except (binascii.Error, ValueError):
        return {}
    mac, told = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(told)):
        return {}
    return _signatures(told)


def _signatures(told: bytes) -> dict[str, str]:
    """Anybody can make the MAC, so what it covers is read with care."""
    try:
        opened = orjson.loads(told)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(opened, dict) or opened.get("v") != _VERSION:
        return {}
    signatures = opened.get("sigs")
    if not isinstance(signatures, dict):
        return {}
    return {key: value for key, value in signatures.items() if isinstance(value, str)}


def _mac(told: bytes) -> bytes:
    return hmac.digest(_KEY, told, hashlib.sha256)[:_MAC_BYTES]
