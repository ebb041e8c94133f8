"""A pretend Google whose sign-in is a real OpenID provider: PyPI's oidc-provider-mock.

The provider runs in a process of its own, for its warnings and threads are not ours. A router in
front maps Google's paths to it, and sends everything else to the simulator. What it translates:

- scopes, for the provider knows only those of OpenID: each of Google's stands for one of them;
- `access_type` and `prompt`, which the provider does not know: without them its refresh token is
  held back, as Google would;
- the provider ignores the PKCE challenge; the router checks it, as Google would;
- the provider takes a client's secret at a refresh only by HTTP Basic; Google by both ways;
- the provider forgets `state` where consent is denied; Google does not.

The exchange itself, codes, tokens, id_token and userinfo are the provider's.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import orjson
from aiohttp import web

from proxy_core.simulator import World
from proxy_core.simulator.world import (
    CLOUD_PLATFORM,
    CLOUD_PLATFORM_READ_ONLY,
    RETRIEVER,
    USERINFO_EMAIL,
    AccessToken,
)
from tests.fakes.google import google

_PROVIDER = """
import sys
from oidc_provider_mock import run_server_in_thread
with run_server_in_thread() as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""
_SCOPES = {
    "openid": "openid",
    USERINFO_EMAIL: "email",
    RETRIEVER: "address",
    CLOUD_PLATFORM_READ_ONLY: "phone",
    CLOUD_PLATFORM: "profile",
}
_GOOGLES = {theirs: googles for googles, theirs in _SCOPES.items()}


@dataclass(slots=True)
class OidcGoogle:
    """Running; what tests set and look at."""

    base_url: str
    world: World
    provider_port: int
    http: aiohttp.ClientSession
    unticked: set[str] = field(default_factory=set)
    "Scopes whose box the owner leaves empty."
    asked: list[dict[str, str]] = field(default_factory=list)
    "Queries of the consent pages."
    exchanges: list[dict[str, str]] = field(default_factory=list)
    "Forms of the token requests, as they came."
    _offline: dict[str, bool] = field(default_factory=dict)
    _challenges: dict[str, str] = field(default_factory=dict)
    "Both by code."
    _emails: dict[str, str] = field(default_factory=dict)
    "By refresh token."

    async def add_account(self, email: str, subject: str) -> None:
        """One that can sign in, by typing its subject."""
        self.world.add_account(email)
        url = f"http://127.0.0.1:{self.provider_port}/users/{subject}"
        async with self.http.put(url, json={"email": email, "email_verified": True}) as answer:
            assert answer.status == 204

    async def consent_page(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        if request.method == "GET":
            self.asked.append(dict(query))
        scopes = [one for one in query.get("scope", "").split() if one not in self.unticked]
        query["scope"] = " ".join(_SCOPES[one] for one in scopes)
        body = await request.read()
        answer = await self._ask(request, f"/oauth2/authorize?{urlencode(query)}", body)
        back = dict(parse_qsl(urlsplit(answer.headers.get("Location", "")).query))
        if "error" in back and "state" not in back:
            answer.headers["Location"] += "&" + urlencode({"state": query["state"]})
        code = back.get("code")
        if code:
            prompt = query.get("prompt", "").split()
            self._offline[code] = query.get("access_type") == "offline" and "consent" in prompt
            if query.get("code_challenge_method") == "S256":
                self._challenges[code] = query["code_challenge"]
        return answer

    async def token(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode()))
        self.exchanges.append(form)
        code = form.get("code", "")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if self._challenges.pop(code, proof) != proof:
            return web.json_response({"error": "invalid_grant"}, status=400)
        secret = form.pop("client_secret", None)
        login = aiohttp.encode_basic_auth(form["client_id"], secret) if secret else None
        body = urlencode(form).encode()
        answer = await self._ask(request, "/oauth2/token", body, login)
        if answer.status != 200 or not isinstance(answer.body, bytes):
            return answer
        tokens: dict[str, Any] = orjson.loads(answer.body)
        scopes = tuple(_GOOGLES[one] for one in tokens["scope"].split())
        tokens["scope"] = " ".join(scopes)
        if not self._offline.pop(code, True):
            tokens.pop("refresh_token", None)
        email = self._owner(form, tokens)
        value = tokens["access_token"]
        ends = time.time() + tokens["expires_in"]
        token = AccessToken(value, email, form["client_id"], scopes, ends)
        self.world.access_tokens[value] = token
        return web.json_response(tokens)

    async def userinfo(self, request: web.Request) -> web.Response:
        return await self._ask(request, "/userinfo", b"")

    def _owner(self, form: dict[str, str], tokens: dict[str, Any]) -> str:
        if "id_token" in tokens:
            payload = tokens["id_token"].split(".")[1]
            email = str(orjson.loads(base64.urlsafe_b64decode(payload + "=="))["email"])
        else:
            email = self._emails[form["refresh_token"]]
        if "refresh_token" in tokens:
            self._emails[tokens["refresh_token"]] = email
        return email

    async def _ask(
        self, request: web.Request, path_qs: str, body: bytes, login: str | None = None
    ) -> web.Response:
        kept = ("Authorization", "Content-Type", "Accept")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        if login is not None:
            headers["Authorization"] = login
        # The provider takes plain http only from this name.
        headers["Host"] = f"localhost:{self.provider_port}"
        url = f"http://127.0.0.1:{self.provider_port}{path_qs}"
        async with self.http.request(
            request.method, url, data=body, headers=headers, allow_redirects=False
        ) as answer:
            names = ("Content-Type", "Location", "WWW-Authenticate")
            shown = {name: answer.headers[name] for name in names if name in answer.headers}
            return web.Response(status=answer.status, body=await answer.read(), headers=shown)


@asynccontextmanager
async def oidc_google(provider_port: int, world: World | None = None) -> AsyncIterator[OidcGoogle]:
    """Serve all of Google while the block runs; `base_url` is what GOOGLE_API_BASE_URL takes.

    provider_port: of a running `oidc_provider()`.
    """
    async with google(world) as simulated, aiohttp.ClientSession() as http:
        fake = OidcGoogle("", simulated.world, provider_port, http)
        app = web.Application()
        app.router.add_route("*", "/o/oauth2/v2/auth", fake.consent_page)
        app.router.add_post("/token", fake.token)
        app.router.add_get("/v1/userinfo", fake.userinfo)
        app.router.add_route("*", "/{rest:.*}", _through(http, simulated.base_url))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fake.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield fake
        finally:
            await runner.cleanup()


@contextmanager
def oidc_provider() -> Iterator[int]:
    """The provider in a process of its own; its port. It starts slowly: one serves many tests."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _PROVIDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    with process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _through(http: aiohttp.ClientSession, base_url: str) -> Any:
    async def forward(request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        async with http.request(
            request.method,
            base_url + request.path_qs,
            data=await request.read(),
            headers=headers,
            allow_redirects=False,
        ) as answer:
            response = web.StreamResponse(status=answer.status)
            for name in ("Content-Type", "Retry-After", "WWW-Authenticate"):
                if name in answer.headers:
                    response.headers[name] = answer.headers[name]
            await response.prepare(request)
            async for piece in answer.content.iter_any():
                await response.write(piece)
            await response.write_eof()
            return response

    return forward
