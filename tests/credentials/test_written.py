"""Credentials as they are written, and read back."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from proxy_core.credentials import identity, written
from proxy_core.credentials.files import parse_credentials
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    KeySecret,
    Service,
    ServiceAccountSecret,
)
from proxy_core.settings.sources import load_settings
from tests.credentials.made_up import PLANTED, kept, parse_one
from tests.credentials.store_conformance import ACCOUNT, ALL, KEY, SERVICE, essence, renewed

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).map(
    str.strip
)
TEXTS = TEXT.filter(bool)
PROJECTS = st.none() | st.from_regex(identity.PROJECT, fullmatch=True)
EMAILS = st.none() | st.builds("{}@{}".format, TEXTS, TEXTS).filter(identity.is_email)
TIMES = st.none() | st.floats(0, 4e9)
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8).map(
    lambda text: "AQ." + text.replace("://", "")
)
PEM = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----"


def _account(secret: AccountSecret, project: str | None) -> Credential:
    who = secret.subject or (secret.email or "").lower() or secret.refresh_token.get_secret_value()
    credential_id = identity.account_id(who, secret.client_id, project)
    label = identity.account_label(secret.email, project, credential_id)
    return Credential(credential_id, label, project, "", secret)


def _key(key: str, label: str | None, project: str | None) -> Credential:
    return Credential(
        identity.key_id(key),
        label if label and label.isprintable() else identity.key_label(key),
        project,
        "",
        KeySecret(SecretStr(key)),
    )


def _service_account(secret: ServiceAccountSecret, project: str | None) -> Credential:
    return Credential(
        identity.service_account_id(secret.client_email, project),
        identity.service_account_label(secret.client_email, project),
        project,
        "",
        secret,
    )


SECRETS = st.builds(SecretStr, TEXTS)
CREDENTIALS = st.one_of(
    st.builds(
        _account,
        st.builds(
            AccountSecret,
            client_id=TEXTS,
            client_secret=SECRETS,
            refresh_token=SECRETS,
            scopes=st.frozensets(TEXTS.filter(lambda text: text.split() == [text])),
            email=EMAILS,
            subject=st.none() | TEXTS,
            signed_in_at=TIMES,
            refresh_token_expires_at=TIMES,
        ),
        PROJECTS,
    ),
    st.builds(_key, KEYS, st.none() | TEXTS, PROJECTS),
    st.builds(
        _service_account,
        st.builds(
            ServiceAccountSecret,
            client_email=TEXTS,
            private_key=TEXTS.map(PEM.format).map(SecretStr),
            private_key_id=st.none() | TEXTS,
            token_uri=st.just("https://oauth2.googleapis.com/token"),
        ),
        PROJECTS,
    ),
)


@given(CREDENTIALS)
def test_what_is_written_is_read_back_the_same(credential: Credential) -> None:
    text = json.dumps(written.as_json(credential))
    found, unreadable = parse_credentials(
        text, store="", source="", file_name=written.file_names(credential)[0]
    )
    assert unreadable == []
    assert found == [credential]


@given(CREDENTIALS)
def test_every_file_name_is_safe_on_every_system(credential: Credential) -> None:
    for name in written.file_names(credential):
        assert re.fullmatch(r"[A-Za-z0-9@+_.~%-]{1,210}\.json", name)
        assert name.startswith(("oauth_creds_", "api_key_", "service_account_"))


@given(CREDENTIALS, st.dictionaries(TEXTS, st.none() | TEXTS | st.integers()))
def test_other_fields_of_the_owner_survive(credential: Credential, old: dict[str, Any]) -> None:
    new = written.rewritten(old, credential)
    assert new | written.as_json(credential) == new
    assert {name for name in old if name not in written._REPLACED} <= new.keys()


@given(st.lists(CREDENTIALS, max_size=4))
def test_the_line_for_a_dotenv_file_is_read_back(credentials: list[Credential]) -> None:
    line = written.env_list(credentials)
    assert line.isascii()
    assert line.count("'") == 2
    assert line.count("\n") == 1
    value = line.rstrip("\n").partition("=")[2]  # with its quotes, as `docker --env-file` has it
    listed = load_settings({}, {"CREDENTIALS_JSON_LIST": value}, None, None).credentials_json_list
    assert listed is not None
    found, _ = parse_credentials(listed.get_secret_value(), store="", source="")
    assert [essence(one) for one in found] == credentials


def test_our_own_dotenv_reader_takes_the_line(tmp_path: Path) -> None:
    credentials = [*ALL, parse_one({"type": "api_key", "key": "AQ.2", "label": "Ada's # $HOME"})]
    (tmp_path / ".env").write_text("PORT=1\n" + written.env_list(credentials), "utf-8")
    settings = load_settings({}, {}, tmp_path / ".env", None)
    assert settings.credentials_json_list is not None
    found, _ = parse_credentials(
        settings.credentials_json_list.get_secret_value(), store="", source=""
    )
    assert [one.id for one in found] == [one.id for one in credentials]
    assert settings.port == 1


def test_an_account_is_authorized_user_json_without_an_access_token() -> None:
    assert isinstance(ACCOUNT.secret, AccountSecret)
    secret = replace(ACCOUNT.secret, signed_in_at=1.5, refresh_token_expires_at=2.5)
    assert written.as_json(replace(ACCOUNT, secret=secret)) == {
        "type": "authorized_user",
        "client_id": "made-up-client",
        "client_secret": f"{PLANTED}-client",
        "refresh_token": f"1//{PLANTED}-refresh",
        "token_uri": "https://oauth2.googleapis.com/token",
        "scopes": ["https://www.googleapis.com/auth/generative-language.retriever", "openid"],
        "project_id": "first-project",
        "email": "Ada@example.com",
        "signed_in_at": 1.5,
        "refresh_token_expires_at": 2.5,
    }


def test_googles_own_library_reads_our_accounts() -> None:
    credentials = pytest.importorskip("google.oauth2.credentials")
    theirs = credentials.Credentials.from_authorized_user_info(written.as_json(ACCOUNT))
    assert theirs.refresh_token == f"1//{PLANTED}-refresh"


def test_an_id_stays_when_more_becomes_known_of_the_account() -> None:
    nameless = kept(email=None)
    assert isinstance(nameless.secret, AccountSecret)
    known = replace(nameless.secret, subject="1234567", email="ada@example.com")
    renewed_one = renewed(replace(nameless, secret=known), "1//newer")
    assert parse_one(written.as_json(renewed_one)).id == nameless.id
    assert "pollux_id" not in written.as_json(kept(sub="1234567"))


def test_an_id_that_is_none_of_ours_is_not_taken_over() -> None:
    assert parse_one(written.as_json(ACCOUNT) | {"pollux_id": "keyaaaaaaaaaa"}) == parse_one(
        written.as_json(ACCOUNT)
    )


@pytest.mark.parametrize(
    ("credential", "names"),
    [
        (ACCOUNT, "oauth_creds_Ada@example.com_first-project.json"),
        (kept(project_id=None), "oauth_creds_Ada@example.com.json"),
        (kept(email="a/b@x.com", project_id="x.com:p"), "oauth_creds_a%2Fb@x.com_x.com%3Ap.json"),
        (KEY, f"api_key_{KEY.id}.json"),
        (SERVICE, "service_account_robot@svc-project.iam.gserviceaccount.com_svc-project.json"),
    ],
)
def test_a_file_is_named_after_what_it_holds(credential: Credential, names: str) -> None:
    assert written.file_names(credential)[0] == names


@pytest.mark.parametrize(
    "changes",
    [
        {"email": None},
        {"email": "x" * 300 + "@example.com"},
        {"email": "a@b_c", "project_id": None},  # it would be read as project `c`
    ],
)
def test_a_name_that_would_tell_nothing_or_a_lie_is_the_id(changes: dict[str, Any]) -> None:
    credential = kept(**changes)
    plain = f"oauth_creds_{credential.id}.json"
    assert written.file_names(credential) == (plain, plain)
    assert len(os.fsencode(plain)) < 200


def test_rewriting_drops_a_stale_access_token_and_older_names_of_fields() -> None:
    old = {"access_token": "ya29.x", "expiry": "2020", "scope": "openid", "quota_project_id": "q"}
    new = written.rewritten(old, renewed(ACCOUNT, "1//newer"))
    assert {"access_token", "expiry", "scope"}.isdisjoint(new)
    assert new["quota_project_id"] == "q"


@pytest.mark.parametrize("plain", [ACCOUNT, KEY, SERVICE])
def test_service_and_location_are_kept_where_it_is_vertex(plain: Credential) -> None:
    assert written.as_json(plain).keys().isdisjoint({"service", "location"})
    at_vertex = replace(plain, project="p", service=Service.VERTEX, location="eu")
    read = parse_one(written.as_json(at_vertex))
    assert (read.service, read.location) == (Service.VERTEX, "eu")
    # Back again, the owner's file does not say so any more.
    told = written.rewritten({**written.as_json(at_vertex), "note": "mine"}, plain)
    assert told.keys().isdisjoint({"service", "location"})
    assert told["note"] == "mine"
