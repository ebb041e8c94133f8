"""The owner's OAuth client; every value here is made up."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.credentials import oauth_client
from proxy_core.credentials.oauth_client import (
    ClientRefused,
    built_in_client,
    client_as_json,
    client_from_json,
    client_of_settings,
    from_folder,
    looks_like_client,
    parse_client,
)
from proxy_core.settings import Settings
from tests.credentials.made_up import PLANTED, stored_account
from tests.credentials.test_files import JSON, SERVICE_ACCOUNT

FIELDS = {
    "client_id": "made-up-id",
    "project_id": "made-up-project",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth",
    "token_uri": "https://oauth2.googleapis.com/token",
    "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
    "client_secret": PLANTED,
    "redirect_uris": ["http://localhost"],
}


def file(kind: str = "installed", **changes: Any) -> bytes:
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not None}
    return json.dumps({kind: fields}).encode()


@pytest.mark.parametrize("kind", ["installed", "web"])
def test_the_file_of_googles_console_is_read(kind: str) -> None:
    content = b"\xef\xbb\xbf" + file(kind)
    assert looks_like_client(content)
    client = parse_client(content, "imported")
    assert (client.kind, client.source) == (kind, "imported")
    assert client.client_id == "made-up-id"
    assert client.client_secret.get_secret_value() == PLANTED
    assert client.redirect_uris == ("http://localhost",)
    assert PLANTED not in repr(client)


def test_addresses_may_be_left_out() -> None:
    content = file(auth_uri=None, token_uri=None, redirect_uris=None)
    assert parse_client(content, "imported").redirect_uris == ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"AQ.made-up-key", "not the JSON file"),
        (b"[]", "not the JSON file"),
        (b"{}", "Desktop app"),
        (json.dumps(FIELDS).encode(), "Desktop app"),
        (json.dumps(stored_account()).encode(), "a credential"),
        (json.dumps({"installed": stored_account()}).encode(), "a credential"),
        (json.dumps(SERVICE_ACCOUNT).encode(), "a credential"),
        (b'{"type":"api_key","key":"AQ.made-up"}', "a credential"),
        (file(client_id=None), "'client_id'"),
        (file(client_id=17), "'client_id'"),
        (file(client_secret=""), "'client_secret'"),
        (file(client_secret="two words"), "'client_secret'"),
        (file(auth_uri="https://accounts.example.com/auth"), "'auth_uri'"),
        (file(token_uri="https://oauth2.googleapis.com.example.com/token"), "'token_uri'"),
        (file(token_uri=["https://oauth2.googleapis.com/token"]), "'token_uri'"),
    ],
)
def test_anything_else_is_refused_with_the_reason(content: bytes, sentence: str) -> None:
    with pytest.raises(ClientRefused) as caught:
        parse_client(content, "imported")
    assert sentence in caught.value.sentence
    assert caught.value.next_step
    assert PLANTED not in caught.value.sentence + caught.value.next_step


@given(st.dictionaries(st.sampled_from(["installed", "web", "type", *FIELDS]), JSON), st.booleans())
def test_any_json_is_a_client_or_refused(value: Any, wrapped: bool) -> None:
    content = json.dumps({"installed": value} if wrapped else value).encode()
    looks_like_client(content)
    try:
        parse_client(content, "imported")
    except ClientRefused:
        return


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> str:
    digest = hashlib.sha256(b"a-pretend-foreign-client").hexdigest()
    monkeypatch.setitem(oauth_client._OTHER_PROGRAMS, digest, "Some CLI")
    return "a-pretend-foreign-client"


def test_the_client_of_another_program_is_refused_by_its_name(foreign: str) -> None:
    with pytest.raises(ClientRefused, match="OAuth client of Some CLI"):
        parse_client(file(client_id=f" {foreign} "), "imported")
    with pytest.raises(ClientRefused, match="OAuth client of Some CLI"):
        client_of_settings(Settings.model_validate({"client_id": foreign, "client_secret": "x"}))
    assert client_from_json(FIELDS | {"client_id": foreign}) is None


def test_two_settings_are_a_client_of_a_kind_nobody_knows() -> None:
    client = client_of_settings(
        Settings.model_validate({"client_id": "made-up-id", "client_secret": PLANTED})
    )
    assert client is not None
    assert (client.kind, client.source) == ("unknown", "settings")
    assert client_of_settings(Settings()) is None


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (file(), True),
        (file(token_uri="https://example.com"), True),
        (json.dumps({"installed": stored_account()}).encode(), False),
        (json.dumps(stored_account()).encode(), False),
        (b"installed", False),
        (b'{"installed": 17}', False),
        (b"[]", False),
    ],
)
def test_a_client_is_told_apart_from_a_credential(content: bytes, is_one: bool) -> None:
    assert looks_like_client(content) is is_one


def test_the_newest_good_client_file_of_a_folder_counts(tmp_path: Path) -> None:
    assert from_folder(tmp_path) is None
    contents = {"1.json": file(client_id="older"), "2.json": file("web"), "3.json": b"{"}
    for age, (name, content) in enumerate(contents.items()):
        path = tmp_path / f"client_secret_{name}"
        path.write_bytes(content)
        os.utime(path, (1_000 + age, 1_000 + age))
    (tmp_path / "other.json").write_bytes(file())
    found = from_folder(tmp_path)
    assert found is not None
    path, client = found
    assert path.name == "client_secret_2.json"
    assert (client.client_id, client.kind, client.source) == ("made-up-id", "web", "imported")
    assert from_folder(tmp_path / "none") is None
    (tmp_path / "client_secret_4.json").symlink_to(tmp_path / "gone")
    assert from_folder(tmp_path) == found


@pytest.mark.parametrize("resources", ["resources", "desktop/resources"])
def test_a_distributors_client_is_found_in_a_checkout_and_in_a_wheel(
    tmp_path: Path, resources: str
) -> None:
    assert built_in_client(tmp_path) is None
    folder = tmp_path / resources
    folder.mkdir(parents=True)
    (folder / "oauth_client.json").write_bytes(file())
    client = built_in_client(tmp_path)
    assert client is not None
    assert client.source == "built_in"


def test_no_client_comes_with_the_source() -> None:
    assert built_in_client() is None


@pytest.mark.parametrize("kind", ["installed", "web"])
def test_the_stored_form_is_read_back(kind: str) -> None:
    client = parse_client(file(kind), "imported")
    assert client_from_json(json.loads(json.dumps(client_as_json(client)))) == client
