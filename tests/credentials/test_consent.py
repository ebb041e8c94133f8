import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from proxy_core.credentials.consent import (
    CLOUD_READ_SCOPE,
    Consent,
    ConsentFailed,
    Grant,
    Redirect,
    Route,
    TokenAnswer,
    ask_for_consent,
    identify,
    read_grant,
    read_redirect,
    wanted_scopes,
)
from proxy_core.credentials.oauth_answers import CLOUD_SCOPE, GEMINI_API_SCOPE
from proxy_core.simulator.oauth_faults import OAUTH_FAULTS
from proxy_core.simulator.scripts import Reply
from tests.fakes.accounts import CLIENT
from tests.fakes.consenting import ADA, consented_query, google_of_ada

REDIRECT = "http://127.0.0.1:4711/oauth2/callback"
NOW = 1_795_000_000.0
ASKED = wanted_scopes(vertex=False)
PLANTED = "planted-secret"
TOKENS: dict[str, Any] = {
    "access_token": f"ya29.{PLANTED}",
    "expires_in": 3599,
    "refresh_token": f"1//{PLANTED}",
    "scope": " ".join(ASKED),
    "token_type": "Bearer",
}


def id_token(**claims: Any) -> str:
    packed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{packed}.signature"


def grant_of(**changes: Any) -> Grant:
    fields = {name: value for name, value in (TOKENS | changes).items() if value is not None}
    return read_grant(TokenAnswer(200, json.dumps(fields).encode()), ASKED, NOW, REDIRECT)


def failure_of(status: int, body: bytes) -> ConsentFailed:
    with pytest.raises(ConsentFailed) as caught:
        read_grant(TokenAnswer(status, body), ASKED, NOW, REDIRECT)
    return caught.value


async def ask(base_url: str | None = None, **more: Any) -> Consent:
    return await ask_for_consent(CLIENT, REDIRECT, Route(base_url, None, "pollux/test"), **more)


# -- the page ---------------------------------------------------------------------------------


async def test_the_page_is_asked_for_offline_access_with_proof_and_state() -> None:
    consent = await ask()
    parts, query = urlsplit(consent.url), parse_qs(urlsplit(consent.url).query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://accounts.google.com/o/oauth2/v2/auth"
    )
    assert query["client_id"] == [CLIENT.client_id]
    assert query["redirect_uri"] == [REDIRECT]
    assert query["response_type"] == ["code"]
    assert query["access_type"] == ["offline"]
    assert query["prompt"] == ["consent select_account"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert query["state"] == [consent.state.get_secret_value()]
    assert query["scope"][0].split() == list(ASKED)
    assert "login_hint" not in query
    assert CLIENT.client_secret.get_secret_value() not in consent.url


async def test_state_and_challenge_are_new_each_time() -> None:
    first, second = await ask(), await ask()
    assert first.state != second.state
    assert parse_qs(first.url)["code_challenge"] != parse_qs(second.url)["code_challenge"]


async def test_signing_in_again_hints_at_the_account() -> None:
    consent = await ask(login_hint=ADA)
    assert parse_qs(urlsplit(consent.url).query)["login_hint"] == [ADA]


async def test_the_base_url_replaces_scheme_host_and_port() -> None:
    consent = await ask("http://127.0.0.1:9")
    assert consent.url.startswith("http://127.0.0.1:9/o/oauth2/v2/auth?")


def test_only_vertex_asks_for_all_of_google_cloud() -> None:
    assert CLOUD_SCOPE not in wanted_scopes(vertex=False)
    assert CLOUD_READ_SCOPE in wanted_scopes(vertex=False)
    assert CLOUD_SCOPE in wanted_scopes(vertex=True)
    assert CLOUD_READ_SCOPE not in wanted_scopes(vertex=True)
    assert GEMINI_API_SCOPE in wanted_scopes(vertex=True)


def test_a_redirect_is_read_from_its_query() -> None:
    redirect = read_redirect("state=s%20t&code=4%2F0A&scope=openid&authuser=0")
    assert redirect == Redirect("s t", "4/0A", "")
    assert read_redirect("error=access_denied&state=s") == Redirect("s", "", "access_denied")
    assert read_redirect("") == Redirect("", "", "")


# -- the exchange -----------------------------------------------------------------------------


async def test_a_code_becomes_tokens_with_scopes_and_identity() -> None:
    async with google_of_ada() as fake:
        consent = await ask(fake.base_url)
        redirect = read_redirect(await consented_query(consent.url))
        grant = await consent.exchange(redirect, NOW)
        assert grant.refresh_token.get_secret_value() in fake.world.grants
        assert grant.access_token.get_secret_value() in fake.world.access_tokens
        assert grant.subject == fake.world.accounts[ADA].sub
        (sent,) = [one for one in fake.world.requests if one.action == "token"]
    assert grant.email == ADA
    assert grant.scopes == frozenset(ASKED)
    assert grant.signed_in_at == NOW
    assert NOW + 3_000 < grant.expires_at < NOW + 3_700
    assert sent.headers["User-Agent"] == "pollux/test"
    assert "Authorization" not in sent.headers
    assert parse_qs(sent.raw_body.decode())["client_secret"] == ["pretend-client-secret"]
    assert "planted" not in repr(grant)
    assert grant.refresh_token.get_secret_value() not in repr(grant)


async def test_a_code_works_once() -> None:
    async with google_of_ada() as fake:
        consent = await ask(fake.base_url)
        redirect = read_redirect(await consented_query(consent.url))
        await consent.exchange(redirect, NOW)
        with pytest.raises(ConsentFailed, match="used already, or is too old") as caught:
            await consent.exchange(redirect, NOW)
    assert "once" in caught.value.next_step


async def test_a_code_of_another_visit_is_refused_for_its_proof() -> None:
    async with google_of_ada() as fake:
        mine, other = await ask(fake.base_url), await ask(fake.base_url)
        redirect = read_redirect(await consented_query(other.url))
        with pytest.raises(ConsentFailed, match="no longer accepts the code"):
            await mine.exchange(redirect, NOW)


@pytest.mark.parametrize(
    ("error", "says", "next_step"),
    [
        ("access_denied", "without consent", "choose Continue"),
        ("redirect_uri_mismatch", REDIRECT, "Desktop app"),
        ("admin_policy_enforced", "administrator", "administrator"),
        ("org_internal", "own organisation", "another account"),
        ("invalid_scope", "scopes", "Generative Language API"),
        ("invalid_client", "secret is wrong", "client"),
        ("server_error", "has trouble", "Wait a minute"),
        ("temporarily_unavailable", "overloaded", "Wait a minute"),
        ("something_new", "something_new", "Sign in again"),
        ("<b>not a code</b>", "not usable", "Sign in again"),
    ],
)
async def test_each_error_of_a_redirect_has_its_sentence(
    error: str, says: str, next_step: str
) -> None:
    consent = await ask()
    with pytest.raises(ConsentFailed) as caught:
        await consent.exchange(Redirect("s", "", error), NOW)
    assert says in caught.value.sentence
    assert next_step in caught.value.next_step


async def test_a_server_that_is_not_there_is_told_as_a_network_failure() -> None:
    consent = await ask("http://127.0.0.1:9")
    with pytest.raises(ConsentFailed, match="could not be reached") as caught:
        await consent.exchange(Redirect("s", "code", ""), NOW)
    assert "OUTBOUND_PROXY" in caught.value.next_step


async def test_a_proxy_that_is_not_there_is_named() -> None:
    route = Route("http://pollux.invalid", "http://127.0.0.1:9", "pollux/test")
    consent = await ask_for_consent(CLIENT, REDIRECT, route)
    with pytest.raises(ConsentFailed, match="outbound proxy"):
        await consent.exchange(Redirect("s", "code", ""), NOW)


async def test_an_answer_that_does_not_come_is_given_up() -> None:
    async with google_of_ada() as fake:
        fake.world.script(Reply.slow(30), action="token")
        consent = await ask(fake.base_url)
        begun = time.monotonic()
        with pytest.raises(ConsentFailed, match="took too long"):
            await consent.exchange(Redirect("s", "code", ""), NOW, timeout_s=0.2)
    assert time.monotonic() - begun < 5


async def test_a_redirect_of_the_token_endpoint_is_not_followed() -> None:
    async with google_of_ada() as fake:
        moved = Reply.raw(307, b"", Location=f"{fake.base_url}/elsewhere")
        fake.world.script(moved, action="token")
        consent = await ask(fake.base_url)
        with pytest.raises(ConsentFailed, match="not usable"):
            await consent.exchange(Redirect("s", "code", ""), NOW)
        assert [one.path for one in fake.world.requests] == ["/token"]


@pytest.mark.parametrize("name", sorted(OAUTH_FAULTS))
async def test_each_refusal_of_the_token_endpoint_is_said_without_secrets(name: str) -> None:
    async with google_of_ada() as fake:
        fake.world.script(Reply.fault(name), action="token")
        consent = await ask(fake.base_url)
        with pytest.raises(ConsentFailed) as caught:
            await consent.exchange(Redirect("s", f"4/{PLANTED}", ""), NOW)
    words = caught.value
    assert words.sentence.endswith(".")
    assert words.next_step
    assert PLANTED not in words.sentence + words.next_step + repr(words)


# -- reading the answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "answer", "says", "next_step"),
    [
        (400, {"error": "invalid_grant"}, "used already, or is too old", "once"),
        (
            400,
            {"error": "invalid_grant", "error_subtype": "invalid_rapt"},
            "session length policy",
            "Sign in again",
        ),
        (400, {"error": "redirect_uri_mismatch"}, REDIRECT, "Add this"),
        (401, {"error": "invalid_client"}, "secret is wrong", "console.cloud.google.com"),
        (401, {"error": "deleted_client"}, "deleted", "console.cloud.google.com"),
        (400, {"error": "admin_policy_enforced"}, "administrator", "administrator"),
        (400, {"error": "invalid_scope"}, "refuses the scopes", "generative-language.retriever"),
        (429, {"error": "rate_limit_exceeded"}, "fewer requests", "Wait"),
        (503, {}, "overloaded", "Wait"),
        (200, {}, "not usable", "gateway"),
        (200, {"access_token": "with blank"}, "not usable", "gateway"),
    ],
)
def test_each_failure_has_a_sentence_and_a_next_step(
    status: int, answer: dict[str, Any], says: str, next_step: str
) -> None:
    failure = failure_of(status, json.dumps(answer).encode())
    assert says in failure.sentence
    assert next_step in failure.next_step


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"text"', b"\xff"])
def test_an_answer_that_is_no_object_is_not_usable(body: bytes) -> None:
    assert "not usable" in failure_of(200, body).sentence


def test_without_a_refresh_token_nothing_is_kept() -> None:
    with pytest.raises(ConsentFailed, match="no refresh token") as caught:
        grant_of(refresh_token=None)
    assert "myaccount.google.com" in caught.value.next_step


def test_without_the_gemini_scope_the_box_is_named() -> None:
    with pytest.raises(
        ConsentFailed, match=r"generative-language\.retriever.*not ticked"
    ) as caught:
        grant_of(scope=f"openid {CLOUD_READ_SCOPE}")
    assert "tick every box" in caught.value.next_step


def test_an_answer_without_scope_granted_what_was_asked_for() -> None:
    assert grant_of(scope=None).scopes == frozenset(ASKED)


def test_scopes_tell_what_the_grant_opens() -> None:
    small = grant_of(scope=GEMINI_API_SCOPE)
    assert (small.sees_projects, small.opens_vertex) == (False, False)
    usual = grant_of()
    assert (usual.sees_projects, usual.opens_vertex) == (True, False)
    large = grant_of(scope=f"{GEMINI_API_SCOPE} {CLOUD_SCOPE}")
    assert (large.sees_projects, large.opens_vertex) == (True, True)


def test_access_for_a_limited_time_is_noted() -> None:
    assert grant_of(refresh_token_expires_in=86_400).refresh_token_expires_at == NOW + 86_400
    assert grant_of().refresh_token_expires_at is None
    assert grant_of(refresh_token_expires_in="soon").refresh_token_expires_at is None
    assert grant_of(refresh_token_expires_in=1e300).refresh_token_expires_at is None
    assert grant_of(expires_in=1e300).expires_at == NOW + 3_600


def test_who_it_is_stands_in_the_id_token() -> None:
    grant = grant_of(id_token=id_token(sub="117", email=ADA))
    assert (grant.subject, grant.email) == ("117", ADA)


@pytest.mark.parametrize(
    "token", ["", "no-dots", "a.b.c", "a.!!!.c", f"a.{base64.b64encode(b'[1]').decode()}.c"]
)
def test_an_id_token_that_cannot_be_read_tells_nobody(token: str) -> None:
    grant = grant_of(id_token=token)
    assert (grant.subject, grant.email) == (None, None)


def test_an_email_that_is_none_is_left_out() -> None:
    assert grant_of(id_token=id_token(sub="117", email="a\nb@example.com")).email is None


async def test_google_is_asked_who_it_is_where_the_id_token_does_not_tell() -> None:
    async with google_of_ada() as fake, aiohttp.ClientSession() as session:
        consent = await ask(fake.base_url)
        redirect = read_redirect(await consented_query(consent.url))
        known = await consent.exchange(redirect, NOW)
        nameless = grant_of(access_token=known.access_token.get_secret_value())
        found = await identify(nameless, session, fake.base_url)
        assert (found.subject, found.email) == (fake.world.accounts[ADA].sub, ADA)
        count = len(fake.world.requests)
        assert await identify(known, session, fake.base_url) == known
        assert len(fake.world.requests) == count


async def test_who_it_is_may_stay_unknown() -> None:
    async with google_of_ada() as fake, aiohttp.ClientSession() as session:
        assert (await identify(grant_of(), session, fake.base_url)).email is None
        assert (await identify(grant_of(), session, "http://127.0.0.1:9")).subject is None


def test_no_grant_shows_its_tokens() -> None:
    assert PLANTED not in repr(grant_of())
    assert PLANTED not in repr(TokenAnswer(200, PLANTED.encode()))
    assert SecretStr(f"1//{PLANTED}") == grant_of().refresh_token
