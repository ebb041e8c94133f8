"""The Host allow-list, the bearer token's four carriers, and CORS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from proxy_core.server.access import Cors, HostCheck, TokenCheck

check_host = HostCheck("https://pollux.example:8443/base", ["Box.local", "my_host"])


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:7860",
        "LOCALHOST",
        "localhost.",
        "localhost.:80",
        "localhost:",
        "host.docker.internal:7860",
        "127.0.0.1:7860",
        "192.168.1.20",
        "[::1]",
        "[::1]:7860",
        "[2001:db8::1]:80",
        "pollux.example",
        "pollux.example:1",
        "box.LOCAL",
        "my_host",
    ],
)
def test_our_own_names_are_let_in(host: str) -> None:
    assert check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        ":80",
        ".",
        "evil.example",
        "localhost.evil.example",
        "evil.example:7860",
        "evil.localhost",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost/evil.example",
        "localhost?evil.example",
        "localhost#evil.example",
        "localhost\\evil.example",
        "localhost evil.example",
        "localhost:abc",
        "localhost:80:80",
        "localhost:123456",
        "127.1",
        "0x7f.0.0.1",
        "2130706433",
        "127.0.0.1.evil.example",
        "::1",
        "[::1",
        "[::1].evil.example",
        "[localhost]",
        "[evil.example]",
        "\udcff",
        "lοcalhost",  # noqa: RUF001 - the first o is Greek
        "localhost\n",
    ],
)
def test_every_other_name_is_kept_out(host: str | None) -> None:
    assert not check_host(host)


@given(st.text())
def test_no_host_header_breaks_the_check(host: str) -> None:
    assert check_host(host) is check_host(host)


check_token = TokenCheck("right token&+%")


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer right token&+%"}, ""),
        ({"authorization": "bearer   right token&+% "}, ""),
        ({"x-api-key": "right token&+%"}, ""),
        ({"x-goog-api-key": "right token&+%"}, ""),
        ({}, "key=right%20token%26%2B%25"),
        ({}, "alt=sse&key=right+token%26%2B%25"),
        ({"Authorization": "Bearer wrong", "x-api-key": "right token&+%"}, ""),
    ],
)
def test_each_of_the_four_carriers_lets_in(headers: dict[str, str], query: str) -> None:
    assert check_token(CIMultiDict(headers), query)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({"Authorization": "right token&+%"}, ""),
        ({"Authorization": "Basic right token&+%"}, ""),
        ({"Authorization": "Bearer "}, ""),
        ({"Authorization": "Bearer Right token&+%"}, ""),
        ({"x-api-key": ""}, ""),
        ({"x-goog-api-key": "right token&+%x"}, ""),
        ({"Cookie": "key=right token&+%"}, ""),
        ({"x-api-key": "\udcff\udcfe"}, ""),
        ({"x-api-key": "é€𝄞"}, ""),
        ({}, "key="),
        ({}, "monkey=right%20token%26%2B%25"),
        ({}, "access_token=right%20token%26%2B%25"),
        ({}, "key=%FF%ED%A0%80"),
    ],
)
def test_nothing_else_does(headers: dict[str, str], query: str) -> None:
    assert not check_token(CIMultiDict(headers), query)


@given(st.text(), st.text())
def test_no_token_breaks_the_check(header: str, query: str) -> None:
    assert not check_token({"x-api-key": header + "x"}, "key=" + query + "x")


@given(st.text(st.characters(exclude_categories=("Z", "C")), min_size=1))
def test_a_token_of_any_letters_is_taken(token: str) -> None:
    assert TokenCheck(token)({"x-api-key": token}, "")


def test_bytes_that_are_no_text_can_be_a_token() -> None:
    token = b"\xff\xfe".decode("utf-8", "surrogateescape")
    assert TokenCheck(token)({"x-api-key": token}, "")


def test_only_a_page_that_is_listed_may_read() -> None:
    cors = Cors(["https://app.example"])
    allowed = cors.headers("https://app.example")
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example"
    assert allowed["Vary"] == "Origin"
    for header in ("x-request-id", "x-goog-upload-url", "x-goog-upload-size-received"):
        assert header in allowed["Access-Control-Expose-Headers"]
    for origin in (None, "null", "http://app.example", "https://app.example.evil.example"):
        assert cors.headers(origin) == {}


def test_a_star_lets_every_page_read() -> None:
    assert Cors(["*"]).headers("https://any.example")["Access-Control-Allow-Origin"] == "*"


def test_a_preflight_is_told_methods_and_headers() -> None:
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Headers": "authorization, x-thing",
        "Access-Control-Request-Private-Network": "true",
    }
    told = Cors(["https://app.example"]).preflight(asked)
    assert told["Access-Control-Allow-Headers"] == "authorization, x-thing"
    assert "POST" in told["Access-Control-Allow-Methods"]
    assert told["Access-Control-Allow-Private-Network"] == "true"
    assert Cors([]).preflight(asked) == {}


def test_a_preflight_never_echoes_what_is_no_header_name() -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Headers": "\udcff"}
    assert Cors(["*"]).preflight(asked)["Access-Control-Allow-Headers"] == "*"


@pytest.mark.parametrize(
    ("allowed", "origin", "may"),
    [
        ([], None, True),
        ([], "https://evil.example", False),
        ([], "null", False),
        ([], "http://localhost:7860", True),
        ([], "http://localhost:7861", False),
        ([], "https://localhost:7860.evil.example", False),
        (["https://app.example"], "https://app.example", True),
        (["https://app.example"], "https://app.example:8443", False),
        (["*"], "https://any.example", True),
    ],
)
def test_a_websocket_is_for_programs_our_own_pages_and_pages_that_are_allowed(
    allowed: list[str], origin: str | None, may: bool
) -> None:
    headers = {"Host": "localhost:7860"} | ({} if origin is None else {"Origin": origin})
    assert Cors(allowed).may_connect(headers) is may
