"""A running simulator with a clock that moves by hand, and a small client for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest

from proxy_core.simulator import World
from tests.fakes.google import google

NOON = 1_763_928_000.0
"""23 Nov 2025, 12:00 in Los Angeles."""


@dataclass
class HandClock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Client:
    """Speaks to one simulator with the API key of `home-project` unless told otherwise."""

    session: aiohttp.ClientSession
    world: World
    clock: HandClock
    key: str

    async def call(
        self,
        action: str,
        body: Any,
        model: str = "gemini-3.8-flash",
        headers: dict[str, str] | None = None,
        version: str = "v1beta",
    ) -> tuple[int, Any]:
        """Status and JSON of `models/{model}:{action}`."""
        path = f"/{version}/models/{model}:{action}"
        return await self.send("POST", path, headers, data=orjson.dumps(body))

    async def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        headers = {"x-goog-api-key": self.key} if headers is None else headers
        async with self.session.request(method, path, headers=headers, **more) as answer:
            raw = await answer.read()
            if not raw or "json" not in answer.content_type:
                return answer.status, raw
            return answer.status, orjson.loads(raw)

    async def stream(self, body: Any, sse: bool = True, model: str = "gemini-3.8-flash") -> bytes:
        path = f"/v1beta/models/{model}:streamGenerateContent" + ("?alt=sse" if sse else "")
        headers = {"x-goog-api-key": self.key}
        async with self.session.post(path, json=body, headers=headers) as answer:
            return await answer.read()

    async def access_token(self, file: dict[str, Any]) -> tuple[int, Any]:
        """What a refresh with this credentials file answers."""
        form = {name: file[name] for name in ("refresh_token", "client_id", "client_secret")}
        form["grant_type"] = "refresh_token"
        return await self.send("POST", "/token", {}, data=form)

    async def bearer(self, file: dict[str, Any]) -> dict[str, str]:
        """Headers of a signed-in account, with its project."""
        _status, body = await self.access_token(file)
        headers = {"Authorization": f"Bearer {body['access_token']}"}
        if "project_id" in file:
            headers["x-goog-user-project"] = file["project_id"]
        return headers


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def client(clock: HandClock) -> AsyncIterator[Client]:
    async with google(clock=clock) as fake, aiohttp.ClientSession(fake.base_url) as session:
        yield Client(session, fake.world, clock, fake.world.add_key("home-project"))


def said(text: str, **more: Any) -> dict[str, Any]:
    """A request with one user message."""
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}


def text_of(response: dict[str, Any]) -> str:
    parts = response["candidates"][0]["content"]["parts"]
    return "".join(part.get("text", "") for part in parts if not part.get("thought"))
