"""Takes the pictures of resources/screenshots from the demo: `make screenshots`.

The real program on the simulated Google, its window drawn without a screen. Names, figures and
times are the demo's, so the pictures differ a little from run to run.
"""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import qasync
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QPushButton

from desktop.app import make_application, serve
from desktop.look.theme import Mode, Theme
from desktop.shell import Shell
from desktop.sources import OwnerSources
from desktop.system.autostart import autostart
from proxy_core.api import parse_arguments

FOLDER = Path(__file__).parent.parent / "resources" / "screenshots"
LARGE, SMALL = (1280, 800), (900, 600)
LIVELY = 60
"Requests that the demo has answered before the first picture."


class Picture(NamedTuple):
    """One file of the set."""

    name: str
    page: str
    mode: Mode
    size: tuple[int, int] = LARGE
    asks: str = ""
    "Text of a button that is clicked before."


PICTURES = (
    Picture("overview-light", "overview", Mode.LIGHT),
    Picture("overview-dark", "overview", Mode.DARK),
    Picture("accounts-light", "accounts", Mode.LIGHT),
    Picture("activity-dark", "activity", Mode.DARK),
    Picture("connect-light", "connect", Mode.LIGHT),
    Picture("try-it-dark", "try_it", Mode.DARK, asks="Say hello in five languages"),
    Picture("settings-light", "settings", Mode.LIGHT),
    Picture("overview-small-dark", "overview", Mode.DARK, SMALL),
)


async def take(shell: Shell, folder: Path) -> None:
    """Writes all pictures, then quits the program."""
    try:
        while len(shell.desk.figures.exchanges) < LIVELY:  # noqa: ASYNC110 - it is only looked at
            await asyncio.sleep(0.2)
        for picture in PICTURES:
            await _take(shell, picture, folder)
    finally:
        shell.ask_quit()


async def _take(shell: Shell, picture: Picture, folder: Path) -> None:
    shell.desk.theme.choose(picture.mode)
    shell.window.resize(*picture.size)
    shell.show_window(picture.page)
    shell.desk.figures.refresh()
    if picture.asks:
        _click(shell, picture.asks)
    await asyncio.sleep(4 if picture.asks else 1.5)  # what was asked has to arrive
    shell.window.grab().save(str(folder / f"{picture.name}.png"))
    print(f"{picture.name}.png", flush=True)


def _click(shell: Shell, words: str) -> None:
    for button in shell.window.findChildren(QPushButton):
        if button.isVisible() and button.text() == words:
            button.click()


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    with (
        TemporaryDirectory() as home,
        asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner,
    ):
        remembered = QSettings(str(Path(home) / "window.ini"), QSettings.Format.IniFormat)
        shell = Shell(
            Theme(app),
            OwnerSources(parse_arguments(["demo"])),
            remembered,
            autostart=autostart(),
            demo=True,
        )

        async def run() -> None:
            taking = asyncio.ensure_future(take(shell, folder))
            await serve(app, shell)
            await taking

        runner.run(run())
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
