"""The whole way of an account: Google's page in a real browser, a foreign OAuth server behind it,
the credential in its store, and the first request that it serves."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, Route

from proxy_core.assembly import build
from proxy_core.commands import SignInRequest, SignInStatus
from proxy_core.engine.engine import Engine
from proxy_core.settings import load_settings
from tests.fakes.browser import CHROMIUM, browser_page
from tests.fakes.oidc import OidcGoogle, oidc_google, oidc_provider

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

ROOT = Path(__file__).parent.parent.parent
ADA, SUBJECT = "ada@example.com", "117000000000000000001"
PROJECT = "gen-lang-client-0000000001"
TOKEN = "a-token-for-the-whole-way"
PATIENCE_S = 30.0
DESKTOP_CLIENT = json.dumps(
    {
        "installed": {
            "client_id": "made-up.apps.example.com",
            "client_secret": "made-up-client-secret",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "redirect_uris": ["http://localhost"],
        }
    }
)


@dataclass
class Home:
    """A data folder, and a Google with Ada's account."""

    fake: OidcGoogle
    folder: Path

    @asynccontextmanager
    async def engine(self, *, gen_creds: bool = False) -> AsyncIterator[Engine]:
        values = {
            "PORT": "0",
            "GEMINI_AUTH_PASSWORD": TOKEN,
            "GOOGLE_API_BASE_URL": self.fake.base_url,
            "PERSISTENT_STORAGE_PATH": str(self.folder),
        }
        settings = await asyncio.to_thread(load_settings, values, {}, None, None)
        engine = build(settings, TOKEN, gen_creds=gen_creds)
        await engine.start()
        try:
            await engine.loaded()
            yield engine
        finally:
            await engine.stop(grace_s=0.2)

    async def terminal(self, *arguments: str) -> Process:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder.parent),
            "GEMINI_AUTH_PASSWORD": TOKEN,
            "GOOGLE_API_BASE_URL": self.fake.base_url,
            "PERSISTENT_STORAGE_PATH": str(self.folder),
        }
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "proxy_core", *arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
        )

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("oauth_creds_*.json"))


@pytest.fixture(scope="module")
def provider_port() -> Iterator[int]:
    with oidc_provider() as port:
        yield port


@pytest.fixture
async def home(tmp_path: Path, provider_port: int) -> AsyncIterator[Home]:
    async with oidc_google(provider_port) as fake:
        await fake.add_account(ADA, SUBJECT)
        fake.world.add_project(PROJECT, members={ADA})
        yield Home(fake, tmp_path / "data")


async def consent(page: Page, url: str) -> None:
    await page.goto(url)
    await page.fill("input[name=sub]", SUBJECT)
    await page.get_by_role("button", name="Authorize", exact=True).click()


async def ask(engine: Engine) -> tuple[int, str | None]:
    """The status of a model call, and who served it."""
    body = {"model": "gemini-3.8-flash", "messages": [{"role": "user", "content": "hello"}]}
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Pollux-Trace": "1"}
    async with (
        aiohttp.ClientSession(engine.url, headers=headers) as session,
        session.post("/v1/chat/completions", json=body) as answer,
    ):
        await answer.read()
        return answer.status, answer.headers.get("x-pollux-credential")


SERVED = (200, f"{ADA} · {PROJECT}")


async def test_from_the_loopback_port_to_the_first_request(home: Home) -> None:
    async with home.engine() as engine, browser_page() as page:
        client = await engine.commands.import_client(DESKTOP_CLIENT.encode())
        assert client.kind == "installed"
        assert (await ask(engine))[0] == 503
        begun = await engine.commands.begin_sign_in(SignInRequest(via="loopback"))
        assert begun.redirect_uri.startswith("http://127.0.0.1:")
        await consent(page, begun.url)
        await page.get_by_role("heading", name="Signed in").wait_for()
        assert ADA in await page.inner_text("main")
        done = await engine.commands.sign_in(begun.id)
        assert (done.status, done.store) == (SignInStatus.DONE, "folder")
        assert await ask(engine) == SERVED
        (view,) = engine.snapshot().credentials
        assert (view.id, view.state, view.project) == (done.added[0], "ready", PROJECT)
    assert home.files() == [f"oauth_creds_{ADA}_{PROJECT}.json"]
    async with home.engine() as engine:  # after a restart the refresh token does it
        assert await ask(engine) == SERVED
    first, *later = [form["grant_type"] for form in home.fake.exchanges]
    assert first == "authorization_code"
    assert set(later) == {"refresh_token"}


async def test_from_a_pasted_address_to_the_first_request(home: Home) -> None:
    """The terminal on a host without a browser; the browser is elsewhere, and sees no Pollux."""
    (home.folder.parent / "client_secret_made_up.json").write_text(DESKTOP_CLIENT)
    ended_on: list[str] = []

    async def out_of_reach(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        answer = await route.fetch(max_redirects=0)
        ended_on.append(answer.headers["location"])
        await route.fulfill(status=502, body="127.0.0.1 refused to connect")

    async with browser_page() as page:
        await page.route("**/o/oauth2/v2/auth*", out_of_reach)
        client = str(home.folder.parent / "client_secret_made_up.json")
        process = await home.terminal("accounts", "add", "--no-browser", "--client", client)
        assert process.stderr is not None
        assert process.stdin is not None
        async with asyncio.timeout(PATIENCE_S):
            url = ""
            while not url.startswith(home.fake.base_url):
                line = await process.stderr.readline()
                assert line, "the terminal gave no address"
                url = line.decode().strip()
            await consent(page, url)
            await page.get_by_text("refused to connect").wait_for()
            out, err = await process.communicate(f"{ended_on[0]}\n".encode())
    assert process.returncode == 0, err.decode()
    assert f"{ADA} · {PROJECT}" in (out + err).decode()
    async with home.engine() as engine:
        assert await ask(engine) == SERVED


async def test_from_the_credential_generators_page_to_the_first_request(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "client_secret_made_up.json"
    file.write_text(DESKTOP_CLIENT)
    async with home.engine(gen_creds=True) as engine, browser_page() as page:
        violations: list[str] = []
        page.on("console", lambda message: violations.append(message.text))
        assert (await ask(engine))[0] == 404
        await page.goto(f"{engine.url}/")
        await page.get_by_label("Bearer token", exact=True).fill(TOKEN)
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("tab", name="Sign in with Google").click()
        await page.set_input_files("#client-file", file)
        async with page.context.expect_page() as opened:
            await page.get_by_role("button", name="Sign in with Google").click()
        google = await opened.value
        await google.wait_for_load_state()
        await google.fill("input[name=sub]", SUBJECT)
        await google.get_by_role("button", name="Authorize", exact=True).click()
        await google.get_by_role("heading", name="Signed in").wait_for()
        assert google.url.startswith(f"http://127.0.0.1:{engine.port}/oauth2/callback?")
        await page.locator("#rows").get_by_text(ADA).first.wait_for()
        assert not [text for text in violations if "Security Policy" in text]
    assert home.files() == [f"oauth_creds_{ADA}_{PROJECT}.json"]
    async with home.engine() as engine:
        assert await ask(engine) == SERVED
