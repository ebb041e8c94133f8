"""The bytes of the vault's file."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.credentials import sealed

KEY = bytes(range(32))
FILE = sealed.seal(b'{"credentials":{}}', "0123456789abcdef", KEY)


@given(st.binary(max_size=300))
def test_what_was_sealed_is_unsealed(content: bytes) -> None:
    data = sealed.seal(content, "00ff00ff00ff00ff", KEY)
    file = sealed.read(data)
    assert file.vault_id == "00ff00ff00ff00ff"
    assert file.key_id == sealed.key_id_of(KEY)
    assert file.unseal(KEY) == content


def test_no_two_files_are_the_same_and_none_shows_its_content() -> None:
    one, other = (sealed.seal(b"planted", "0" * 16, KEY) for _ in range(2))
    assert one != other
    assert b"planted" not in one


@given(st.integers(0, len(FILE) * 8 - 1))
def test_any_changed_bit_is_found_out(bit: int) -> None:
    data = bytearray(FILE)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((sealed.Damaged, sealed.Newer)):
        sealed.read(bytes(data)).unseal(KEY)


@given(st.integers(0, len(FILE) - 1))
def test_any_cut_is_found_out(length: int) -> None:
    with pytest.raises(sealed.Damaged):
        sealed.read(FILE[:length]).unseal(KEY)


@given(st.binary(max_size=100))
def test_any_bytes_are_survived(data: bytes) -> None:
    with pytest.raises((sealed.Damaged, sealed.Newer)):
        sealed.read(data).unseal(KEY)


def test_another_key_has_another_id() -> None:
    assert sealed.key_id_of(KEY) != sealed.key_id_of(os.urandom(32))


def test_a_later_format_is_not_called_damaged() -> None:
    with pytest.raises(sealed.Newer):
        sealed.read(FILE[:8] + b"\x02" + FILE[9:])


def test_vaults_have_ids_of_their_own() -> None:
    assert sealed.new_vault_id() != sealed.new_vault_id()
    assert len(sealed.new_vault_id()) == 16
