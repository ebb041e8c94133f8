"""The owner's part of a sign-in at the simulated Google, without a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from proxy_core.simulator import World
from tests.fakes.google import FakeGoogle, google

ADA = "ada@example.com"
PROJECT = "gen-lang-client-0000000001"


@asynccontextmanager
async def google_of_ada(*projects: str) -> AsyncIterator[FakeGoogle]:
    """Ada has these projects, and consents at once."""
    world = World(auto_consent=ADA)
    world.add_client("client-home", "pretend-client")
    world.add_account(ADA, *projects)
    async with google(world) as fake:
        yield fake


async def consented(url: str) -> str:
    """Where Google sends the browser after the consent page at `url`."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, allow_redirects=False) as response,
    ):
        assert response.status == 302, await response.text()
        return response.headers["Location"]


async def consented_query(url: str) -> str:
    return urlsplit(await consented(url)).query
