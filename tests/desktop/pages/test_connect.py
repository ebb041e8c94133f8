"""The page Connect, through its list and buttons: over pretend tools, and over the real ones in a
home folder of the test's."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.desk import Desk
from desktop.pages.connect import HIDDEN
from desktop.pages.connect_tools import ToolFiles
from proxy_core.api import Applied, ConnectFailed, Folders
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.pages.connecting import FakeConnect, Stage
from tests.fakes.commands import FakeCommands
from tests.fakes.window import TOKEN, FakeEngine


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
    stage.click("Copy: API key (the bearer token)")
    await until(lambda: len(stage.notes.copied) == 2)
    assert stage.notes.copied == [("http://127.0.0.1:7860/v1", False), (TOKEN, True)]


async def test_what_will_be_done_is_said_before_and_the_backup_after(
    stage: Stage, connect: FakeConnect
) -> None:
    await stage.show()
    await until(lambda: stage.paths == ["~/zed.json"])
    assert "Undo brings it back" in stage.sentence
    stage.click("Apply")
    await until(lambda: stage.paths == ["~/zed.json", "/data/connect/x.bak"])
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
    await until(lambda: stage.paths == ["~/zed.json"])
    stage.click("Apply")
    await until(lambda: "read-only" in stage.page.box.outcome.sentence)
    assert "Mend its permissions." in stage.page.box.outcome.accessibleName()
    assert stage.page.box.apply_button.isEnabled()


async def test_the_focus_stays_on_the_buttons_and_the_outcome_in_sight(stage: Stage) -> None:
    stage.page.resize(696, 500)
    await stage.show()
    await until(lambda: stage.paths == ["~/zed.json"])
    box = stage.page.box
    box.apply_button.setFocus()
    QTest.keyClick(box.apply_button, Qt.Key.Key_Space)
    await until(box.undo_button.isVisible)
    assert box.undo_button.hasFocus()
    await until(lambda: box.visibleRegion().boundingRect() == box.rect(), "all of it is in sight")
    assert box.outcome.isVisible()
    QTest.keyClick(box.undo_button, Qt.Key.Key_Space)
    await until(box.apply_button.isVisible)
    assert box.apply_button.hasFocus()


async def test_what_a_terminal_changed_is_seen_when_the_window_comes_back(
    stage: Stage, connect: FakeConnect
) -> None:
    await stage.show()
    await until(lambda: stage.paths == ["~/zed.json"])
    stage.click("Apply")
    await until(lambda: stage.page.box.chip.accessibleName() == "Set up")
    copy = stage.find("Copy: Set the token")
    copy.setFocus()
    connect.states["zed"] = Applied("absent", "/home/ada/zed.json")
    QApplication.sendEvent(stage.page, QEvent(QEvent.Type.WindowActivate))
    await until(lambda: stage.page.box.chip.accessibleName() == "Not set up")
    assert not stage.page.box.outcome.isVisible(), "it told of what is no more"
    assert not stage.is_marked("Zed")
    assert copy.hasFocus()


async def test_a_file_that_cannot_be_understood_still_shows_the_steps(
    stage: Stage, connect: FakeConnect
) -> None:
    connect.unreadable = ConnectFailed("zed.json cannot be understood.", "Repair it.")
    await stage.show()
    await until(lambda: "cannot be understood" in stage.page.box.outcome.sentence)
    assert not stage.page.box.apply_button.isVisible()
    assert len(stage.codes) == 2


async def test_a_tool_whose_guide_fails_says_so_and_the_others_are_marked(
    stage: Stage, connect: FakeConnect
) -> None:
    connect.states["codex"] = Applied("applied", "/home/ada/codex.json")
    connect.no_guide = ConnectFailed("ZED_HOME names no folder: ~bob.", "Correct it.")
    stage.page.show()
    await until(lambda: "names no folder" in stage.page.box.outcome.sentence)
    await until(lambda: stage.is_marked("Codex CLI"))
    assert not stage.codes


async def test_an_unforeseen_failure_with_one_tool_keeps_no_other_from_its_mark(
    stage: Stage, connect: FakeConnect, caplog: pytest.LogCaptureFixture
) -> None:
    connect.states["codex"] = Applied("applied", "/home/ada/codex.json")
    del connect.states["zed"]
    stage.page.show()
    await until(lambda: stage.is_marked("Codex CLI"))
    await until(lambda: "show how to connect failed" in caplog.text)


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
    assert not stage.page.url_field.value, "the port may be another program's by now"
    assert "7860" not in "".join(stage.codes)
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
    await until(lambda: stage.paths == ["~/zed.json"])
    assert not nameless(stage.page)
    assert not unexplained(stage.page)
    assert not cut_texts(stage.page)


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
    await until(lambda: stage.paths == ["~/.config/zed/settings.json"])
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
