"""The page, as its owner uses it."""

import time
from dataclasses import replace

import pytest
from playwright.async_api import Browser, FilePayload, Locator

from proxy_core.commands import ProjectView, Refusal, RefusalCode, SignInRequest
from tests.fakes.commands import NO_CLIENT, credential, model
from tests.fakes.console import open_stand
from tests.fakes.pollux import TOKEN
from tests.server.page.conftest import PATIENCE_MS, Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONSENT = "http://127.0.0.1:1/?state=pretend&code=1"
LINK = "https://console.cloud.google.com/apis/library?project=off-project"
EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
PROJECTS = (
    ProjectView("gen-lang-client-1", "Gemini API", "on", recommended=True, known=False, link=""),
    ProjectView("second-project", "Second", "on", recommended=False, known=True, link=""),
    ProjectView("off-project", "Off", "off", recommended=False, known=False, link=LINK),
)


def row(visit: Visit, label: str) -> Locator:
    return visit.page.locator("#rows > li", has_text=label)


async def open_row(visit: Visit, label: str) -> Locator:
    found = row(visit, label)
    await found.locator("summary").click()
    return found


# -- coming in ----------------------------------------------------------------------------------


async def test_the_token_is_asked_for_first_and_becomes_a_session(visit: Visit) -> None:
    await visit.sign_in("wrong")
    await visit.page.get_by_text("That is not the bearer token").wait_for()
    assert not await visit.page.locator("#console").is_visible()
    await visit.page.get_by_label("Bearer token").fill(TOKEN)
    await visit.page.keyboard.press("Enter")
    await row(visit, "team key").wait_for()
    (cookie,) = await visit.page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (
        *(f"pollux_session_{visit.stand.url.rpartition(':')[2]}", True),
        "Strict",
    )
    kept = await visit.page.evaluate("[document.cookie, {...localStorage}, {...sessionStorage}]")
    assert kept == ["", {}, {}]
    await visit.page.reload()
    await row(visit, "team key").wait_for()


async def test_signing_out_and_a_new_token_lead_back_to_the_door(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Sign out").click()
    await visit.page.get_by_label("Bearer token").wait_for()
    assert await row(visit, "team key").count() == 0
    await visit.sign_in()
    await row(visit, "team key").wait_for()
    visit.stand.token.replace("another-token")
    await (await open_row(visit, "team key")).get_by_role("button", name="Check now").click()
    await visit.page.get_by_label("Bearer token").wait_for()


async def test_from_elsewhere_the_page_says_what_to_set(visit: Visit) -> None:
    await visit.page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.9"})
    await visit.open()
    await visit.page.get_by_text("Set ADMIN_PASSWORD").wait_for()
    assert not await visit.page.get_by_label("Bearer token").is_visible()


async def test_a_warning_stays_in_sight(browser: Browser) -> None:
    async with open_stand(notice="Pretend Google: nothing here is real.") as stand:
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await Visit(page, stand).sign_in()
        await page.get_by_text("nothing here is real").wait_for()
        await page.close()


# -- the pool -----------------------------------------------------------------------------------


async def test_the_pool_is_shown_and_follows_what_happens(visit: Visit) -> None:
    await visit.sign_in()
    await row(visit, "team key").get_by_text("Ready").wait_for()
    assert await visit.text("#summary") == "2 of 2 can serve requests"
    suspended = credential(
        *("key0000000002", "team key", "suspended", "Google has suspended this project."),
        next_step="Appeal at https://support.google.com/appeal.",
    )
    visit.commands.put(suspended)
    await row(visit, "team key").get_by_text("Suspended", exact=True).wait_for()
    link = row(visit, "team key").get_by_role("link")
    assert await link.get_attribute("href") == "https://support.google.com/appeal"
    assert await link.get_attribute("rel") == "noopener noreferrer"
    assert await visit.text("#summary") == "1 of 2 can serve requests"
    del visit.commands.pool["key0000000002"]
    visit.commands.tell()
    await row(visit, "team key").wait_for(state="detached")


async def test_a_row_tells_with_whom_it_shares_its_quota(visit: Visit) -> None:
    visit.commands.put(credential("key0000000003", "lone key", project="another-project"))
    visit.commands.put(credential("key0000000004", "new key", project=None))
    await visit.sign_in()
    shared = await open_row(visit, "team key")
    await shared.get_by_text("shared with 1 other of this project").wait_for()
    for label in ("lone key", "new key"):
        alone = await open_row(visit, label)
        await alone.get_by_text("its own", exact=True).wait_for()


async def test_rests_count_down_and_an_open_row_stays_open(visit: Visit) -> None:
    await visit.sign_in()
    opened = await open_row(visit, "ada@example.com")
    await opened.get_by_text("3 of 10 this minute").wait_for()
    resting = model("gemini-3.8-flash", "cooling", until=time.time() + 600, used_minute=10)
    visit.commands.put(replace(visit.commands.pool["acc0000000001"], models=(resting,)))
    await opened.get_by_text("10 of 10 this minute").wait_for()
    assert (await opened.locator(".chip").first.inner_text()).split() == ["Resting", "10", "min"]


async def test_a_button_outlives_the_traffic_around_it(visit: Visit) -> None:
    await visit.sign_in()
    opened = await open_row(visit, "ada@example.com")
    check = await opened.get_by_role("button", name="Check now").element_handle()
    busy = model("gemini-3.8-flash", used_minute=9)
    visit.commands.put(replace(visit.commands.pool["acc0000000001"], models=(busy,), in_flight=4))
    await opened.get_by_text("9 of 10 this minute").wait_for()
    assert check is not None
    assert await check.evaluate("button => button.isConnected")


async def test_a_credential_is_checked_renamed_and_disabled(visit: Visit) -> None:
    await visit.sign_in()
    opened = await open_row(visit, "team key")
    await opened.get_by_role("button", name="Check now").click()
    await visit.toast("Google answered: it works.")
    await opened.get_by_role("button", name="Rename…").click()
    await visit.page.get_by_label("Name", exact=True).fill("our key")
    await visit.page.get_by_role("button", name="Rename", exact=True).click()
    renamed = row(visit, "our key")
    await renamed.get_by_role("button", name="Disable").click()
    await renamed.get_by_text("Disabled", exact=True).wait_for()
    await renamed.get_by_role("button", name="Enable").click()
    await renamed.get_by_text("Ready", exact=True).wait_for()
    assert visit.commands.calls[1:] == [
        ("check", "key0000000002"),
        ("rename", "key0000000002", "our key"),
        ("enable", "key0000000002", False),
        ("enable", "key0000000002", True),
    ]


async def test_vertex_is_switched_on_with_a_location_and_off_again(visit: Visit) -> None:
    await visit.sign_in()
    found = await open_row(visit, "team key")
    await found.get_by_role("button", name="Use Vertex AI…").click()
    await visit.page.get_by_text("Google bills every call of Vertex AI.").wait_for()
    await visit.page.get_by_label("Location").fill("eu")
    await visit.page.get_by_role("button", name="Use Vertex AI", exact=True).click()
    await found.locator(".meta", has_text="Vertex AI · billed · eu").wait_for()
    await found.get_by_role("button", name="Stop using Vertex AI").click()
    await found.get_by_role("button", name="Use Vertex AI…").wait_for()
    asked = [call[2:] for call in visit.stand.commands.calls if call[0] == "set_service"]
    assert asked == [("vertex", "eu"), ("gemini", "global")]


async def test_an_account_that_did_not_allow_vertex_signs_in_again_for_it(visit: Visit) -> None:
    await visit.sign_in()
    found = await open_row(visit, "ada@example.com")
    visit.stand.commands.refusal = Refusal(RefusalCode.SCOPE_MISSING, "No scope.", "Sign in again.")
    await found.get_by_role("button", name="Use Vertex AI…").click()
    await visit.page.get_by_role("button", name="Use Vertex AI", exact=True).click()
    await visit.page.get_by_text("No scope. Sign in again.").wait_for()
    async with visit.page.expect_popup():
        await visit.page.get_by_role("button", name="Sign in again", exact=True).last.click()
    (request,) = [call[1] for call in visit.stand.commands.calls if call[0] == "begin_sign_in"]
    assert isinstance(request, SignInRequest)
    assert (request.vertex, request.again) == (True, "acc0000000001")


async def test_removing_asks_and_offers_to_revoke(visit: Visit) -> None:
    await visit.sign_in()
    opened = await open_row(visit, "ada@example.com")
    await opened.get_by_role("button", name="Remove…").click()
    dialog = visit.page.get_by_role("dialog")
    await dialog.get_by_text("It is taken out of the pool and deleted here.").wait_for()
    await visit.page.keyboard.press("Escape")
    await opened.get_by_role("button", name="Remove…").click()
    await dialog.get_by_label("Also revoke").check()
    await dialog.get_by_role("button", name="Remove").click()
    await opened.wait_for(state="detached")
    assert visit.commands.calls[-1] == ("remove", "acc0000000001", True)


# -- adding -------------------------------------------------------------------------------------


async def test_keys_are_pasted_and_their_fate_is_told(visit: Visit) -> None:
    key = "AIza" + "-of-a-test"
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Add", exact=True).click()
    await visit.page.get_by_role("tab", name="API keys").click()
    await visit.page.get_by_label("API keys, one a line").fill(f"{key}\nnonsense")
    await visit.page.get_by_role("button", name="Add keys").click()
    await visit.page.get_by_text("1 kept in the vault.").wait_for()
    await visit.page.get_by_text("This is not an API key.").wait_for()
    await row(visit, "key 3").wait_for()
    assert key not in await visit.text("main")


async def test_an_encrypted_export_asks_for_its_passphrase(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Add", exact=True).click()
    await visit.page.get_by_role("tab", name="Files").click()
    export = FilePayload(
        name="export.bin", mimeType="application/octet-stream", buffer=b"\xffencrypted"
    )
    other = FilePayload(name="more.json", mimeType="application/json", buffer=b"{}")
    await visit.page.locator("#files").set_input_files([export, other])
    await visit.page.get_by_role("button", name="Import").click()
    await visit.toast("The export is encrypted.")
    await visit.page.get_by_label("Passphrase").fill("open sesame")
    await visit.page.get_by_role("button", name="Import").click()
    await visit.page.get_by_text("2 kept in the vault.").wait_for()
    files = (("export.bin", b"\xffencrypted"), ("more.json", b"{}"))
    assert visit.commands.calls[-1] == ("import_files", files, "open sesame")


async def test_without_a_client_keys_come_first_and_a_guide_leads_to_one(visit: Visit) -> None:
    visit.commands.client = NO_CLIENT
    visit.commands.pool.clear()
    await visit.sign_in()
    await visit.page.get_by_label("API keys, one a line").wait_for()
    assert (await visit.page.get_by_role("tab").all_inner_texts())[0] == "API keys"
    await visit.page.get_by_role("tab", name="Sign in with Google").click()
    assert await visit.page.locator(".guide > li").count() == 4
    for address in await visit.page.locator(".guide a").evaluate_all("all => all.map(a => a.href)"):
        assert address.startswith("https://console.cloud.google.com/")
    client = b'{"installed": {"client_id": "x"}}'
    await visit.page.locator("#client-file").set_input_files(
        FilePayload(name="client_secret_x.json", mimeType="application/json", buffer=client)
    )
    await visit.page.get_by_role("button", name="Sign in with Google").wait_for()
    assert visit.commands.calls[-1] == ("import_client", client)
    await visit.page.get_by_role("button", name="Forget").click()
    await visit.page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    await visit.page.locator(".guide").wait_for()


# -- signing in with Google ---------------------------------------------------------------------


async def begin(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Add", exact=True).click()
    await visit.page.get_by_label("Project ID").first.fill("home")
    await visit.page.get_by_label("which is billed").check()
    async with visit.page.context.expect_page() as opened:
        await visit.page.get_by_role("button", name="Sign in with Google").click()
    await (await opened.value).close()  # Google's page, which cannot be reached from here
    await visit.page.get_by_role("link", name="Open Google's page").wait_for()


async def test_a_pasted_address_leads_to_the_choice_of_projects(visit: Visit) -> None:
    visit.commands.projects = PROJECTS
    await begin(visit)
    assert visit.commands.calls[-1][0] in ("begin_sign_in", "sign_in")
    request = SignInRequest("page", "home", vertex=True)
    assert ("begin_sign_in", request) in visit.commands.calls
    await visit.page.get_by_label("Paste its address").fill(CONSENT)
    await visit.page.get_by_role("button", name="Continue").click()
    off = visit.page.locator(".project", has_text="off-project")
    assert await off.get_by_role("link").get_attribute("href") == LINK
    assert await off.get_by_role("checkbox").is_disabled()
    assert await visit.page.get_by_label("gen-lang-client-1").is_checked()
    await visit.page.get_by_label("Second").check()
    await visit.page.get_by_role("button", name="Look again").click()
    await visit.page.get_by_label("Off", exact=False).check()
    await visit.page.get_by_label("Another project's ID").fill("typed-project")
    await visit.page.get_by_role("button", name="Use these projects").click()
    await visit.page.get_by_text("ada@example.com is in the pool.").wait_for()
    (chosen,) = (call for call in visit.commands.calls if call[0] == "choose_projects")
    assert chosen[2] == ("gen-lang-client-1", "second-project", "off-project", "typed-project")


async def test_the_page_notices_consent_given_in_the_other_tab(visit: Visit) -> None:
    await begin(visit)
    visit.commands.consent(visit.commands.sign_ins["sign0"])
    await visit.page.get_by_text("ada@example.com is in the pool.").wait_for()


async def test_a_sign_in_can_be_given_up(visit: Visit) -> None:
    await begin(visit)
    await visit.page.get_by_role("button", name="Cancel").first.click()
    await visit.page.get_by_text("You gave this sign-in up.").wait_for()
    await visit.page.get_by_role("button", name="Try again").click()
    await visit.page.get_by_role("button", name="Sign in with Google").wait_for()


async def test_an_account_signs_in_again_from_its_row(visit: Visit) -> None:
    gone = credential("acc0000000001", "ada@example.com", "needs_sign_in", "No longer accepted.")
    visit.commands.put(gone)
    await visit.sign_in()
    await row(visit, "ada@example.com").get_by_role("button", name="Sign in again").click()
    await visit.page.get_by_role("link", name="Open Google's page").wait_for()
    assert ("begin_sign_in", SignInRequest("page", again="acc0000000001")) in visit.commands.calls


# -- what must not happen -----------------------------------------------------------------------


async def test_no_text_is_ever_read_as_html_or_as_a_script_address(visit: Visit) -> None:
    evil = credential(
        *("key0000000002", EVIL, "api_off", EVIL),
        project=EVIL,
        next_step=f"javascript:alert(1) http://evil.example https://ok.example/{EVIL} {EVIL}",
        models=(model(EVIL),),
    )
    visit.commands.put(evil)
    visit.commands.client = replace(visit.commands.client, sentence=EVIL, next_step=EVIL)
    visit.commands.projects = (replace(PROJECTS[2], name=EVIL, link="javascript:alert(1)"),)
    await begin(visit)
    view = visit.commands.sign_ins["sign0"]
    visit.commands.consent(replace(view, sentence=EVIL, next_step=EVIL))
    await visit.page.locator(".project").wait_for()
    await (await open_row(visit, "onerror")).get_by_role("button", name="Rename…").wait_for()
    assert await visit.page.evaluate("window.hacked") is None
    assert await visit.page.locator("#console img:not([src$='icon.svg'])").count() == 0
    links = await visit.page.locator("a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    assert "https://ok.example/" in links
    assert not [one for one in links if one and not one.startswith(("https://", "#"))]


async def test_an_address_of_google_that_is_no_web_address_is_no_link(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Add", exact=True).click()
    await visit.page.get_by_role("button", name="Sign in with Google").click()
    await visit.page.get_by_label("Paste its address").wait_for()
    view = visit.commands.sign_ins["sign0"]
    visit.commands.put_sign_in(replace(view, url="javascript:alert(1)"))
    await visit.page.get_by_role("link", name="Open Google's page").wait_for(state="detached")


async def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    await visit.sign_in()
    await row(visit, "ada@example.com").wait_for()
    await visit.page.get_by_role("button", name="Add", exact=True).focus()
    await visit.page.keyboard.press("Enter")
    await visit.page.keyboard.press("Tab")
    await visit.page.keyboard.press("Tab")  # over Copy of the base URL
    await visit.page.keyboard.press("ArrowRight")
    assert await visit.page.locator("#panel-keys").is_visible()
    await visit.page.locator("#rows summary").first.focus()
    await visit.page.keyboard.press("Enter")
    await visit.page.get_by_role("button", name="Check now").wait_for()


async def test_it_fits_every_width_with_forty_credentials_and_long_names(visit: Visit) -> None:
    visit.commands.put(
        *(
            credential(f"key{at:010d}", "a-very-long-name-" * 12, "billing", "x" * 90)
            for at in range(40)
        )
    )
    await visit.sign_in()
    await visit.page.locator("#rows > li").nth(40).wait_for()
    for width in (360, 480, 768, 1280, 2560):
        await visit.page.set_viewport_size({"width": width, "height": 800})
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await visit.page.evaluate(wider)
