"""Made-up credentials, a clock that stands still, and a scripted token endpoint."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from proxy_core.clock import Uptime
from proxy_core.credentials.files import parse_credentials
from proxy_core.credentials.model import AccountSecret, Credential, KeySecret, ServiceAccountSecret

RETRIEVER = "https://www.googleapis.com/auth/generative-language.retriever"
PLANTED = "planted-secret"
"Part of every made-up secret; it must never be seen in a text for people."

GRANT: dict[str, Any] = {
    "access_token": f"ya29.{PLANTED}-1",
    "expires_in": 3599,
    "scope": f"openid {RETRIEVER}",
    "token_type": "Bearer",
}


@dataclass
class StandingClock:
    wall: float = 1_800_000_000.0
    steady: float = 1_000.0

    def now(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def uptime(self) -> Uptime:
        return Uptime(self.steady, self.steady)

    def advance(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    async def wait(self, future: asyncio.Future[Any], seconds: float) -> bool:
        raise NotImplementedError("nothing here waits by the clock")


def stored_account(**changes: Any) -> dict[str, Any]:
    """An account as our own files have it; a change to None takes the field out."""
    fields = {
        "client_id": "made-up-client",
        "client_secret": f"{PLANTED}-client",
        "refresh_token": f"1//{PLANTED}-refresh",
        "token": f"ya29.{PLANTED}-found",
        "scopes": ["openid", RETRIEVER],
        "token_uri": "https://oauth2.googleapis.com/token",
        "expiry": "2027-01-15T09:00:00Z",
        "project_id": "first-project",
        "email": "Ada@example.com",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def account(project: str | None = "first-project", **changes: Any) -> Credential:
    secret: dict[str, Any] = {
        "client_id": "made-up-client",
        "client_secret": SecretStr(f"{PLANTED}-client"),
        "refresh_token": SecretStr(f"1//{PLANTED}-refresh"),
    }
    return Credential(
        id=f"acc{project}",
        label=f"ada@example.com · {project}",
        project=project,
        store="folder",
        secret=AccountSecret(**(secret | changes)),
    )


def api_key() -> Credential:
    secret = KeySecret(SecretStr(f"AQ.{PLANTED}"))
    return Credential("keyaaaaaaaaaa", "API key …cret", None, "folder", secret)


Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class TokenServer:
    """Answers POST /token from `answers`, the last of which repeats."""

    answers: list[Answer] = field(default_factory=lambda: [(200, GRANT)])
    forms: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    "Closed, it keeps requests waiting."

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        self.arrived.set()
        await self.gate.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        headers = answer[2] if len(answer) > 2 else {}
        if isinstance(answer[1], str):
            return web.Response(status=answer[0], text=answer[1], headers=headers)
        return web.json_response(answer[1], status=answer[0], headers=headers)


@asynccontextmanager
async def serving(handle: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/token", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def service_account_secret(private_key: rsa.RSAPrivateKey) -> ServiceAccountSecret:
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ServiceAccountSecret(
        "robot@p.iam.gserviceaccount.com",
        SecretStr(pem),
        "kid1",
        "https://oauth2.googleapis.com/token",
    )


def kept(**changes: Any) -> Credential:
    """The account of `stored_account` as a store gives it back: with its true id."""
    return parse_one(stored_account(**changes))


def parse_one(stored: object) -> Credential:
    """The credential that this stored JSON is."""
    credentials, unreadable = parse_credentials(stored, store="made up", source="made up")
    assert not unreadable, unreadable
    return credentials[0]
