import hashlib
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.credentials import oauth_client
from proxy_core.credentials.files import Found, parse_credentials, parse_json, parse_key_lines
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    CredentialKind,
    KeySecret,
    Service,
    ServiceAccountSecret,
)
from tests.credentials.made_up import PLANTED, RETRIEVER, stored_account

SERVICE_ACCOUNT = {
    "type": "service_account",
    "project_id": "svc-project",
    "private_key_id": "kid1",
    "private_key": f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----\n",
    "client_email": "robot@svc-project.iam.gserviceaccount.com",
    "client_id": "1234",
    "token_uri": "https://oauth2.googleapis.com/token",
    "universe_domain": "googleapis.com",
}


def parse(value: object, file_name: str | None = None) -> Found:
    return parse_credentials(value, store="folder", source="a file", file_name=file_name)


def one(value: object, file_name: str | None = None) -> Credential:
    credentials, unreadable = parse(value, file_name)
    assert unreadable == []
    assert len(credentials) == 1
    return credentials[0]


def account_of(credential: Credential) -> AccountSecret:
    assert isinstance(credential.secret, AccountSecret)
    return credential.secret


def refusal(value: object) -> str:
    credentials, unreadable = parse(value)
    assert credentials == []
    assert len(unreadable) == 1
    assert unreadable[0].source == "a file"
    return unreadable[0].reason


def test_our_own_file_is_read_whole() -> None:
    credential = one(stored_account(sub="1001", signed_in_at=5))
    secret = account_of(credential)
    assert credential.kind is CredentialKind.ACCOUNT
    assert credential.label == "Ada@example.com · first-project"
    assert credential.project == "first-project"
    assert credential.store == "folder"
    assert secret.client_id == "made-up-client"
    assert secret.client_secret.get_secret_value() == f"{PLANTED}-client"
    assert secret.refresh_token.get_secret_value() == f"1//{PLANTED}-refresh"
    assert secret.access_token is not None
    assert secret.access_token.get_secret_value() == f"ya29.{PLANTED}-found"
    assert secret.expires_at == 1_800_003_600.0
    assert secret.scopes == {"openid", RETRIEVER}
    assert (secret.email, secret.subject, secret.signed_in_at) == ("Ada@example.com", "1001", 5.0)


def test_gclouds_authorized_user_is_read() -> None:
    credential = one(
        {
            "type": "authorized_user",
            "client_id": "made-up-client",
            "client_secret": PLANTED,
            "refresh_token": PLANTED,
            "quota_project_id": "payer",
            "account": "ada@example.com",
            "universe_domain": "googleapis.com",
        }
    )
    assert credential.label == "ada@example.com · payer"
    assert account_of(credential).access_token is None


def test_what_google_auth_writes_is_read() -> None:
    written = stored_account(
        email=None,
        project_id=None,
        account="",
        universe_domain="googleapis.com",
        expiry="2027-01-15T09:00:00.000123Z",
    )
    credential = one(json.dumps(written))
    assert credential.label.startswith("Google account ")
    assert credential.project is None


def test_an_installed_wrapper_is_taken_off() -> None:
    client = {"client_id": "made-up-client", "client_secret": PLANTED}
    inside = one({"installed": {**client, "refresh_token": PLANTED}})
    beside = one({"installed": client, "refresh_token": PLANTED})
    assert inside.id == beside.id


def test_scopes_may_be_one_text() -> None:
    assert account_of(one(stored_account(scopes="a  b"))).scopes == {"a", "b"}


def test_an_access_token_that_cannot_stand_in_a_header_is_dropped() -> None:
    assert account_of(one(stored_account(token="two\nlines"))).access_token is None


def test_a_file_name_tells_email_and_project_where_the_content_does_not() -> None:
    bare = stored_account(email=None, project_id=None)
    credential = one(bare, "oauth_creds_bob_b@example.com_other-project.json")
    assert credential.label == "bob_b@example.com · other-project"
    assert one(stored_account(), "oauth_creds_bob@example.com_other.json").label == (
        "Ada@example.com · first-project"
    )


def test_a_file_name_says_nothing_of_several_accounts() -> None:
    several = [stored_account(email=None), stored_account(email=None, refresh_token="1//other")]
    credentials, _ = parse(several, "oauth_creds_bob@example.com_p.json")
    assert len({credential.id for credential in credentials}) == 2
    assert [credential.source for credential in credentials] == ["a file entry 1", "a file entry 2"]


def test_an_id_rests_on_subject_then_email_then_refresh_token() -> None:
    newer = "1//newer"
    assert one(stored_account()).id == one(stored_account(refresh_token=newer)).id
    assert one(stored_account()).id == one(stored_account(email="ada@EXAMPLE.com")).id
    assert one(stored_account(sub="1")).id == one(stored_account(sub="1", email="x@y.z")).id
    without = stored_account(email=None)
    assert one(without).id == one(without).id
    assert one(without).id != one({**without, "refresh_token": newer}).id
    assert one(stored_account()).id != one(stored_account(project_id="second")).id
    assert one(stored_account()).id != one(stored_account(client_id="second")).id


def test_a_service_account_is_read() -> None:
    credential = one(SERVICE_ACCOUNT)
    assert credential.kind is CredentialKind.SERVICE_ACCOUNT
    assert credential.label == "robot@svc-project.iam.gserviceaccount.com · svc-project"
    assert isinstance(credential.secret, ServiceAccountSecret)
    assert credential.secret.private_key_id == "kid1"


def test_an_api_key_object_is_read() -> None:
    credential = one({"type": "api_key", "key": " AQ.made-up ", "label": "Mine", "project_id": "p"})
    assert (credential.label, credential.project) == ("Mine", "p")
    assert isinstance(credential.secret, KeySecret)
    assert credential.secret.key.get_secret_value() == "AQ.made-up"


def test_key_lines_are_read_in_every_form() -> None:
    text = (
        "\ufeff# keys\n\nAQ.made-up-0001\nwork = AQ.made-up-0002\r\n"
        "GEMINI_API_KEY='AQ.made-up-0003'\nexport SECOND=\"AQ.made-up-0004\"\n"
    )
    credentials, unreadable = parse(text)
    assert unreadable == []
    assert [credential.label for credential in credentials] == [
        "API key …0001",
        "work",
        "GEMINI_API_KEY",
        "SECOND",
    ]
    assert credentials[1].source == "a file line 4"


def test_a_list_may_mix_all_kinds_and_keeps_its_good_entries() -> None:
    mixed = [stored_account(), SERVICE_ACCOUNT, "AQ.made-up-key", 7, None, [stored_account()]]
    credentials, unreadable = parse(orjson.dumps(mixed).decode())
    assert [credential.kind.value for credential in credentials] == [
        "account",
        "service_account",
        "api_key",
    ]
    assert [one.source for one in unreadable] == [f"a file entry {n}" for n in (4, 5, 6)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[{", "not valid JSON (line 1, column"),
        (stored_account(refresh_token=None), "refresh token is missing"),
        (stored_account(refresh_token=""), "refresh token is missing"),
        (stored_account(client_secret=None), "'client_secret' is missing"),
        (stored_account(client_secret=" "), "'client_secret' is missing"),
        (stored_account(client_id=5), "'client_id' has the wrong type"),
        (stored_account(scopes=[1]), "'scopes' has the wrong type"),
        (stored_account(expiry=[]), "'expiry' has the wrong type"),
        (stored_account(email={}), "'email' has the wrong type"),
        (stored_account(project_id="a b"), "not a Google Cloud project"),
        (stored_account(project_id="p\r\nx: y"), "not a Google Cloud project"),
        (stored_account(token_uri="https://evil.example/token"), "'token_uri' is not Google's"),
        (stored_account(token_uri="http://oauth2.googleapis.com/token"), "'token_uri' is not"),
        (stored_account(universe_domain="other.cloud"), "'universe_domain' is not"),
        (SERVICE_ACCOUNT | {"universe_domain": "other.cloud"}, "'universe_domain' is not"),
        (SERVICE_ACCOUNT | {"token_uri": "https://evil.example"}, "'token_uri' is not Google's"),
        (SERVICE_ACCOUNT | {"private_key": PLANTED}, "not a PEM private key"),
        (SERVICE_ACCOUNT | {"client_email": None}, "'client_email' has the wrong type"),
        ({"type": "external_account"}, "Workload identity federation"),
        ({"type": "impersonated_service_account"}, "impersonation"),
        ({"type": "gdch_service_account"}, "gdch"),
        ({"type": PLANTED}, "'type' names no kind"),
        ({"type": ["service_account"]}, "'type' names no kind"),
        ({"installed": {"client_id": "x", "client_secret": PLANTED}}, "OAuth client file"),
        ({"web": {"client_id": "x"}}, "OAuth client file"),
        ({}, "no credential of a kind"),
        ({"installed": PLANTED}, "no credential of a kind"),
        ({"type": "api_key", "key": f"ya29.{PLANTED}"}, "access token, not a Gemini API key"),
        ({"type": "api_key", "key": f"eyJ{PLANTED}"}, "signed token"),
        ({"type": "api_key", "key": f"1//{PLANTED}"}, "refresh token, not"),
        ({"type": "api_key", "key": f"sk-{PLANTED}"}, "another provider"),
        ({"type": "api_key", "key": f"{PLANTED} two words"}, "not an API key"),
        ({"type": "api_key", "key": f"{PLANTED}\udcff"}, "'key' is not valid text"),
        ({"type": "api_key"}, "'key' is missing"),
        (stored_account(sub=f"{PLANTED}\0"), "'sub' is not valid text"),
        (stored_account(refresh_token=f"{PLANTED}\ud800"), "'refresh_token' is not valid text"),
        (stored_account(client_id="\ud800"), "'client_id' is not valid text"),
        (5, "is a JSON object"),
    ],
)
def test_each_refusal_has_its_own_sentence_and_no_secret(value: object, said: str) -> None:
    reason = refusal(value)
    assert said in reason
    assert PLANTED not in reason
    assert reason.endswith(".")


def test_a_word_that_is_far_too_long_or_too_short_is_no_key() -> None:
    for line in ("hello", "x" * 200_000):
        credentials, (bad,) = parse_key_lines(line, store="s", source="f")
        assert not credentials
        assert bad.reason == "This is not an API key."


def test_how_long_a_key_is_google_judges() -> None:
    (credential,), _ = parse_json('[{"type": "api_key", "key": "short"}]', store="s", source="f")
    assert isinstance(credential.secret, KeySecret)


def test_a_line_of_other_settings_is_no_key() -> None:
    _, unreadable = parse_key_lines(
        "PORT=7860\nURL=http://localhost:7860/\nsome words here\nGEMINI_API_KEY=\n",
        store="s",
        source="f",
    )
    assert [entry.source for entry in unreadable] == [f"f line {n}" for n in (1, 2, 3, 4)]


def test_the_sign_in_of_another_program_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digest = hashlib.sha256(b"a-pretend-foreign-client").hexdigest()
    monkeypatch.setitem(oauth_client._OTHER_PROGRAMS, digest, "Some CLI")
    foreign = stored_account(client_id=" a-pretend-foreign-client ")
    assert "OAuth client of Some CLI" in refusal(foreign)
    assert "OAuth client of Some CLI" in refusal({"installed": foreign})


def test_four_foreign_clients_are_known_by_their_hash() -> None:
    assert sorted(oauth_client._OTHER_PROGRAMS.values()) == [
        "Antigravity",
        "Gemini CLI",
        "gcloud",
        "gcloud",
    ]
    assert all(len(digest) == 64 for digest in oauth_client._OTHER_PROGRAMS)


def test_a_json_file_is_never_taken_for_key_lines() -> None:
    credentials, unreadable = parse_json("AQ.made-up-key", store="s", source="f")
    assert credentials == []
    assert "not valid JSON" in unreadable[0].reason


def test_no_secret_is_in_a_repr() -> None:
    for value in (stored_account(), SERVICE_ACCOUNT, {"type": "api_key", "key": PLANTED + "1234"}):
        assert PLANTED not in repr(parse(value)).replace("API key …", "")


TEXT = st.text(alphabet=st.characters(codec=None))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([*stored_account(), *SERVICE_ACCOUNT, "key", "label", "installed", "sub"])


@given(st.dictionaries(FIELDS, JSON, max_size=4), st.sampled_from(["account", "service", "key"]))
def test_wrong_types_anywhere_never_raise(changes: dict[str, Any], kind: str) -> None:
    base: dict[str, Any] = {
        "account": stored_account(),
        "service": SERVICE_ACCOUNT,
        "key": {"type": "api_key", "key": "AQ.made-up"},
    }[kind]
    credentials, unreadable = parse(base | changes)
    assert len(credentials) + len(unreadable) == 1


@given(JSON | TEXT)
def test_any_value_and_any_text_is_survived(value: Any) -> None:
    parse(value)


def test_a_credential_is_for_the_gemini_api_unless_it_says_otherwise() -> None:
    for item in (SERVICE_ACCOUNT, {**SERVICE_ACCOUNT, "service": "gemini", "location": "eu"}):
        credential = one(item)
        assert (credential.service, credential.location) == (Service.GEMINI, "global")


@pytest.mark.parametrize(
    "item",
    [SERVICE_ACCOUNT, stored_account(), {"type": "api_key", "key": f"AQ.{PLANTED}"}],
    ids=["service account", "account", "key without a project"],
)
def test_a_service_and_a_location_change_no_id(item: dict[str, Any]) -> None:
    credential = one({**item, "service": "vertex", "location": "us-central1"})
    assert (credential.service, credential.location) == (Service.VERTEX, "us-central1")
    assert credential.id == one(item).id
    assert one({**item, "service": "vertex"}).location == "global"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"service": "bedrock"}, "'service' is neither"),
        ({"service": 3}, "'service' has the wrong type"),
        ({"service": "vertex", "location": "evil.example/"}, "'location' is not a location"),
        ({"service": "vertex", "location": "US"}, "'location' is not a location"),
        ({"service": "vertex", "project_id": None}, "'project_id' is missing: Vertex AI needs it"),
    ],
)
def test_a_service_that_cannot_be_meant_is_refused(more: dict[str, Any], says: str) -> None:
    assert says in refusal({**SERVICE_ACCOUNT, **more})
