"""What holds on every page, in both themes and in a language that is longer and mirrored."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtWidgets import QApplication

from desktop import tasks
from desktop.life import Phase
from desktop.look.theme import Mode, Theme
from desktop.shell import Shell
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import application, until
from tests.desktop.cut import cut_texts
from tests.desktop.pseudo import PseudoTranslator
from tests.fakes.autostart import FakeAutostart
from tests.fakes.commands import credential, model
from tests.fakes.window import FakeEngine, FakeSources, exchange

PAGES = ("overview", "accounts", "activity", "connect", "try_it", "settings")
STATES = ("ready", "needs_sign_in", "key_invalid", "api_off", "disabled", "suspended", "billing")
SIZES = ((900, 600), (1280, 800))
LONG = "a-person-with-quite-a-long-name.and-a-second-one@department.example.com · gen-lang-client-0"


def fill(engine: FakeEngine, now: float) -> None:
    """Credentials in every state, with long names, and some requests."""
    paid = {"service": "vertex", "location": "northamerica-northeast1"}
    resting = model("gemini-3.8-flash", "cooling", until=now + 42)
    views = [
        credential(
            f"acc{at:010d}",
            f"{LONG}{at}",
            state,
            f"It is {state}.",
            models=(resting,),
            **(paid if at % 2 else {}),
        )
        for at, state in enumerate(STATES)
    ]
    engine.commands.put(*views)
    attempts = (("acc0000000000", LONG, "minute_quota"), ("acc0000000001", LONG, "ok"))
    engine.tell(*(exchange(now - at, attempts=attempts) for at in range(30)))


@pytest_asyncio.fixture
async def shell(theme: Theme, engine: FakeEngine, tmp_path: Path) -> AsyncIterator[Shell]:
    remembered = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = Shell(
        theme,
        FakeSources(tmp_path, engine),
        remembered,
        autostart=FakeAutostart(),
    )
    running = asyncio.ensure_future(made.run())
    await until(lambda: made.life.phase is Phase.RUNNING and made.window.isVisible())
    fill(engine, made.desk.figures.now())
    await until(lambda: len(made.desk.figures.exchanges) == 30)
    yield made
    made.ask_quit()
    await running
    await tasks.cancel_all()
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def pretend_language() -> object:
    """Longer texts, from right to left."""
    app = application()
    translator = PseudoTranslator(app)
    app.installTranslator(translator)
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    app.removeTranslator(translator)


async def show(shell: Shell, page: str) -> None:
    shell.show_window(page)
    for _ in range(20):  # what the page asks of the engine, and its layout
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
async def test_everything_that_can_be_used_has_a_name(shell: Shell, mode: Mode) -> None:
    shell.desk.theme.choose(mode)
    for page in PAGES:
        await show(shell, page)
        assert nameless(shell.window) == [], page
        assert unexplained(shell.window) == [], page


@pytest.mark.parametrize("size", SIZES)
async def test_no_text_is_cut(shell: Shell, size: tuple[int, int]) -> None:
    shell.window.resize(*size)
    for page in PAGES:
        await show(shell, page)
        assert cut_texts(shell.window) == [], page


@pytest.mark.parametrize("size", SIZES)
async def test_no_text_is_cut_in_a_longer_mirrored_language(
    pretend_language: object, shell: Shell, size: tuple[int, int]
) -> None:
    shell.window.resize(*size)
    for page in PAGES:
        await show(shell, page)
        assert cut_texts(shell.window) == [], page
