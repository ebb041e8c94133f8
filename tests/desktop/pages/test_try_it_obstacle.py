from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import shiboken6

from desktop.desk import Desk
from desktop.pages.try_it import TryItPage
from proxy_core.api import NetworkChanged, PortTaken, Refusal, RefusalCode
from tests.desktop.conftest import Notes, until
from tests.desktop.pages.trying import button, click, idle, said, send
from tests.fakes.commands import credential
from tests.fakes.endpoint import Endpoint, endpoint
from tests.fakes.window import FakeEngine, exchange


@pytest_asyncio.fixture
async def end() -> AsyncIterator[Endpoint]:
    async with endpoint() as served:
        yield served


@pytest.fixture
def page(desk: Desk, engine: FakeEngine, end: Endpoint) -> Iterator[TryItPage]:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    desk.life.url = end.url
    made = TryItPage(desk)
    made.resize(900, 600)
    made.show()
    yield made
    shiboken6.delete(made)  # else every theme of a later test paints it anew


async def test_without_credentials_it_says_what_to_do(
    page: TryItPage, engine: FakeEngine, end: Endpoint
) -> None:
    engine.commands.pool.clear()
    engine.tell()
    await until(lambda: "There is no credential yet." in said(page))
    went: list[str] = []
    page.go.connect(went.append)
    click(page, "Add API key")
    click(page, "Add account")
    send(page, "Hello?")
    assert went == ["add_key", "add_account"]
    assert end.bodies == []
    assert page.composer.field.toPlainText() == "Hello?"


async def test_while_paused_it_offers_to_resume(page: TryItPage, engine: FakeEngine) -> None:
    engine.commands.put_state("paused")
    await until(lambda: "Pollux is paused." in said(page))
    resume = button(page, "Resume")
    engine.tell(exchange(1.0))
    assert button(page, "Resume") is resume
    click(page, "Resume")
    await until(lambda: "Pollux is paused." not in said(page))
    assert ("resume",) in engine.commands.calls


async def test_a_resume_that_fails_is_told(
    page: TryItPage, engine: FakeEngine, notes: Notes
) -> None:
    engine.commands.put_state("paused")
    await until(lambda: "Pollux is paused." in said(page))
    engine.commands.refusal = Refusal(RefusalCode.CONFLICT, "Not now.", "")
    click(page, "Resume")
    await until(lambda: notes.toasts == ["Not now."])


async def test_where_nothing_is_usable_it_points_to_accounts_and_still_asks(
    page: TryItPage, engine: FakeEngine, end: Endpoint
) -> None:
    engine.commands.put_state("degraded")
    await until(lambda: "No credential can be used at the moment." in said(page))
    went: list[str] = []
    page.go.connect(went.append)
    click(page, "See accounts")
    assert went == ["accounts"]
    send(page, "Hello?")
    await idle(page)
    assert end.bodies


async def test_what_the_window_says_is_not_said_again(
    page: TryItPage, desk: Desk, engine: FakeEngine
) -> None:
    engine.commands.put_state("degraded")
    await until(lambda: "No credential can be used at the moment." in said(page))
    engine.tell(NetworkChanged(1.0, reachable=False, sentence="Google cannot be reached."))
    await until(lambda: "No credential can be used at the moment." not in said(page))
    engine.fails_with = PortTaken("127.0.0.1", 7860, "an old Pollux")
    await desk.life.restart()
    assert desk.life.trouble is not None
    await until(lambda: not page._starters[0].isEnabled())
    assert not page._obstacle.isVisible()


async def test_while_stopped_it_says_so(page: TryItPage, desk: Desk) -> None:
    await desk.life.stop()
    await until(lambda: "Pollux is not running." in said(page))
