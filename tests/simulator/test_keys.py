"""RSA keys of pretend service accounts."""

import pytest

from proxy_core.simulator.keys import read_assertion, service_account_file, signed_by


def test_a_file_has_the_shape_of_googles() -> None:
    file, public_key = service_account_file("a@example.com", "p", "https://example.com/token")
    assert (file["type"], file["project_id"]) == ("service_account", "p")
    assert file["private_key"].startswith("-----BEGIN PRIVATE " + "KEY-----")
    assert public_key.startswith(b"-----BEGIN PUBLIC KEY-----")
    assert not signed_by("a.b.c", public_key)


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.e30.", "....", "é.é.é"])
def test_what_is_no_token_reads_as_none_or_as_empty(text: str) -> None:
    assert read_assertion(text) in (None, ({}, {}))
