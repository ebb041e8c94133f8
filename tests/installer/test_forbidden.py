"""What no installer may hold."""

import pytest

from resources.installer.forbidden import findings, paths, secrets_of

A_KEY = b"AI" + b"za" + b"x" * 35
A_SECRET = b"GOC" + b"SPX-" + b"x" * 28
A_PRIVATE_KEY = b"-----BEGIN " + b"PRIVATE KEY-----\n" + b"M" * 64


@pytest.mark.parametrize("content", [A_KEY, b'"' + A_SECRET + b'"', A_PRIVATE_KEY])
def test_a_secret_is_found_and_not_shown(content: bytes) -> None:
    (found,) = findings("file", b"before " + content + b" after", [], {})
    assert found.startswith("file holds ")
    assert "xxxx" not in found


def test_words_around_secrets_are_none() -> None:
    assert not findings("pem", b"-----BEGIN PRIVATE KEY-----\0-----END PRIVATE KEY-----", [], {})
    assert not findings("help", b"keys begin with AIza, secrets with " + A_SECRET[:7], [], {})


def test_a_path_is_found_in_both_codings() -> None:
    wanted = ["/src/pollux"]
    assert findings("a", b"x/src/pollux/y", wanted, {}) == ["a names the path /src/pollux"]
    assert findings("b", "C:/src/pollux".encode("utf-16-le"), wanted, {})
    assert findings("c", rb"C:\\src\\pollux", ["C:\\src\\pollux"], {})
    assert not findings("d", b"/src/other", wanted, {})


def test_a_home_that_builders_of_wheels_share_names_no_machine() -> None:
    assert paths(["/src/pollux", "/usr"], "/root") == ["/src/pollux"]
    assert paths(["/src/pollux"], "/home/ada") == ["/home/ada", "/src/pollux"]


def test_what_the_environment_holds_secret_is_looked_for() -> None:
    environ = {"GH_TOKEN": "0123456789abcdef", "ADMIN_PASSWORD": "short", "PATH": "/usr/local/bin"}
    secrets = secrets_of({**environ, "CLOUD_SECRET_ACCESS_KEY": "fedcba9876543210"})
    assert secrets.pop("CLOUD_SECRET_ACCESS_KEY") == "fedcba9876543210"
    assert secrets == {"GH_TOKEN": "0123456789abcdef"}
    assert findings("f", b"=0123456789abcdef;", [], secrets) == ["f holds what GH_TOKEN holds"]
