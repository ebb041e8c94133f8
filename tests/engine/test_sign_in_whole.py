"""The whole sign-in: Google's page in a real browser, and a real OpenID provider behind it."""

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import aiohttp
import pytest
from playwright.async_api import Page

from proxy_core.clock import SystemClock
from proxy_core.commands import SignInRequest, SignInStatus
from proxy_core.credentials.tokens import Authorizer
from proxy_core.simulator.world import RETRIEVER
from tests.fakes.browser import CHROMIUM, browser_page
from tests.fakes.oidc import OidcGoogle, oidc_google, oidc_provider
from tests.fakes.signing_in import SigningIn, secret_of, signing_in

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

ADA = "ada@example.com"
SUBJECT = "117000000000000000001"
PROJECT = "gen-lang-client-0000000001"


Scene: TypeAlias = Callable[..., AbstractAsyncContextManager[tuple[OidcGoogle, SigningIn, Page]]]


@pytest.fixture(scope="module")
def provider_port() -> Iterator[int]:
    with oidc_provider() as port:
        yield port


@pytest.fixture
def scene(provider_port: int) -> Scene:
    """Google with Ada and these projects of hers, sign-ins, and a browser."""

    @asynccontextmanager
    async def made(*projects: str) -> AsyncIterator[tuple[OidcGoogle, SigningIn, Page]]:
        async with oidc_google(provider_port) as fake:
            await fake.add_account(ADA, SUBJECT)
            for project in projects:
                fake.world.add_project(project, members={ADA})
            async with signing_in(fake.base_url) as running, browser_page() as page:
                yield fake, running, page

    return made


async def consent(page: Page, url: str) -> None:
    await page.goto(url)
    await page.fill("input[name=sub]", SUBJECT)
    await page.get_by_role("button", name="Authorize", exact=True).click()


async def test_an_account_signs_in_on_the_loopback_port(scene: Scene) -> None:
    async with scene(PROJECT) as (fake, running, page):
        complaints: list[str] = []
        begun = await running.sign_ins.begin_sign_in(SignInRequest())
        await page.goto(begun.redirect_uri.replace("/oauth2/callback", "/favicon.ico"))
        await page.goto(f"{begun.redirect_uri}?code=4/x&state=forged")
        page.on("console", lambda message: complaints.append(message.text))
        await consent(page, begun.url)
        await page.get_by_role("heading", name="Signed in").wait_for()
        text = await page.inner_text("main")
        loaded = await page.evaluate("performance.getEntriesByType('resource').length")
        radius = await page.evaluate(
            "getComputedStyle(document.querySelector('main')).borderRadius"
        )
        done = await running.sign_ins.sign_in(begun.id)
    assert ADA in text
    assert PROJECT in text
    assert (loaded, radius) == (0, "20px"), "the page stands alone, and its style is allowed"
    assert not [one for one in complaints if "Content Security Policy" in one]
    assert done.status is SignInStatus.DONE
    (credential,) = running.accounts.kept.values()
    secret = secret_of(credential)
    assert done.added == (credential.id,)
    assert credential.project == PROJECT
    assert (secret.email, secret.subject) == (ADA, SUBJECT)
    assert RETRIEVER in secret.scopes
    assert fake.asked[0]["prompt"] == "consent select_account"
    assert fake.asked[0]["code_challenge_method"] == "S256"
    assert len(fake.exchanges) == 1
    assert len(fake.exchanges[0]["code_verifier"]) == 128


async def test_the_address_of_a_page_that_does_not_load_is_pasted(scene: Scene) -> None:
    async with scene(PROJECT) as (_, running, page):
        begun = await running.sign_ins.begin_sign_in(SignInRequest(via="page"))
        async with page.expect_event(
            "requestfailed", lambda request: request.url.startswith(begun.redirect_uri)
        ) as failed:
            await consent(page, begun.url)
        address = (await failed.value).url
        done = await running.sign_ins.paste_redirect(begun.id, address)
    assert done.status is SignInStatus.DONE
    assert len(running.accounts.kept) == 1


async def test_a_browser_that_is_denied_is_told_so(scene: Scene) -> None:
    async with scene(PROJECT) as (_, running, page):
        begun = await running.sign_ins.begin_sign_in(SignInRequest())
        await page.goto(begun.url)
        await page.get_by_role("button", name="Deny").click()
        await page.get_by_role("heading", name="The sign-in did not work").wait_for()
        assert "without consent" in await page.inner_text("main")
        ended = await running.sign_ins.sign_in(begun.id)
    assert ended.status is SignInStatus.FAILED
    assert running.accounts.kept == {}


async def test_an_unticked_box_is_named_in_the_browser_and_nothing_is_kept(scene: Scene) -> None:
    async with scene(PROJECT) as (fake, running, page):
        fake.unticked = {RETRIEVER}
        begun = await running.sign_ins.begin_sign_in(SignInRequest())
        await consent(page, begun.url)
        await page.get_by_role("heading", name="The sign-in did not work").wait_for()
        assert "was not ticked" in await page.inner_text("main")
    assert running.accounts.kept == {}


async def test_the_browser_sends_one_back_to_choose_among_projects(scene: Scene) -> None:
    async with scene("first", "second") as (_, running, page):
        begun = await running.sign_ins.begin_sign_in(SignInRequest())
        await consent(page, begun.url)
        await page.get_by_role("heading", name="one step is left").wait_for()
        text = await page.inner_text("main")
        done = await running.sign_ins.choose_projects(begun.id, ["second"])
    assert "choose the project" in text
    assert "second" in text
    assert done.status is SignInStatus.DONE
    assert [one.project for one in running.accounts.kept.values()] == ["second"]


async def test_the_sign_in_is_good_for_requests_and_for_refreshes(scene: Scene) -> None:
    async with scene(PROJECT) as (fake, running, page), aiohttp.ClientSession() as session:
        begun = await running.sign_ins.begin_sign_in(SignInRequest())
        await consent(page, begun.url)
        await page.get_by_role("heading", name="Signed in").wait_for()
        (credential,) = running.accounts.kept.values()
        stale = dataclasses.replace(
            credential, secret=dataclasses.replace(secret_of(credential), access_token=None)
        )
        for one in (credential, stale):
            authorizer = Authorizer(session, SystemClock(), fake.base_url)
            headers = await authorizer.headers(one)
            url = f"{fake.base_url}/v1beta/models"
            async with session.get(url, headers=headers) as answer:
                assert answer.status == 200
            await authorizer.close()
    assert [form["grant_type"] for form in fake.exchanges] == [
        "authorization_code",
        "refresh_token",
    ]


async def test_signing_in_again_renews_and_hints_at_the_account(scene: Scene) -> None:
    async with scene(PROJECT) as (fake, running, page):
        for again in (None, "the one in the pool"):
            known = next(iter(running.accounts.kept), None) if again else None
            begun = await running.sign_ins.begin_sign_in(SignInRequest(again=known))
            await consent(page, begun.url)
            await page.get_by_role("heading", name="Signed in").wait_for()
            await running.until(SignInStatus.DONE)
            done = await running.sign_ins.sign_in(begun.id)
    assert fake.asked[-1]["login_hint"] == ADA
    assert done.renewed == tuple(running.accounts.kept)
    assert done.added == ()
