"""Tests of the window: offscreen, on one application, with a fake engine."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from desktop import tasks
from desktop.bridge import Bridge
from desktop.desk import Desk
from desktop.figures.figures import Figures
from desktop.figures.in_line import InLine
from desktop.life import Life
from desktop.look.theme import Mode, Theme
from desktop.remembered import remembered
from desktop.updates import Updates
from tests.fakes.commands import FakeCommands
from tests.fakes.window import FakeEngine, FakeSources


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Coroutine tests in this folder run on Qt's loop, as the window does."""
    return {"qasync": lambda: qasync.QEventLoop(application())}


def application() -> QApplication:
    application = QApplication.instance()
    return application if isinstance(application, QApplication) else QApplication([])


@pytest.fixture(autouse=True)
def garbage_stays_on_this_thread() -> Iterator[None]:
    """As in the program (`desktop.collecting`): another thread must not destroy Qt's objects."""
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture(autouse=True, scope="package")
def nothing_is_left_to_other_tests() -> Iterator[None]:
    yield
    # What is on the offscreen clipboard outlives the interpreter, and takes it along.
    if QApplication.instance() is not None:
        QApplication.clipboard().clear()
    gc.collect()
    gc.enable()


@pytest.fixture
def theme() -> Theme:
    return Theme(application(), Mode.LIGHT)


@pytest.fixture
def commands() -> FakeCommands:
    return FakeCommands()


@pytest.fixture
def engine(commands: FakeCommands) -> FakeEngine:
    return FakeEngine(commands)


class Notes:
    """What left the window: what was copied, opened and said."""

    def __init__(self) -> None:
        self.copied: list[tuple[str, bool]] = []
        self.opened: list[str] = []
        self.opens = True
        "Whether a browser can be opened."
        self.toasts: list[str] = []

    def copy(self, text: str, secret: bool) -> None:
        self.copied.append((text, secret))

    def open_url(self, url: str) -> bool:
        self.opened.append(url)
        return self.opens

    def toast(self, text: str) -> None:
        self.toasts.append(text)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest_asyncio.fixture
async def desk(
    engine: FakeEngine, theme: Theme, notes: Notes, tmp_path: Path
) -> AsyncIterator[Desk]:
    """What pages and dialogs share, around a fake engine that runs."""
    bridge = Bridge()
    life = Life(bridge, FakeSources(tmp_path, engine))
    figures = Figures(bridge)
    await life.start()
    updates = Updates(bridge, life, remembered(tmp_path / "settings.toml"), repository="")
    yield Desk(
        bridge=bridge,
        life=life,
        theme=theme,
        figures=figures,
        in_line=InLine(bridge),
        updates=updates,
        copy=notes.copy,
        open_url=notes.open_url,
        toast=notes.toast,
    )
    await life.stop()
    await tasks.cancel_all()
    bridge.deleteLater()  # and what hangs on it: a timer of today would go off in a later test
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def until(holds: Callable[[], object], what: str = "", limit_s: float = 5.0) -> None:
    """Lets the window's loop run until it holds; `what` is said when it never does."""
    async with asyncio.timeout(limit_s):
        while not holds():  # noqa: ASYNC110 - what a test waits for is seen, not told
            await asyncio.sleep(0.005)
