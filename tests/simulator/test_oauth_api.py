"""Sign-in: consent, code, refresh, assertion, revocation."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from proxy_core.simulator.world import (
    CLOUD_PLATFORM_READ_ONLY,
    DEFAULT_SCOPES,
    RETRIEVER,
    TOKEN_URI,
)
from tests.simulator.conftest import Client, HandClock, said

REDIRECT = "http://127.0.0.1:5000/callback"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def packed(part: dict[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else orjson.dumps(part)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def consent(client: Client, **changes: str) -> tuple[int, str]:
    """Status and Location of an authorization request, ordinary but for the changes."""
    query = {
        "client_id": "pretend-client",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": " ".join(DEFAULT_SCOPES),
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent select_account",
        **changes,
    }
    path = f"/o/oauth2/v2/auth?{urlencode(query)}"
    async with client.session.get(path, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", await answer.text())


async def exchange(client: Client, code: str, **changes: str) -> tuple[int, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": "pretend-client",
        "client_secret": "pretend-client-secret",
        "code_verifier": VERIFIER,
        **changes,
    }
    return await client.send("POST", "/token", {}, data=form)


def code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


@pytest.fixture
def home(client: Client) -> Client:
    """A world with a client and two accounts."""
    client.world.add_client("client-project")
    client.world.add_account("ada@example.com", "ada-project")
    client.world.add_account("grace@example.com", "grace-project")
    return client


async def test_the_page_offers_every_account_and_says_that_it_is_pretended(home: Client) -> None:
    status, page = await consent(home)
    assert status == 200
    for text in ("ada@example.com", "grace@example.com", "Cancel", "simulation"):
        assert text in page


async def test_consent_code_and_tokens(home: Client) -> None:
    status, location = await consent(home, consent="ada@example.com")
    query = parse_qs(urlsplit(location).query)
    assert (status, query["state"]) == (302, ["s1"])
    assert location.startswith(REDIRECT)
    status, body = await exchange(home, code_in(location))
    assert status == 200
    assert body["scope"].split() == list(DEFAULT_SCOPES)
    assert body["refresh_token"]
    claims = orjson.loads(base64.urlsafe_b64decode(body["id_token"].split(".")[1] + "=="))
    assert claims["email"] == "ada@example.com"
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    _status, v1 = await home.send("GET", "/v1/userinfo", headers)
    _status, v2 = await home.send("GET", "/oauth2/v2/userinfo", headers)
    assert v1["sub"] == v2["id"] == claims["sub"]
    _status, info = await home.send("GET", f"/tokeninfo?access_token={body['access_token']}", {})
    assert (info["email"], info["aud"]) == ("ada@example.com", "pretend-client")


async def test_a_refusal_comes_back_as_access_denied(home: Client) -> None:
    _status, location = await consent(home, consent="")
    assert parse_qs(urlsplit(location).query) == {"error": ["access_denied"], "state": ["s1"]}


async def test_the_knob_consents_at_once_and_unticks_scopes(home: Client) -> None:
    home.world.auto_consent = "grace@example.com"
    home.world.refused_scopes = {RETRIEVER}
    _status, location = await consent(home)
    _status, body = await exchange(home, code_in(location))
    assert RETRIEVER not in body["scope"].split()
    assert CLOUD_PLATFORM_READ_ONLY in body["scope"].split()


async def test_no_refresh_token_without_offline_or_a_second_consent(home: Client) -> None:
    home.world.auto_consent = "ada@example.com"
    got = []
    for changes in ({"access_type": "online"}, {"prompt": ""}, {"prompt": ""}, {}):
        _status, location = await consent(home, **changes)
        _status, body = await exchange(home, code_in(location))
        got.append("refresh_token" in body)
    assert got == [False, True, False, True]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "https://example.com/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "https://www.googleapis.com/auth/generative-language"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_a_wrong_authorization_request_gets_an_error_page(
    home: Client, changes: dict[str, str], problem: str
) -> None:
    status, page = await consent(home, **changes)
    assert status == 400
    assert problem in page


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "http://127.0.0.1:5000/other"}, "invalid_grant"),
        ({"code_verifier": "wrong"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_exchange_is_refused(
    home: Client, changes: dict[str, str], error: str
) -> None:
    _status, location = await consent(home, consent="ada@example.com")
    status, body = await exchange(home, code_in(location), **changes)
    assert (status >= 400, body["error"]) == (True, error)


async def test_a_code_works_once(home: Client) -> None:
    _status, location = await consent(home, consent="ada@example.com")
    assert (await exchange(home, code_in(location)))[0] == 200
    assert (await exchange(home, code_in(location)))[1]["error"] == "invalid_grant"


async def test_a_refresh_gives_a_new_access_token_and_no_new_refresh_token(client: Client) -> None:
    file = client.world.sign_in("ada@example.com")
    _status, first = await client.access_token(file)
    _status, second = await client.access_token(file)
    assert first["access_token"] != second["access_token"]
    assert "refresh_token" not in first
    assert first["expires_in"] == 3599


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"refresh_token": "1//unknown"}, 400, "invalid_grant"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
async def test_a_wrong_refresh_is_refused(
    client: Client, change: dict[str, str], status: int, error: str
) -> None:
    answered, body = await client.access_token(
        {**client.world.sign_in("ada@example.com"), **change}
    )
    assert (answered, body["error"]) == (status, error)


async def test_a_refresh_may_not_ask_for_more(client: Client) -> None:
    file = client.world.sign_in("ada@example.com", scopes=("openid",))
    form = {name: file[name] for name in ("refresh_token", "client_id", "client_secret")}
    form |= {"grant_type": "refresh_token", "scope": RETRIEVER}
    _status, body = await client.send("POST", "/token", {}, data=form)
    assert body["error"] == "invalid_scope"


async def test_a_client_may_be_gone_and_an_account_need_to_sign_in(client: Client) -> None:
    file = client.world.sign_in("ada@example.com")
    client.world.accounts["ada@example.com"].fault = "rapt_required"
    assert (await client.access_token(file))[1]["error_subtype"] == "rapt_required"
    client.world.clients["pretend-client"].fault = "deleted_client"
    assert (await client.access_token(file))[1]["error"] == "deleted_client"


async def test_revoking_one_takes_all_grants_of_that_account_and_client_project(
    client: Client,
) -> None:
    world = client.world
    world.add_client("shared", "one")
    world.add_client("shared", "two")
    world.add_client("apart", "three")
    files = [world.sign_in("ada@example.com", client_id=name) for name in ("one", "two", "three")]
    headers = await client.bearer(files[1])
    form = {"token": files[0]["refresh_token"]}
    assert (await client.send("POST", "/revoke", {}, data=form))[0] == 200
    assert [(await client.access_token(file))[0] for file in files] == [400, 400, 200]
    assert (await client.send("GET", "/v1/userinfo", headers))[0] == 401
    status, body = await client.send("POST", "/revoke", {}, data=form)
    assert (status, body["error"]) == (400, "invalid_token")


def assertion(file: dict[str, Any], clock: HandClock, **changes: Any) -> str:
    claims = {
        "iss": file["client_email"],
        "scope": RETRIEVER,
        "aud": TOKEN_URI,
        "iat": int(clock.now),
        "exp": int(clock.now) + 3600,
        **changes,
    }
    signed = f"{packed({'alg': 'RS256', 'typ': 'JWT'})}.{packed(claims)}"
    key = serialization.load_pem_private_key(file["private_key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{packed(signature)}"


async def asserted(client: Client, jwt: str) -> tuple[int, Any]:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": jwt}
    return await client.send("POST", "/token", {}, data=form)


async def test_a_service_account_signs_its_way_in(client: Client) -> None:
    file = client.world.add_service_account("robot@example.com", "robot-project")
    status, body = await asserted(client, assertion(file, client.clock))
    assert (status, "refresh_token" in body) == (200, False)
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert (await client.call("generateContent", said("x"), headers=headers))[0] == 200
    seen = client.world.requests
    assert [one.credential for one in seen] == ["robot@example.com"] * 2
    assert seen[-1].project == "robot-project"


async def test_a_bad_assertion_is_refused(client: Client) -> None:
    file = client.world.add_service_account("robot@example.com", "robot-project")
    other = client.world.add_service_account("other@example.com", "robot-project")
    good = assertion(file, client.clock)
    for jwt in (
        "no.jwt",
        good[:-8] + "AAAAAAAA",
        assertion({**other, "client_email": "robot@example.com"}, client.clock),
        assertion(file, client.clock, iss="nobody@example.com"),
        assertion(file, client.clock, aud="https://example.com/"),
        assertion(file, client.clock, exp=int(client.clock.now) - 1),
        assertion(file, client.clock, exp=int(client.clock.now) + 7200),
    ):
        status, body = await asserted(client, jwt)
        assert (status, body["error"]) == (400, "invalid_grant")
