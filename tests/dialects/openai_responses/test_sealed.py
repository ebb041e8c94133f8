import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.openai_responses.sealed import TEXT, _mac, seal, unseal

IDS = st.text(max_size=30)
SIGNATURES = st.dictionaries(IDS, st.text(max_size=40), max_size=4)


@given(SIGNATURES)
def test_what_was_sealed_comes_back(signatures: dict[str, str]) -> None:
    sealed = seal(signatures)
    assert unseal(sealed) == signatures
    assert sealed.isascii()
    assert not set(sealed) & set("+/=")


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_what_is_not_ours_holds_nothing(content: str) -> None:
    assert unseal(content) == {}


@given(SIGNATURES, st.data())
def test_what_was_changed_on_the_way_holds_nothing(
    signatures: dict[str, str], data: st.DataObject
) -> None:
    raw = bytearray(base64.urlsafe_b64decode(seal(signatures) + "=="))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert unseal(base64.urlsafe_b64encode(raw).decode()) == {}


@pytest.mark.parametrize(
    "told",
    [
        *(b"{", b"7", b"{}", b'{"v":2,"sigs":{"a":"b"}}', b'{"v":1}', b'{"v":1,"sigs":[]}'),
        b'{"v":1,"sigs":{"a":7}}',
    ],
)
def test_what_somebody_else_made_in_our_form_does_no_harm(told: bytes) -> None:
    assert unseal(base64.urlsafe_b64encode(_mac(told) + told).decode()) == {}


def test_the_form_stays_as_clients_hold_it() -> None:
    assert seal({TEXT: "QUJD"}) == "Op7Fd2x55xV7InYiOjEsInNpZ3MiOnsidGV4dCI6IlFVSkQifX0"
