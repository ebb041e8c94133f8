"""Bodies and queries: strict, and complaints that name a field and quote nothing."""

from typing import Any

import pytest

from proxy_core.server.admin import bodies
from proxy_core.server.admin.answers import Declined

SECRET = "AIza" + "-a-secret-key"


@pytest.mark.parametrize(
    ("kind", "body", "named"),
    [
        (bodies.KeysBody, b"", "The body"),
        (bodies.KeysBody, b'{"text": "AIza-a-secret-key"', "The body"),
        (bodies.KeysBody, b'["AIza-a-secret-key"]', "The body"),
        (bodies.KeysBody, b"{}", "text"),
        (bodies.KeysBody, b'{"text": ["AIza-a-secret-key"]}', "text"),
        (bodies.KeysBody, b'{"text": "", "AIza": 1}', "AIza"),
        (bodies.KeysBody, b'{"text": "", "label": 7}', "label"),
        (bodies.KeysBody, b'{"text": "", "project": ""}', "project"),
        (bodies.KeysBody, b'{"text": "\\ud800"}', "The body"),
        (bodies.KeysBody, b'{"text": "%s"}' % (b"k" * 1_048_577), "text"),
        (bodies.ImportBody, b'{"files": []}', "files"),
        (bodies.ImportBody, b'{"files": [{"name": "a"}]}', "files.0.content"),
        (bodies.ImportBody, b'{"files": [{"name": "a", "content": 1}]}', "files.0.content"),
        (bodies.AccountChange, b'{"enabled": "true"}', "enabled"),
        (bodies.AccountChange, b'{"enabled": 1}', "enabled"),
        (bodies.SignInBody, b'{"via": "carrier pigeon"}', "via"),
        (bodies.ProjectsBody, b'{"projects": "one"}', "projects"),
        (bodies.ProjectsBody, b'{"projects": []}', "projects"),
        (bodies.SettingValues, b'["PORT"]', "The body"),
        (bodies.Nothing, b'{"more": 1}', "more"),
        (bodies.SessionBody, b'{"token": null}', "token"),
    ],
)
def test_what_does_not_fit_is_named_and_not_quoted(kind: Any, body: bytes, named: str) -> None:
    with pytest.raises(Declined) as declined:
        bodies.parse_body(kind, body)
    error = declined.value.view.error
    assert declined.value.status == 400
    assert error.code == "bad_request"
    assert error.message.startswith(f"{named}: ")
    assert "secret" not in error.message


def test_no_body_and_an_empty_object_ask_for_nothing() -> None:
    assert bodies.parse_body(bodies.Nothing, b"") == bodies.Nothing()
    assert bodies.parse_body(bodies.Nothing, b"{}") == bodies.Nothing()


def test_files_come_as_text_or_base64() -> None:
    body = (
        b'{"files": [{"name": "a.txt", "content": "\xc3\xa9"},'
        b' {"name": "b.json", "content": "/+8=", "encoding": "base64"}]}'
    )
    files = bodies.parse_body(bodies.ImportBody, body).opened()
    assert [(file.name, file.content) for file in files] == [
        ("a.txt", "é".encode()),
        ("b.json", b"\xff\xef"),
    ]


def test_broken_base64_is_named() -> None:
    body = b'{"files": [{"name": "b", "content": "@@", "encoding": "base64"}]}'
    with pytest.raises(Declined, match=r"files\.0\.content"):
        bodies.parse_body(bodies.ImportBody, body).opened()


def test_bodies_with_secrets_do_not_show_them() -> None:
    for body in (
        bodies.SessionBody(SECRET),
        bodies.KeysBody(SECRET),
        bodies.ImportBody((bodies.FileBody("a", SECRET),), SECRET),
        bodies.RedirectBody(SECRET),
    ):
        assert SECRET not in repr(body)


def test_a_query_may_carry_the_token_beside_its_fields() -> None:
    assert bodies.parse_query(bodies.RemovalQuery, "key=x&revoke=true").revoke
    assert not bodies.parse_query(bodies.RemovalQuery, "").revoke
    asked = bodies.parse_query(bodies.UsageAsked, "period=day&since=1.5")
    assert (asked.period, asked.since, asked.until) == ("day", 1.5, 0.0)


@pytest.mark.parametrize(
    ("kind", "query", "named"),
    [
        (bodies.NoQuery, "a=1", "a"),
        (bodies.RemovalQuery, "revoke=perhaps", "revoke"),
        (bodies.UsageAsked, "period=year", "period"),
        (bodies.UsageAsked, "since=nan", "since"),
        (bodies.UsageAsked, "until=-1", "until"),
    ],
)
def test_a_query_that_does_not_fit_is_named(kind: Any, query: str, named: str) -> None:
    with pytest.raises(Declined, match=f"^{named}: "):
        bodies.parse_query(kind, query)
