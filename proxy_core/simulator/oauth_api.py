"""Google's sign-in: consent page, token, revoke, tokeninfo, userinfo.

Consent is a page with one link per account; `World.auto_consent`, or `?consent=E-MAIL` on the
address, answers it at once. Source: RFC 6749, RFC 7636, Google's OAuth guide for desktop apps.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from aiohttp import web

from proxy_core.simulator.access import IDENTITY_SCOPES, admit_bearer
from proxy_core.simulator.delivery import send_whole
from proxy_core.simulator.keys import read_assertion, signed_by
from proxy_core.simulator.oauth_faults import OAUTH_FAULTS
from proxy_core.simulator.refusals import Answer, JsonObject, Refusal
from proxy_core.simulator.visits import Visit
from proxy_core.simulator.world import (
    TOKEN_URI,
    AccessToken,
    Account,
    Grant,
    OAuthClient,
    Received,
    World,
)

TOKEN_ACTIONS = frozenset({"token", "revoke"})
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_BARE_SCOPE = "https://www.googleapis.com/auth/generative-language"
"""Accepted by the API, but nobody can consent to it."""
_LONGEST_ASSERTION_S = 3600


def subject_of(world: World, received: Received) -> str:
    """E-mail behind the refresh token or assertion of a token request, for log and scripts."""
    form = _form(received)
    grant = world.grants.get(form.get("refresh_token", form.get("token", "")))
    if grant is not None:
        return grant.email
    read = read_assertion(form.get("assertion", ""))
    return str(read[1].get("iss", "")) if read else ""


async def authorize(visit: Visit) -> web.StreamResponse:
    """The consent page, or its answer as a redirect."""
    world, query = visit.world, visit.received.query
    problem = _authorization_problem(world, query)
    if problem is not None:
        page = f"<h1>Error 400: {problem}</h1>"
        return await send_whole(visit.request, _page(400, page), visit.reply)
    chosen = query.get("consent", world.auto_consent)
    if chosen is None:
        return await send_whole(visit.request, _page(200, _choice(world, query)), visit.reply)
    redirect = query["redirect_uri"]
    back = {"state": query["state"]} if "state" in query else {}
    account = world.accounts.get(chosen)
    if account is None:
        location = f"{redirect}?{urlencode({'error': 'access_denied', **back})}"
    else:
        code, scopes = _new_code(world, query, account)
        shown = {"scope": " ".join(scopes), "authuser": "0", "prompt": "consent"}
        location = f"{redirect}?{urlencode({'code': code, **back, **shown})}"
    answer = Answer(302, b"", {"Location": location}, "text/html")
    return await send_whole(visit.request, answer, visit.reply)


async def token(visit: Visit) -> web.StreamResponse:
    """All grants of the token endpoint."""
    form = _form(visit.received)
    match form.get("grant_type"):
        case "refresh_token":
            body = _refreshed(visit, form)
        case "authorization_code":
            body = _exchanged(visit, form)
        case grant_type if grant_type == _JWT_GRANT:
            body = _asserted(visit, form)
        case _:
            raise _refusal("unsupported_grant_type")
    return await visit.answer(body)


async def revoke(visit: Visit) -> web.StreamResponse:
    """Takes away every grant that the user gave to clients of the same project."""
    world = visit.world
    value = _form(visit.received).get("token", visit.received.query.get("token", ""))
    found = world.grants.get(value) or world.access_tokens.get(value)
    if found is None or found.revoked:
        raise _refusal("invalid_token")
    project = world.clients[found.client_id].project
    issued: list[Grant | AccessToken] = [*world.grants.values(), *world.access_tokens.values()]
    for one in issued:
        client = world.clients.get(one.client_id)
        if one.email == found.email and client is not None and client.project == project:
            one.revoked = True
    return await visit.answer({})


async def tokeninfo(visit: Visit) -> web.StreamResponse:
    access_token = visit.world.access_tokens.get(visit.received.query.get("access_token", ""))
    if access_token is None or access_token.revoked or access_token.expires_at <= visit.now:
        raise _refusal("invalid_token")
    body: JsonObject = {
        "aud": access_token.client_id,
        "azp": access_token.client_id,
        "scope": " ".join(access_token.scopes),
        "exp": str(int(access_token.expires_at)),
        "expires_in": str(int(access_token.expires_at - visit.now)),
    }
    account = visit.world.accounts.get(access_token.email)
    if account is not None:
        body |= {"sub": account.sub, "email": account.email, "email_verified": "true"}
    return await visit.answer(body)


async def userinfo(visit: Visit) -> web.StreamResponse:
    access_token = admit_bearer(visit.world, visit.caller, visit.now, IDENTITY_SCOPES)
    account = visit.world.accounts.get(access_token.email)
    if account is None:
        return await visit.answer({"email": access_token.email, "email_verified": True})
    if visit.received.path.startswith("/v1/"):
        return await visit.answer(
            {
                "sub": account.sub,
                "email": account.email,
                "email_verified": True,
                "name": account.name,
            }
        )
    return await visit.answer(
        {"id": account.sub, "email": account.email, "verified_email": True, "name": account.name}
    )


def _form(received: Received) -> dict[str, str]:
    return dict(parse_qsl(received.raw_body.decode(errors="replace"), keep_blank_values=True))


def _authorization_problem(world: World, query: Mapping[str, str]) -> str | None:
    """The error code Google's page would show, or None."""
    redirect = urlsplit(query.get("redirect_uri", ""))
    if query.get("client_id") not in world.clients:
        return "invalid_client"
    if redirect.scheme != "http" or redirect.hostname not in ("127.0.0.1", "localhost", "::1"):
        return "redirect_uri_mismatch"
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    scopes = query.get("scope", "").split()
    if not scopes or _BARE_SCOPE in scopes:
        return "invalid_scope"
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        return "invalid_request"
    return None


def _choice(world: World, query: Mapping[str, str]) -> str:
    """The page with one link per account, and one that refuses."""
    links = []
    for email in [*world.accounts, ""]:
        address = "?" + urlencode({**query, "consent": email})
        label = f"Continue as {email}" if email else "Cancel"
        links.append(f'<li><a href="{html.escape(address)}">{html.escape(label)}</a></li>')
    asked = "".join(f"<li>{html.escape(one)}</li>" for one in query["scope"].split())
    return (
        "<h1>Pretend Google</h1><p>This is a simulation. No real account is involved.</p>"
        f"<ul>{''.join(links)}</ul><p>Asked for:</p><ul>{asked}</ul>"
    )


def _page(status: int, body: str) -> Answer:
    document = f"<!doctype html><meta charset=utf-8><title>Pretend Google</title>{body}"
    return Answer(status, document.encode(), {}, "text/html; charset=utf-8")


def _new_code(
    world: World, query: Mapping[str, str], account: Account
) -> tuple[str, tuple[str, ...]]:
    asked = query["scope"].split()
    scopes = tuple(scope for scope in asked if scope not in world.refused_scopes)
    code = f"4/pretend-{world.next_serial():06d}"
    known = any(
        grant.email == account.email and grant.client_id == query["client_id"]
        for grant in world.grants.values()
    )
    consented = "consent" in query.get("prompt", "") or not known
    world.codes[code] = {
        "email": account.email,
        "scopes": scopes,
        "client_id": query["client_id"],
        "redirect_uri": query["redirect_uri"],
        "challenge": query.get("code_challenge"),
        "offline": query.get("access_type") == "offline" and consented,
    }
    return code, scopes


def _client(visit: Visit, form: Mapping[str, str]) -> OAuthClient:
    """The authenticated OAuth client, by form fields or HTTP Basic."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _space, packed = visit.received.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        try:
            client_id, _colon, secret = base64.b64decode(packed).decode().partition(":")
        except ValueError as exc:
            raise _refusal("invalid_request") from exc
    client = visit.world.clients.get(client_id)
    if client is None:
        raise _refusal("invalid_client_not_found")
    if client.fault is not None:
        raise _refusal(client.fault)
    if client.client_secret != secret:
        raise _refusal("invalid_client_unauthorized")
    return client


def _refreshed(visit: Visit, form: Mapping[str, str]) -> JsonObject:
    client = _client(visit, form)
    grant = visit.world.grants.get(form.get("refresh_token", ""))
    if grant is None or grant.client_id != client.client_id:
        raise _refusal("invalid_grant_bad_request")
    account = visit.world.accounts[grant.email]
    if grant.revoked:
        raise _refusal("invalid_grant_revoked")
    if account.fault is not None and account.fault in OAUTH_FAULTS:
        raise _refusal(account.fault)
    asked = form.get("scope", "").split()
    if not set(asked) <= set(grant.scopes):
        raise _refusal("invalid_scope")
    return _token_body(visit, account, client.client_id, grant.scopes)


def _exchanged(visit: Visit, form: Mapping[str, str]) -> JsonObject:
    client = _client(visit, form)
    code = visit.world.codes.pop(form.get("code", ""), None)
    if code is None or code["client_id"] != client.client_id:
        raise _refusal("invalid_grant_bad_request")
    verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    proof = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
    if form.get("redirect_uri") != code["redirect_uri"] or code["challenge"] not in (None, proof):
        raise _refusal("invalid_grant_bad_request")
    account = visit.world.accounts[code["email"]]
    body = _token_body(visit, account, client.client_id, code["scopes"])
    if code["offline"]:
        grant = visit.world.grant(account.email, client.client_id, code["scopes"])
        body["refresh_token"] = grant.refresh_token
    return body


def _asserted(visit: Visit, form: Mapping[str, str]) -> JsonObject:
    """A service account's signed JWT for an access token."""
    assertion = form.get("assertion", "")
    read = read_assertion(assertion)
    if read is None:
        raise _refusal("invalid_grant_bad_request")
    header, claims = read
    account = visit.world.service_accounts.get(str(claims.get("iss", "")))
    if account is None or header.get("alg") != "RS256":
        raise _refusal("invalid_grant_bad_request")
    audience = str(claims.get("aud", ""))
    # The address may have been replaced by the simulator's own; its path may not.
    in_place = audience == TOKEN_URI or urlsplit(audience).path == urlsplit(TOKEN_URI).path
    issued, expires = float(claims.get("iat", 0)), float(claims.get("exp", 0))
    lives = issued - 300 <= visit.now < expires <= issued + _LONGEST_ASSERTION_S
    if not (in_place and lives and signed_by(assertion, account.public_key_pem)):
        raise _refusal("invalid_grant_bad_request")
    scopes = tuple(str(claims.get("scope", "")).split())
    if not scopes:
        raise _refusal("invalid_scope")
    issued_token = visit.world.issue_access_token(account.email, "", scopes, visit.now)
    return {
        "access_token": issued_token.value,
        "expires_in": visit.world.token_lifetime_s,
        "token_type": "Bearer",
    }


def _token_body(
    visit: Visit, account: Account, client_id: str, scopes: tuple[str, ...]
) -> JsonObject:
    issued = visit.world.issue_access_token(account.email, client_id, scopes, visit.now)
    body: JsonObject = {
        "access_token": issued.value,
        "expires_in": visit.world.token_lifetime_s,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }
    if "openid" in scopes:
        claims = {
            "iss": "https://accounts.google.com",
            "aud": client_id,
            "sub": account.sub,
            "email": account.email,
            "email_verified": True,
            "iat": int(visit.now),
            "exp": int(visit.now) + visit.world.token_lifetime_s,
        }
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        packed = [base64.urlsafe_b64encode(orjson.dumps(one)).decode().rstrip("=") for one in parts]
        body["id_token"] = ".".join([*packed, "pretend"])
    return body


def _refusal(name: str) -> Refusal:
    return OAUTH_FAULTS[name].refusal()
