import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.desk import Desk
from desktop.window.navigation import Entry
from desktop.window.sidebar import Sidebar
from proxy_core.api import PortTaken, Refusal, RefusalCode
from tests.desktop.conftest import Notes, until
from tests.fakes.commands import credential
from tests.fakes.window import FakeEngine

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
async def sidebar(desk: Desk, engine: FakeEngine) -> Sidebar:
    engine.commands.put(credential("accaaaaaaaaaa", "ada@example.com"))
    made = Sidebar(desk, [Entry("overview", "Overview", "overview", "Ctrl+1")])
    await until(lambda: [call[0] for call in engine.commands.calls].count("usage") == 2)
    return made


async def test_it_says_where_pollux_runs(sidebar: Sidebar) -> None:
    await until(lambda: sidebar.status.text() == "Running on port 7860")


async def test_a_click_pauses_and_another_resumes(sidebar: Sidebar, engine: FakeEngine) -> None:
    assert sidebar.pause_button.text() == "Pause"
    QTest.mouseClick(sidebar.pause_button, LEFT)
    await until(lambda: sidebar.pause_button.text() == "Resume")
    assert "Paused" in sidebar.status.text()
    QTest.mouseClick(sidebar.pause_button, LEFT)
    await until(lambda: sidebar.pause_button.text() == "Pause")
    assert [call[0] for call in engine.commands.calls if call[0] in ("pause", "resume")] == [
        "pause",
        "resume",
    ]


async def test_a_refusal_to_pause_is_said_and_the_button_comes_back(
    sidebar: Sidebar, engine: FakeEngine, notes: Notes
) -> None:
    engine.commands.refusal = Refusal(RefusalCode.UNAVAILABLE, "Not now.")
    QTest.mouseClick(sidebar.pause_button, LEFT)
    await until(lambda: notes.toasts == ["Not now."])
    await until(sidebar.pause_button.isEnabled)


async def test_trouble_is_said_in_a_few_words(
    sidebar: Sidebar, desk: Desk, engine: FakeEngine
) -> None:
    engine.fails_with = PortTaken("127.0.0.1", 7860, "another program")
    await desk.life.restart()
    assert sidebar.status.text() == "Port 7860 is taken"
    assert not sidebar.pause_button.isEnabled()


async def test_other_trouble_is_said_in_a_few_words(
    sidebar: Sidebar, desk: Desk, engine: FakeEngine
) -> None:
    engine.fails_with = OSError(13, "Permission denied")
    await desk.life.restart()
    assert sidebar.status.text() == "Not running"
