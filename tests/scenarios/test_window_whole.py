"""The real tray application on a screen with a tray: from its first start to its end.

An account signs in through a real browser at the simulated Google, a real client uses what was
copied from the tray's menu, and nothing is left behind.
"""

import asyncio
import json
import os
import stat
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from proxy_core.ports import bind_failure, next_free
from proxy_core.simulator import World
from tests.fakes.browser import CHROMIUM, browser_page
from tests.fakes.google import google
from tests.fakes.screen import screen, screen_is_possible

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
    pytest.mark.skipif(not screen_is_possible(), reason="there is no Xvfb, openbox or trayer here"),
]

ROOT = Path(__file__).parent.parent.parent
ADA, PROJECT = "ada@example.com", "gen-lang-client-0000000001"
CLIENT_ID = "made-up.apps.example.com"
MODEL = "gemini-3.8-flash"
PATIENCE_S = 20.0


class Person:
    """Someone before the screen: sees words, clicks on words."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def order(self, **order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_S)
        return json.loads(line)

    async def click(self, words: str) -> None:
        await self.until(lambda: self.order(click=words), f"a click on {words!r}")

    async def menu(self, words: str) -> None:
        await self.until(lambda: self.order(menu=words), f"{words!r} in the tray's menu")

    async def sees(self, words: str) -> str:
        """Waits until a text with these words is shown; gives the whole text."""
        found: list[str] = []

        async def look() -> bool:
            found[:] = [text for text in await self.order(look="") if words in text]
            return bool(found)

        await self.until(look, f"{words!r} on the screen")
        return found[0]

    async def copied(self, words: str) -> str:
        """What the clipboard holds after this entry of the tray's menu."""
        before = await self.order(clipboard="")
        await self.menu(words)
        held: list[str] = []

        async def look() -> bool:
            held[:] = [await self.order(clipboard="")]
            return held[0] not in ("", before)

        await self.until(look, f"something on the clipboard after {words!r}")
        return held[0]

    async def until(self, ask: Callable[[], Any], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await ask():  # noqa: ASYNC110 - it is seen, not told
                    await asyncio.sleep(0.05)
        except TimeoutError:
            shown = await self.order(look="")
            pytest.fail(f"no {what}; there is: {shown}")


@asynccontextmanager
async def program(home: Path, google_url: str, port: int, display: str) -> AsyncIterator[Process]:
    """The tray application, with a home of its own and nothing of ours in its environment."""
    environment = {
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "LC_ALL": "C.UTF-8",
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "PORT": str(port),
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": f"{CLIENT_ID}-secret",
        "PERSISTENT_STORAGE_PATH": str(home / "data"),
        "GOOGLE_API_BASE_URL": google_url,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.desktop.remote"),
        stdin=PIPE,
        stdout=PIPE,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def make_home(home: Path) -> Path:
    """A home in which opening a page in the browser writes down its address; returns that file."""
    (home / "bin").mkdir(parents=True)
    (home / "run").mkdir(mode=0o700)
    opened = home / "opened.txt"
    browser = home / "bin" / "xdg-open"
    browser.write_text(
        f'#!/bin/sh\nprintf "%s" "$1" > "{opened}.new"; mv "{opened}.new" "{opened}"\n'
    )
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    return opened


def processes_of(session: int) -> list[int]:
    """Those that still run in this session."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(folder.name))
    return found


async def sign_in(opened: Path) -> str:
    """Consents in a real browser; gives the words of the page it ended on."""
    async with browser_page() as page:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(opened.exists):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)
        await page.goto(await asyncio.to_thread(opened.read_text))
        await page.get_by_role("link", name=ADA).click()
        await page.wait_for_url("http://127.0.0.1:*/oauth2/callback*")
        return await page.inner_text("body")


async def test_from_the_first_start_to_the_last_request(tmp_path: Path) -> None:
    home = tmp_path / "home"
    opened = await asyncio.to_thread(make_home, home)
    port = await asyncio.to_thread(next_free, "127.0.0.1", 17_860)
    world = World()
    world.add_client("client-home", client_id=CLIENT_ID)
    world.add_account(ADA, PROJECT)
    with screen() as display:
        async with google(world) as fake, program(home, fake.base_url, port, display) as process:
            await walk(Person(process), opened, process)
            assert process.pid is not None
            assert await asyncio.to_thread(processes_of, process.pid) == []
    assert await asyncio.to_thread(bind_failure, "127.0.0.1", port) is None


async def walk(person: Person, opened: Path, process: Process) -> None:
    """Everything that the person does."""
    await person.sees("Sign in with Google")
    await person.until(lambda: person.order(tray=""), "icon in the tray")
    await person.menu("Add account…")
    await person.click("Open Google's page")
    assert ADA in await sign_in(opened)
    await person.click("Done")
    url, token = await person.copied("Copy base URL"), await person.copied("Copy bearer token")
    async with openai.AsyncOpenAI(base_url=url, api_key=token, max_retries=0) as client:
        answer = await ask(client)
        assert answer.choices[0].message.content
        await person.click("Activity")
        assert ADA in await person.sees(MODEL)
        await person.menu("Pause")
        await person.sees("Paused")
        with pytest.raises(openai.InternalServerError, match="paused"):
            await ask(client)
        await person.menu("Resume")
        await person.sees("Running on port")
        await ask(client)
    await person.menu("Quit")
    assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0


async def ask(client: openai.AsyncOpenAI) -> Any:
    return await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hello"}]
    )
