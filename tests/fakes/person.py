"""Someone before the screen of the real tray application: sees words, clicks on words."""

import asyncio
import json
import os
import stat
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
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

    async def until(self, ask: Callable[[], Awaitable[Any]], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await ask():  # noqa: ASYNC110 - it is seen, not told
                    await asyncio.sleep(0.05)
        except TimeoutError:
            shown = await self.order(look="")
            pytest.fail(f"no {what}; there is: {shown}")


@asynccontextmanager
async def program(home: Path, **environment: str) -> AsyncIterator[Process]:
    """The tray application, with a home of its own and nothing of ours in its environment."""
    process = await start("tests.desktop.remote", home, environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def start(module: str, home: Path, environment: Mapping[str, str]) -> Process:
    """A process of this module, that takes orders and answers."""
    named = {
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "LC_ALL": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        "PERSISTENT_STORAGE_PATH": str(home / "data"),
        **environment,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module), stdin=PIPE, stdout=PIPE, env=named, start_new_session=True
    )


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
