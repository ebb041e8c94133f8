"""The life of a sign-in: its states, its ends, and what a command finds in each."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from proxy_core.commands import Refusal, RefusalCode, SignInRequest, SignInStatus, SignInView
from proxy_core.credentials.model import Credential, KeySecret
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.engine.sign_in import CHOICE_S, CONSENT_S, MOST_SIGN_INS, REMEMBER_S
from proxy_core.simulator import Reply
from tests.fakes.accounts import CLIENT, FakeAccounts
from tests.fakes.clock import FakeClock
from tests.fakes.consenting import ADA, PROJECT, consented, consented_query, google_of_ada
from tests.fakes.signing_in import DOMAIN_NAME, PAGE_URL, SigningIn, signing_in

NOWHERE = "http://127.0.0.1:9"
"A Google that is not there, for what ends before it is asked."
LOOPBACK, PAGE = SignInRequest(), SignInRequest(via="page")
WEB = OAuthClient("web-client", SecretStr("s"), "web", "imported")


def refusal_of(caught: pytest.ExceptionInfo[Refusal], code: RefusalCode) -> Refusal:
    assert caught.value.code is code
    assert caught.value.sentence
    return caught.value


async def is_listening(redirect_uri: str) -> bool:
    port = urlsplit(redirect_uri).port
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


# -- begin ------------------------------------------------------------------------------------


async def test_it_begins_with_googles_page_and_a_port_that_listens() -> None:
    clock = FakeClock()
    async with signing_in(NOWHERE, clock=clock) as running:
        view = await running.sign_ins.begin_sign_in(LOOPBACK)
        assert view.status is SignInStatus.WAITING
        assert view.expires_at == clock.now() + CONSENT_S
        assert view.redirect_uri in parse_qs(urlsplit(view.url).query)["redirect_uri"]
        assert await is_listening(view.redirect_uri)
        assert await running.sign_ins.sign_in(view.id) == view
    assert not await is_listening(view.redirect_uri)


async def test_on_the_page_the_proxy_itself_answers() -> None:
    async with signing_in(NOWHERE) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
    assert view.redirect_uri == f"{PAGE_URL}/oauth2/callback"


@pytest.mark.parametrize(
    ("host", "client", "lost"),
    [
        ("127.0.0.1", CLIENT, False),
        ("0.0.0.0", CLIENT, False),
        ("192.168.1.20", CLIENT, True),
        ("::", CLIENT, True),
        ("192.168.1.20", WEB, False),
    ],
)
async def test_where_the_redirect_finds_nobody_its_address_is_asked_for(
    host: str, client: OAuthClient, lost: bool
) -> None:
    async with signing_in(NOWHERE, FakeAccounts(client=client), host=host) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
        assert ("paste its address" in view.next_step) is lost
        if client is CLIENT:
            view = await running.sign_ins.begin_sign_in(LOOPBACK)
            assert "paste" not in view.next_step


async def test_a_web_client_is_answered_under_the_public_name() -> None:
    async with signing_in(NOWHERE, FakeAccounts(client=WEB)) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
        assert view.redirect_uri == f"{DOMAIN_NAME}/oauth2/callback"
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.begin_sign_in(LOOPBACK)
    refusal_of(caught, RefusalCode.WRONG_CLIENT)


@pytest.mark.parametrize(
    ("domain_name", "base"),
    [
        ("https://pollux.example", "https://pollux.example"),
        ("http://localhost:7860", PAGE_URL),
        ("http://127.0.0.1:7860", PAGE_URL),
    ],
)
async def test_a_client_of_the_settings_goes_by_the_public_name_if_there_is_one(
    domain_name: str, base: str
) -> None:
    unknown = OAuthClient("some-client", SecretStr("s"), "unknown", "settings")
    accounts = FakeAccounts(client=unknown)
    async with signing_in(NOWHERE, accounts, domain_name=domain_name) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
    assert view.redirect_uri == f"{base}/oauth2/callback"


async def test_without_a_client_nothing_begins() -> None:
    async with signing_in(NOWHERE, FakeAccounts(client=None)) as running:
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.begin_sign_in(LOOPBACK)
    refusal_of(caught, RefusalCode.NO_CLIENT)


async def test_only_a_google_account_signs_in_again() -> None:
    key = Credential("key1", "API key …1", None, "vault", KeySecret(SecretStr("k")))
    async with signing_in(NOWHERE, FakeAccounts([key])) as running:
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.begin_sign_in(SignInRequest(again="key1"))
        refusal_of(caught, RefusalCode.INVALID)
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.begin_sign_in(SignInRequest(again="acc1"))
        refusal_of(caught, RefusalCode.NOT_FOUND)


async def test_a_typed_project_is_looked_at_before_the_browser_opens() -> None:
    async with signing_in(NOWHERE) as running:
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.begin_sign_in(SignInRequest(project="My project"))
    refusal_of(caught, RefusalCode.INVALID)


async def test_only_so_many_are_open_at_a_time() -> None:
    async with signing_in(NOWHERE) as running:
        views = [await running.sign_ins.begin_sign_in(PAGE) for _ in range(MOST_SIGN_INS)]
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.begin_sign_in(PAGE)
        refusal_of(caught, RefusalCode.UNAVAILABLE)
        await running.sign_ins.cancel_sign_in(views[3].id)
        await running.sign_ins.begin_sign_in(PAGE)
        with pytest.raises(Refusal):
            await running.sign_ins.sign_in(views[3].id)


# -- the redirect -----------------------------------------------------------------------------


async def test_the_browser_gets_the_true_result_and_the_port_closes() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        view = await running.sign_ins.begin_sign_in(LOOPBACK)
        status, text = await get(await consented(view.url))
        done = await running.sign_ins.sign_in(view.id)
        await running.sign_ins.cancel_sign_in(view.id)
        assert not await is_listening(view.redirect_uri)
    assert (status, done.status) == (200, SignInStatus.DONE)
    assert ADA in text
    assert PROJECT in text
    statuses = [event.status for event in running.events]
    assert statuses[0] == SignInStatus.WAITING
    assert statuses[1] == SignInStatus.EXCHANGING
    assert statuses[-1] == SignInStatus.DONE


async def test_the_browser_is_told_of_a_failure_too() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        fake.world.auto_consent = "nobody"
        view = await running.sign_ins.begin_sign_in(LOOPBACK)
        _, text = await get(await consented(view.url))
        ended = await running.sign_ins.sign_in(view.id)
    assert ended.status is SignInStatus.FAILED
    assert "without consent" in ended.sentence
    assert "without consent" in text


async def test_a_forged_redirect_ends_nothing() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        view = await running.sign_ins.begin_sign_in(LOOPBACK)
        for query in ("error=access_denied&state=x", "code=4/x", "code=4/x&state=", ""):
            status, text = await get(f"{view.redirect_uri}?{query}")
            assert status == 400
            assert "not waiting" in text
        assert (await get(view.redirect_uri.replace("/oauth2/callback", "/favicon.ico")))[0] == 404
        assert (await running.sign_ins.sign_in(view.id)).status is SignInStatus.WAITING
        assert (await get(await consented(view.url)))[0] == 200


async def test_a_state_without_code_or_error_ends_nothing() -> None:
    async with signing_in(NOWHERE) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
        state = parse_qs(urlsplit(view.url).query)["state"][0]
        assert await running.sign_ins.answer_redirect(f"state={state}") is None
        assert (await running.sign_ins.sign_in(view.id)).status is SignInStatus.WAITING


async def test_the_proxys_route_finds_the_sign_in_by_its_state() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        first = await running.sign_ins.begin_sign_in(PAGE)
        second = await running.sign_ins.begin_sign_in(PAGE)
        assert await running.sign_ins.answer_redirect("state=unknown&code=c") is None
        view = await running.sign_ins.answer_redirect(await consented_query(second.url))
        assert view is not None
        assert (view.id, view.status) == (second.id, SignInStatus.DONE)
        assert (await running.sign_ins.sign_in(first.id)).status is SignInStatus.WAITING


async def test_a_reload_of_the_page_shows_the_same_result_and_asks_google_nothing() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        hold = asyncio.Event()
        fake.world.script(Reply(hold=hold), action="token")
        begun = await running.sign_ins.begin_sign_in(PAGE)
        query = await consented_query(begun.url)
        both = asyncio.gather(
            running.sign_ins.answer_redirect(query), running.sign_ins.answer_redirect(query)
        )
        hold.set()
        first, second = await both
        third = await running.sign_ins.answer_redirect(query)
        assert len([one for one in fake.world.requests if one.action == "token"]) == 1
    assert first == second == third
    assert first is not None
    assert first.status is SignInStatus.DONE


async def test_a_browser_that_leaves_does_not_end_the_exchange() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
        query = await consented_query(view.url)
        browser = asyncio.create_task(running.sign_ins.answer_redirect(query))
        await running.until(SignInStatus.EXCHANGING)
        browser.cancel()
        await running.until(SignInStatus.DONE)


async def test_a_pasted_address_of_another_sign_in_is_refused_and_ends_nothing() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        first = await running.sign_ins.begin_sign_in(PAGE)
        second = await running.sign_ins.begin_sign_in(LOOPBACK)
        address = await consented(second.url)
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.paste_redirect(first.id, address)
        assert "another sign-in" in refusal_of(caught, RefusalCode.INVALID).sentence
        done = await running.sign_ins.paste_redirect(second.id, address)
        assert done.status is SignInStatus.DONE
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.paste_redirect(second.id, address)
        refusal_of(caught, RefusalCode.CONFLICT)


async def test_what_cannot_be_saved_is_told_as_the_store_says_it() -> None:
    accounts = FakeAccounts()
    accounts.refusal = Refusal(RefusalCode.STORE_FAILED, "The disk is full.", "Make room.")
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url, accounts) as running:
        view = await running.pasted(PAGE)
    assert view.status is SignInStatus.FAILED
    assert (view.sentence, view.next_step) == ("The disk is full.", "Make room.")


async def test_a_choice_that_cannot_be_saved_may_be_made_again() -> None:
    accounts = FakeAccounts()
    async with (
        google_of_ada("first", "second") as fake,
        signing_in(fake.base_url, accounts) as running,
    ):
        view = await running.pasted(PAGE)
        accounts.refusal = Refusal(RefusalCode.STORE_FAILED, "The disk is full.", "Make room.")
        failed = await running.sign_ins.choose_projects(view.id, ["first"])
        assert failed.status is SignInStatus.CHOOSING_PROJECT
        assert failed.sentence == "The disk is full."
        accounts.refusal = None
        done = await running.sign_ins.choose_projects(view.id, ["first"])
    assert done.status is SignInStatus.DONE


async def test_a_bug_ends_the_sign_in_instead_of_leaving_it_hanging() -> None:
    class Broken(FakeAccounts):
        async def keep(self, credentials: object) -> str:
            raise RuntimeError("a bug")

    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url, Broken()) as running:
        view = await running.pasted(PAGE)
    assert view.status is SignInStatus.FAILED
    assert "bug of its own" in view.sentence


# -- commands that do not fit -----------------------------------------------------------------


async def test_projects_are_chosen_only_when_it_is_time() -> None:
    async with google_of_ada("first", "second") as fake, signing_in(fake.base_url) as running:
        begun = await running.sign_ins.begin_sign_in(PAGE)
        for command in (
            running.sign_ins.choose_projects(begun.id, ["first"]),
            running.sign_ins.recheck_projects(begun.id),
        ):
            with pytest.raises(Refusal) as caught:
                await command
            refusal_of(caught, RefusalCode.CONFLICT)
        view = await running.sign_ins.paste_redirect(begun.id, await consented(begun.url))
        for projects in ([], ["no project"]):
            with pytest.raises(Refusal) as caught:
                await running.sign_ins.choose_projects(view.id, projects)
            refusal_of(caught, RefusalCode.INVALID)
        await running.sign_ins.choose_projects(view.id, ["first"])
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.choose_projects(view.id, ["second"])
        refusal_of(caught, RefusalCode.CONFLICT)


async def test_one_step_is_taken_at_a_time() -> None:
    async with google_of_ada("first", "second") as fake, signing_in(fake.base_url) as running:
        view = await running.pasted(PAGE)
        hold = asyncio.Event()
        fake.world.script(Reply(hold=hold), action="projects")
        checking = asyncio.create_task(running.sign_ins.recheck_projects(view.id))
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.choose_projects(view.id, ["first"])
        refusal_of(caught, RefusalCode.CONFLICT)
        hold.set()
        assert (await checking).status is SignInStatus.CHOOSING_PROJECT


async def test_an_unknown_sign_in_is_not_found() -> None:
    async with signing_in(NOWHERE) as running:
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.sign_in("0")
    refusal_of(caught, RefusalCode.NOT_FOUND)


# -- ends -------------------------------------------------------------------------------------


async def test_cancelling_closes_the_port_at_once() -> None:
    async with signing_in(NOWHERE) as running:
        view = await running.sign_ins.begin_sign_in(LOOPBACK)
        ended = await running.sign_ins.cancel_sign_in(view.id)
        assert ended.status is SignInStatus.CANCELLED
        assert not await is_listening(view.redirect_uri)
        assert await running.sign_ins.cancel_sign_in(view.id) == ended


async def test_cancelling_during_the_exchange_keeps_nothing() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        hold = asyncio.Event()
        fake.world.script(Reply(hold=hold), action="models")
        begun = await running.sign_ins.begin_sign_in(PAGE)
        redirect = await consented(begun.url)
        pasting = asyncio.create_task(running.sign_ins.paste_redirect(begun.id, redirect))
        await fake.world.until(lambda: fake.world.requests[-1].action == "models")
        await running.sign_ins.cancel_sign_in(begun.id)
        assert (await pasting).status is SignInStatus.CANCELLED
        hold.set()
    assert running.accounts.kept == {}


async def saving(running: SigningIn) -> tuple[str, asyncio.Task[SignInView], asyncio.Event]:
    """A sign-in whose credential is being kept: its id, its step, what lets the store go on."""
    running.accounts.saved = saved = asyncio.Event()
    begun = await running.sign_ins.begin_sign_in(PAGE)
    redirect = await consented(begun.url)
    pasting = asyncio.create_task(running.sign_ins.paste_redirect(begun.id, redirect))
    await running.accounts.saving.wait()
    return begun.id, pasting, saved


async def test_what_is_being_saved_is_not_cancelled_but_told_as_it_ends() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        sign_in_id, pasting, saved = await saving(running)
        cancelling = asyncio.create_task(running.sign_ins.cancel_sign_in(sign_in_id))
        await asyncio.sleep(0)
        saved.set()
        ended = await cancelling
        assert ended.status is SignInStatus.DONE
        assert ended.added == tuple(running.accounts.kept)
        assert await pasting == ended


async def test_stopping_the_engine_waits_for_what_is_being_saved() -> None:
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url) as running:
        _, pasting, saved = await saving(running)
        closing = asyncio.create_task(running.sign_ins.close())
        await asyncio.sleep(0)
        saved.set()
        await closing
        assert (await pasting).status is SignInStatus.DONE


async def test_five_minutes_without_consent_end_it_and_close_the_port() -> None:
    clock = FakeClock()
    async with signing_in(NOWHERE, clock=clock) as running:
        view = await running.sign_ins.begin_sign_in(LOOPBACK)
        await asyncio.sleep(0)  # the timer starts
        clock.advance(CONSENT_S - 1)
        assert (await running.sign_ins.sign_in(view.id)).status is SignInStatus.WAITING
        clock.advance(1)
        await running.until(SignInStatus.EXPIRED)
        ended = await running.sign_ins.cancel_sign_in(view.id)
        assert ended.status is SignInStatus.EXPIRED
        assert "five minutes" in ended.sentence
        assert not await is_listening(view.redirect_uri)


async def test_a_redirect_after_the_time_is_told_that_it_is_late() -> None:
    clock = FakeClock()
    async with google_of_ada() as fake, signing_in(fake.base_url, clock=clock) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
        query = await consented_query(view.url)
        await asyncio.sleep(0)  # the timer starts
        clock.advance(CONSENT_S)
        await running.until(SignInStatus.EXPIRED)
        late = await running.sign_ins.answer_redirect(query)
        assert late is not None
        assert late.status is SignInStatus.EXPIRED
        assert not [one for one in fake.world.requests if one.action == "token"]


async def test_a_choice_that_nobody_makes_ends_it_after_a_quarter_of_an_hour() -> None:
    clock = FakeClock()
    async with (
        google_of_ada("first", "second") as fake,
        signing_in(fake.base_url, clock=clock) as running,
    ):
        view = await running.pasted(PAGE)
        assert view.expires_at == clock.now() + CHOICE_S
        await asyncio.sleep(0)  # the timer starts
        clock.advance(CHOICE_S)
        await running.until(SignInStatus.EXPIRED)
        ended = await running.sign_ins.sign_in(view.id)
    assert "quarter of an hour" in ended.sentence
    assert running.accounts.kept == {}


async def test_the_only_candidate_is_taken_when_nobody_answers() -> None:
    clock = FakeClock()
    async with google_of_ada(PROJECT) as fake, signing_in(fake.base_url, clock=clock) as running:
        fake.world.projects[PROJECT].services.clear()
        await running.pasted(PAGE)
        fake.world.projects[PROJECT].services.add("generativelanguage.googleapis.com")
        await asyncio.sleep(0)  # the timer starts
        clock.advance(CHOICE_S)
        await running.until(SignInStatus.DONE)
    assert [one.project for one in running.accounts.kept.values()] == [PROJECT]


async def test_an_ended_sign_in_is_forgotten_after_a_while() -> None:
    clock = FakeClock()
    async with signing_in(NOWHERE, clock=clock) as running:
        view = await running.sign_ins.begin_sign_in(PAGE)
        await running.sign_ins.cancel_sign_in(view.id)
        clock.advance(REMEMBER_S - 1)
        await running.sign_ins.sign_in(view.id)
        clock.advance(1)
        with pytest.raises(Refusal) as caught:
            await running.sign_ins.sign_in(view.id)
    refusal_of(caught, RefusalCode.NOT_FOUND)


async def test_stopping_the_engine_ends_every_sign_in() -> None:
    async with signing_in(NOWHERE) as running:
        views = [await running.sign_ins.begin_sign_in(LOOPBACK) for _ in range(3)]
        await running.sign_ins.close()
        for view in views:
            assert not await is_listening(view.redirect_uri)
            assert (await running.sign_ins.sign_in(view.id)).status is SignInStatus.CANCELLED


async def test_nothing_of_a_sign_in_shows_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    async def seen(running: SigningIn) -> str:
        view = await running.pasted(PAGE)
        return f"{view!r}{running.events!r}{view.as_json()}"

    async with google_of_ada("first", "second") as fake, signing_in(fake.base_url) as running:
        text = await seen(running) + caplog.text
        tokens = (*fake.world.grants, *fake.world.access_tokens, "pretend-client-secret")
    assert not [token for token in tokens if token in text]
