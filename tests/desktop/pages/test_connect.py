"""The page Connect, through its list and buttons: over pretend tools, and over the real ones in a
home folder of the test's."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from desktop.desk import Desk
from desktop.pages.connect import HIDDEN, ConnectPage
from desktop.pages.connect_tools import Connect, ToolFiles
from proxy_core.api import Address, Applied, ConnectFailed, Folders, Guide, Step, Tool
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.fakes.commands import FakeCommands
from tests.fakes.window import TOKEN, FakeEngine

ZED = Tool("zed", "Zed", "ide", "openai", "https://zed.example.org", can_apply=True)
CURSOR = Tool("cursor", "Cursor", "ide", "openai", "", note="Its servers cannot reach localhost.")
CODEX = Tool("codex", "Codex CLI", "cli", "gemini", "", can_apply=True)


class FakeConnect:
    """Three tools; what becomes of their files is in memory."""

    def __init__(self) -> None:
        self.states: dict[str, Applied] = {
            tool.id: Applied("absent", f"/home/ada/{tool.id}.json") for tool in (ZED, CODEX)
        }
        self.fails: ConnectFailed | None = None
        "What writing raises."
        self.unreadable: ConnectFailed | None = None
        "What `status` raises."
        self.calls: list[tuple[object, ...]] = []

    def tools(self) -> tuple[Tool, ...]:
        return (ZED, CURSOR, CODEX)

    def guide(self, tool_id: str, address: Address) -> Guide:
        tool = next(tool for tool in self.tools() if tool.id == tool_id)
        code = f"url = {address.openai}\n"
        file = Step("Edit the file", "Add this.", code, "toml", f"~/{tool_id}.json")
        text = f"export POLLUX_TOKEN='{address.token}'\n"
        token = Step("Set the token", "", text, "sh", secret=address.token is not None)
        return Guide(tool, (file, token) if tool.can_apply else (token,))

    def status(self, tool_id: str, address: Address) -> Applied:
        if self.unreadable is not None:
            raise self.unreadable
        return self.states[tool_id]

    def apply(self, tool_id: str, address: Address) -> Applied:
        self.calls.append(("apply", tool_id, address.url, address.token))
        return self._become(Applied("applied", "/home/ada/x.json", "/data/connect/x.bak"), tool_id)

    def undo(self, tool_id: str) -> Applied:
        self.calls.append(("undo", tool_id))
        return self._become(Applied("absent", "/home/ada/x.json"), tool_id)

    def _become(self, applied: Applied, tool_id: str) -> Applied:
        if self.fails is not None:
            raise self.fails
        self.states[tool_id] = applied
        return applied


class Stage:
    """A page that is shown, and what is around it."""

    def __init__(self, desk: Desk, notes: Notes, commands: FakeCommands, connect: Connect) -> None:
        self.desk, self.notes, self.commands = desk, notes, commands
        self.page = ConnectPage(desk, connect)
        self.page.resize(1076, 800)

    async def show(self) -> None:
        self.page.show()
        await until(lambda: self.page.token_field.value, "the token is shown")
        await until(lambda: self.codes or self.page.shown_tool, "the guide is shown")

    def find(self, name: str) -> QWidget:
        """What is called so by screen readers or shows this text."""
        for child in self.page.findChildren(QWidget):
            text = child.text() if isinstance(child, QAbstractButton) else ""
            if name in (child.accessibleName(), text) and child.isVisible():
                return child
        raise AssertionError(f"nothing is called {name!r}")

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    async def choose(self, tool: str) -> None:
        """Clicks on a tool in the list."""
        (item,) = self.page.list.list.findItems(tool, Qt.MatchFlag.MatchExactly)
        self.page.list.list.scrollToItem(item)
        place = self.page.list.list.visualItemRect(item).center()
        viewport = self.page.list.list.viewport()
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        await until(lambda: self.page.shown_tool == tool)

    @property
    def codes(self) -> list[str]:
        boxes = self.page.guide.findChildren(QPlainTextEdit)
        return [box.toPlainText() for box in boxes if box.isVisible()]

    @property
    def sentence(self) -> str:
        return self.page.box.sentence.text()


@pytest.fixture
def connect() -> FakeConnect:
    return FakeConnect()


@pytest.fixture
def stage(
    desk: Desk, notes: Notes, commands: FakeCommands, connect: FakeConnect
) -> Iterator[Stage]:
    made = Stage(desk, notes, commands, connect)
    yield made
    made.page.hide()
    made.page.deleteLater()


async def test_the_first_tool_is_shown_with_the_address_filled_in(stage: Stage) -> None:
    await stage.show()
    assert stage.page.name.text() == "Zed"
    assert stage.page.url_field.value == "http://127.0.0.1:7860/v1"
    assert stage.codes[0] == "url = http://127.0.0.1:7860/v1"
    await stage.choose("Codex CLI")
    assert stage.page.url_field.value == "http://127.0.0.1:7860", "its API has no /v1 in the base"


async def test_the_token_is_hidden_on_the_screen_and_real_on_the_clipboard(stage: Stage) -> None:
    await stage.show()
    assert stage.codes[1] == f"export POLLUX_TOKEN='{HIDDEN}'"
    stage.click("Copy: Set the token")
    await until(lambda: stage.notes.copied)
    assert stage.notes.copied == [(f"export POLLUX_TOKEN='{TOKEN}'\n", True)]
    assert "Set the token" in stage.notes.toasts[0]


async def test_code_without_the_token_is_copied_openly(stage: Stage) -> None:
    await stage.show()
    stage.click("Copy: Edit the file")
    await until(lambda: stage.notes.copied)
    assert stage.notes.copied == [("url = http://127.0.0.1:7860/v1\n", False)]


async def test_address_and_token_have_copy_buttons(stage: Stage) -> None:
    await stage.show()
    stage.click("Copy: Base URL")
    stage.click("Copy: API key")
    await until(lambda: len(stage.notes.copied) == 2)
    assert stage.notes.copied == [("http://127.0.0.1:7860/v1", False), (TOKEN, True)]


async def test_what_will_be_done_is_said_before_and_the_backup_after(
    stage: Stage, connect: FakeConnect
) -> None:
    await stage.show()
    await until(lambda: "~/zed.json" in stage.sentence)
    assert "Undo brings it back" in stage.sentence
    stage.click("Apply")
    await until(lambda: "/data/connect/x.bak" in stage.sentence)
    assert connect.calls == [("apply", "zed", "http://127.0.0.1:7860", TOKEN)]
    assert "Written" in stage.page.box.outcome.sentence
    assert stage.find("Set up").isVisible()
    assert stage.find("Done").isVisible(), "the step that Pollux did"
    stage.click("Undo")
    await until(stage.page.box.apply_button.isVisible)
    assert connect.calls[1:] == [("undo", "zed")]
    assert "Taken back" in stage.page.box.outcome.sentence


@pytest.mark.parametrize(
    ("state", "chip", "button"),
    [
        ("absent", "Not set up", "Apply"),
        ("changed", "Changed since", "Apply again"),
        ("other_address", "Other address", "Update"),
    ],
)
async def test_each_state_has_its_word_and_its_button(
    stage: Stage, connect: FakeConnect, state: str, chip: str, button: str
) -> None:
    path = "/home/ada/zed.json"
    connect.states["zed"] = Applied(state, path)  # type: ignore[arg-type]  # a parameter
    await stage.show()
    await until(lambda: stage.page.box.chip.accessibleName() == chip)
    stage.click(button)
    await until(lambda: connect.calls)


async def test_what_cannot_be_written_is_said_with_what_to_do(
    stage: Stage, connect: FakeConnect
) -> None:
    connect.fails = ConnectFailed("The file is read-only.", "Mend its permissions.")
    await stage.show()
    await until(lambda: "~/zed.json" in stage.sentence)
    stage.click("Apply")
    await until(lambda: "read-only" in stage.page.box.outcome.sentence)
    assert "Mend its permissions." in stage.page.box.outcome.accessibleName()
    assert stage.page.box.apply_button.isEnabled()


async def test_a_file_that_cannot_be_understood_still_shows_the_steps(
    stage: Stage, connect: FakeConnect
) -> None:
    connect.unreadable = ConnectFailed("zed.json cannot be understood.", "Repair it.")
    await stage.show()
    await until(lambda: "cannot be understood" in stage.page.box.outcome.sentence)
    assert not stage.page.box.apply_button.isVisible()
    assert len(stage.codes) == 2


async def test_in_the_demo_no_file_of_a_tool_is_touched(stage: Stage) -> None:
    await stage.desk.life.start_demo()
    await stage.show()
    await until(lambda: "demo" in stage.sentence)
    assert not stage.page.box.apply_button.isVisible()
    await stage.desk.life.leave_demo()


async def test_a_tool_without_a_file_offers_no_apply_and_shows_its_note(stage: Stage) -> None:
    await stage.show()
    await stage.choose("Cursor")
    assert not stage.page.box.isVisible()
    assert "localhost" in stage.page.note.sentence


async def test_the_list_is_searched_and_walked_with_keys(stage: Stage) -> None:
    await stage.show()
    QTest.keyClicks(stage.page.list.search, "cod")
    await until(lambda: stage.page.name.text() == "Codex CLI")
    stage.page.list.search.clear()
    stage.page.list.list.setFocus()
    stage.page.list.choose("codex")
    QTest.keyClick(stage.page.list.list, Qt.Key.Key_Up)
    assert stage.page.name.text() == "Cursor", "the heading between them is left out"
    QTest.keyClicks(stage.page.list.search, "zebra")
    assert stage.page.list.none.isVisible()


async def test_a_new_port_rewrites_the_snippets(stage: Stage) -> None:
    await stage.show()
    stage.commands.url = "http://127.0.0.1:7999"
    stage.commands.tell()
    await until(lambda: stage.codes[0] == "url = http://127.0.0.1:7999/v1")
    assert stage.page.url_field.value == "http://127.0.0.1:7999/v1"


async def test_without_an_engine_the_guides_stay_and_refer_to_the_environment(
    stage: Stage, engine: FakeEngine
) -> None:
    await stage.show()
    await stage.desk.life.stop()
    await until(lambda: "None" in "".join(stage.codes), "the guide without a token")
    assert not stage.page.token_field.value
    assert not stage.page.test_button.isEnabled()
    await until(lambda: "not running" in stage.sentence)


async def test_the_documentation_of_a_tool_is_opened(stage: Stage) -> None:
    await stage.show()
    stage.click("Its documentation")
    assert stage.notes.opened == ["https://zed.example.org"]


@pytest.mark.parametrize("size", [(696, 600), (1076, 800)])
async def test_every_control_has_a_name_and_no_text_is_cut(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.page.resize(*size)
    await stage.show()
    await until(lambda: "~/zed.json" in stage.sentence)
    assert not nameless(stage.page)
    assert not unexplained(stage.page)
    assert not cut_texts(stage.page)


# -- the test of the connection --------------------------------------------------------------


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
    endpoint.refusal = "All 3 credentials rest."
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


# -- the real tools --------------------------------------------------------------------------


async def test_a_real_file_is_written_and_comes_back_byte_for_byte(
    desk: Desk, notes: Notes, commands: FakeCommands, tmp_path: Path
) -> None:
    file = tmp_path / "home" / ".config" / "zed" / "settings.json"
    before = b'// mine\n{"theme": "One Dark"}\n'
    await asyncio.to_thread(_write, file, before)
    folders = Folders(tmp_path / "home", {}, "linux", tmp_path / "data")
    stage = Stage(desk, notes, commands, ToolFiles(folders))
    await stage.show()
    await stage.choose("Zed")
    await until(lambda: "~/.config/zed/settings.json" in stage.sentence)
    stage.click("Apply")
    await until(lambda: stage.page.box.chip.accessibleName() == "Set up")
    after = (await asyncio.to_thread(file.read_bytes)).decode()
    assert "// mine" in after
    assert "http://127.0.0.1:7860/v1" in after
    assert TOKEN not in after
    stage.click("Undo")
    await until(lambda: stage.page.box.chip.accessibleName() == "Not set up")
    assert await asyncio.to_thread(file.read_bytes) == before
    stage.page.hide()


async def test_every_real_tool_has_a_guide_that_hides_the_token(
    desk: Desk, notes: Notes, commands: FakeCommands, tmp_path: Path
) -> None:
    connect = ToolFiles(Folders(tmp_path, {}, "linux", tmp_path / "data"))
    stage = Stage(desk, notes, commands, connect)
    await stage.show()
    for tool in connect.tools():
        await stage.choose(tool.name)
        assert stage.page.guide.steps.count() > 0
        assert not [code for code in stage.codes if TOKEN in code]
        assert not nameless(stage.page), tool.name
    stage.page.hide()


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
