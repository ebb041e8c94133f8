"""The test of the connection, from its button on the page Connect."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from aiohttp import web

from desktop.desk import Desk
from tests.desktop.conftest import Notes, until
from tests.desktop.pages.connecting import FakeConnect, Stage
from tests.fakes.commands import FakeCommands
from tests.fakes.window import TOKEN


@pytest.fixture
def stage(desk: Desk, notes: Notes, commands: FakeCommands) -> Iterator[Stage]:
    made = Stage(desk, notes, commands, FakeConnect())
    yield made
    made.page.hide()
    made.page.deleteLater()


class Endpoint:
    """Answers as Pollux does, or refuses."""

    def __init__(self) -> None:
        self.refusal = ""
        self.models = ["gemini-2.5-pro", "gemini-3.8-flash"]
        self.asked: list[dict[str, object]] = []
        self.hold: asyncio.Event | None = None
        self.url = ""

    async def list_models(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return web.json_response({"data": [{"id": name} for name in self.models]})

    async def chat(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        if self.hold is not None:
            await self.hold.wait()
        if self.refusal:
            return web.json_response({"error": {"message": self.refusal}}, status=429)
        return web.json_response({}, headers={"x-pollux-credential": "ada@example.com"})


@pytest_asyncio.fixture
async def endpoint(commands: FakeCommands) -> AsyncIterator[Endpoint]:
    made = Endpoint()
    app = web.Application()
    app.router.add_get("/v1/models", made.list_models)
    app.router.add_post("/v1/chat/completions", made.chat)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = commands.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def test_a_connection_that_works_tells_model_time_and_credential(
    endpoint: Endpoint, stage: Stage
) -> None:
    await stage.show()
    stage.click("Test connection")
    await until(stage.page.outcome.isVisible)
    said = stage.page.outcome.sentence
    assert said.startswith("It works. gemini-3.8-flash answered in ")
    assert said.endswith("through ada@example.com.")
    assert endpoint.asked[0]["max_tokens"] == 1


async def test_a_model_that_is_not_listed_is_not_asked_for(
    endpoint: Endpoint, stage: Stage
) -> None:
    endpoint.models = ["gemini-2.5-pro", "gemini-2.5-flash"]
    await stage.show()
    stage.click("Test connection")
    await until(lambda: endpoint.asked)
    assert endpoint.asked[0]["model"] == "gemini-2.5-flash"


async def test_a_refusal_is_told_in_its_own_words(endpoint: Endpoint, stage: Stage) -> None:
    endpoint.refusal = "All 3 credentials rest"
    await stage.show()
    stage.click("Test connection")
    await until(stage.page.outcome.isVisible)
    assert stage.page.outcome.sentence == "It does not work. All 3 credentials rest."


async def test_nobody_at_the_address_is_told_too(stage: Stage, commands: FakeCommands) -> None:
    commands.url = "http://127.0.0.1:9"
    commands.tell()
    await stage.show()
    stage.click("Test connection")
    await until(stage.page.outcome.isVisible)
    assert stage.page.outcome.sentence.startswith("It does not work.")


async def test_a_test_that_takes_long_can_be_cancelled(endpoint: Endpoint, stage: Stage) -> None:
    endpoint.hold = asyncio.Event()
    await stage.show()
    stage.click("Test connection")
    await until(lambda: endpoint.asked)
    stage.click("Cancel")
    await until(lambda: stage.page.test_button.text() == "Test connection")
    assert not stage.page.outcome.isVisible()
    endpoint.hold.set()
