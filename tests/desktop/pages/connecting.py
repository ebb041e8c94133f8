"""The page Connect on a stage, over pretend tools whose files are in memory."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from desktop.desk import Desk
from desktop.pages.connect import ConnectPage
from desktop.pages.connect_tools import Connect
from desktop.widgets.texts import ElidedLabel
from proxy_core.api import Address, Applied, ConnectFailed, Guide, Step, Tool
from tests.desktop.conftest import Notes, until
from tests.fakes.commands import FakeCommands

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
        self.no_guide: ConnectFailed | None = None
        "What the guide of Zed raises."
        self.calls: list[tuple[object, ...]] = []

    def tools(self) -> tuple[Tool, ...]:
        return (ZED, CURSOR, CODEX)

    def guide(self, tool_id: str, address: Address) -> Guide:
        if self.no_guide is not None and tool_id == ZED.id:
            raise self.no_guide
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
        await until(lambda: self.codes, "the guide is shown")

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

    def is_marked(self, tool: str) -> bool:
        """Whether the list says that the tool is set up."""
        (item,) = self.page.list.list.findItems(tool, Qt.MatchFlag.MatchExactly)
        return bool(item.data(Qt.ItemDataRole.AccessibleTextRole) == f"{tool}, set up")

    @property
    def codes(self) -> list[str]:
        boxes = self.page.guide.findChildren(QPlainTextEdit)
        return [box.toPlainText() for box in boxes if box.isVisible()]

    @property
    def paths(self) -> list[str]:
        """The files that the box names."""
        return [each.text() for each in self.page.box.findChildren(ElidedLabel)]

    @property
    def sentence(self) -> str:
        return self.page.box.sentence.text()
