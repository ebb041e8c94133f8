"""Exports, encrypted and plain."""

import base64
import json
import time
from typing import Any

import pytest

from proxy_core.credentials.files import parse_credentials
from proxy_core.credentials.transfer import PassphraseNeeded, WrongPassphrase, pack, unpack
from tests.credentials.made_up import PLANTED
from tests.credentials.store_conformance import ALL, essence

PASSPHRASE = "correct horse ä"
EXPORT = pack(ALL, PASSPHRASE)


def read_back(plain: bytes) -> object:
    found, unreadable = parse_credentials(plain.decode(), store="", source="")
    assert unreadable == []
    return [essence(one) for one in found]


def test_a_plain_export_is_an_array_that_any_import_reads() -> None:
    plain = pack(ALL, None)
    assert read_back(plain) == [essence(one) for one in ALL]
    assert unpack(plain, None) is None
    assert unpack(plain, "not asked for") is None


def test_an_encrypted_export_opens_with_its_passphrase() -> None:
    opened = unpack(EXPORT, PASSPHRASE)
    assert opened is not None
    assert read_back(opened) == [essence(one) for one in ALL]
    assert PLANTED.encode() not in EXPORT
    assert unpack(b"\xef\xbb\xbf" + EXPORT, PASSPHRASE) == opened


def test_an_accent_may_be_typed_in_either_way() -> None:
    assert unpack(EXPORT, "correct horse a\u0308") is not None


@pytest.mark.parametrize("passphrase", [None, ""])
def test_without_a_passphrase_it_is_asked_for(passphrase: str | None) -> None:
    with pytest.raises(PassphraseNeeded):
        unpack(EXPORT, passphrase)


def test_a_wrong_passphrase_is_said_to_be_wrong() -> None:
    with pytest.raises(WrongPassphrase, match="passphrase is wrong"):
        unpack(EXPORT, "correct horse")


def changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(EXPORT) | changes).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"n": 2**30},
        {"n": 2**16 - 1},
        {"n": 2**15},
        {"n": "65536"},
        {"r": 2**20},
        {"p": 10**9},
        {"p": 0},
        {"kdf": "none"},
        {"pollux_export": 2},
        {"salt": "AAAA"},
        {"nonce": base64.b64encode(bytes(13)).decode()},
        {"nonce": "not base64!"},
        {"ciphertext": ""},
        {"ciphertext": base64.b64encode(bytes(64)).decode()},
        {"ciphertext": 17},
    ],
)
def test_a_made_up_file_is_refused_quickly(changes: dict[str, Any]) -> None:
    began = time.perf_counter()
    with pytest.raises(WrongPassphrase):
        unpack(changed(**changes), PASSPHRASE)
    # An accepted cost of 2**30 would take minutes and a terabyte.
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("content", [b"", b"AIza-some-key", b"[]", b"{}", b"17", b"\xff\xfe"])
def test_what_is_no_export_is_left_to_others(content: bytes) -> None:
    assert unpack(content, PASSPHRASE) is None


def test_no_two_exports_are_the_same() -> None:
    other = pack(ALL, PASSPHRASE)
    assert all(json.loads(EXPORT)[name] != json.loads(other)[name] for name in ("salt", "nonce"))
