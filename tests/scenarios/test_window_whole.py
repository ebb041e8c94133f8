"""The real tray application on a screen with a tray: from its first start to its end.

An account signs in through a real browser at the simulated Google, a real client uses what was
copied from the tray's menu, and nothing is left behind.
"""

import asyncio
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

import openai
import pytest

from proxy_core.ports import bind_failure, next_free
from proxy_core.simulator import World
from tests.fakes.browser import CHROMIUM, browser_page
from tests.fakes.google import google
from tests.fakes.person import PATIENCE_S, Person, make_home, program, start
from tests.fakes.screen import screen, screen_is_possible

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
    pytest.mark.skipif(not screen_is_possible(), reason="there is no Xvfb, openbox or trayer here"),
]

ADA, PROJECT = "ada@example.com", "gen-lang-client-0000000001"
CLIENT_ID = "made-up.apps.example.com"
MODEL = "gemini-3.8-flash"


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
        environment = {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PORT": str(port),
            "CLIENT_ID": CLIENT_ID,
            "CLIENT_SECRET": f"{CLIENT_ID}-secret",
        }
        async with (
            google(world) as fake,
            program(home, **environment, GOOGLE_API_BASE_URL=fake.base_url) as process,
        ):
            person = Person(process)
            await person.sees("Sign in with Google")
            second = await start("desktop", home, environment)
            assert await asyncio.wait_for(second.wait(), PATIENCE_S) == 0
            await walk(person, opened, process)
            assert process.pid is not None
            assert await asyncio.to_thread(processes_of, process.pid) == []
    assert await asyncio.to_thread(bind_failure, "127.0.0.1", port) is None


async def walk(person: Person, opened: Path, process: Process) -> None:
    """Everything that the person does."""
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
