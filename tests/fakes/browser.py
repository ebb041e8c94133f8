"""A real browser for tests: the system's Chromium without a window, which sees only 127.0.0.1."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_ARGUMENTS = (
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)


@asynccontextmanager
async def browser_page(*, dark: bool = False) -> AsyncIterator[Page]:
    """An empty tab; it fails fast where something is not there."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            page = await browser.new_page(color_scheme="dark" if dark else "light")
            page.set_default_timeout(15_000)
            yield page
        finally:
            await browser.close()
