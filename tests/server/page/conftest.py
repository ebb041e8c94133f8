"""The page in Chromium, which may reach nothing but this machine."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.fakes.commands import FakeCommands, credential, model
from tests.fakes.console import Stand, open_stand
from tests.fakes.pollux import TOKEN

CHROMIUM = shutil.which("chromium")
OPTIONS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
PATIENCE_MS = 5_000


@dataclass(slots=True)
class Visit:
    """One opened page."""

    page: Page
    stand: Stand
    complaints: list[str] = field(default_factory=list)
    "Errors of scripts and of the content policy."

    @property
    def commands(self) -> FakeCommands:
        return self.stand.commands

    async def open(self) -> None:
        await self.page.goto(f"{self.stand.url}/")

    async def sign_in(self, secret: str = TOKEN) -> None:
        await self.open()
        await self.page.get_by_label("Bearer token").fill(secret)
        await self.page.get_by_role("button", name="Continue").click()

    async def text(self, selector: str) -> str:
        return await self.page.locator(selector).inner_text()

    async def toast(self, words: str) -> None:
        """Waits until the page says so in passing."""
        await self.page.locator(".toast", has_text=words).first.wait_for()

    def hear(self, message: ConsoleMessage) -> None:
        answered = "the server responded with a status of" in message.text
        if message.type == "error" and not answered:
            self.complaints.append(message.text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of a module, which run on one loop; each has a context of its own."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium here")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """A page over a pool of two, not signed in yet; at its end it must have run without error."""
    async with open_stand() as stand:
        stand.commands.put(
            credential(
                *("acc0000000001", "ada@example.com · first-project"),
                models=(model("gemini-3.8-flash"),),
            ),
            credential("key0000000002", "team key"),
        )
        context = await browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        opened = Visit(page, stand)
        page.on("console", lambda message: opened.hear(message))  # noqa: PLW0108 - marked by it
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        yield opened
        await context.close()
        assert not opened.complaints
