"""Every dialog in a pretend language with longer texts, from right to left, cuts nothing."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.export import Export
from desktop.dialogs.import_files import ImportFiles
from desktop.dialogs.remove import Remove
from desktop.dialogs.rename import Rename
from desktop.dialogs.use_vertex import UseVertex
from desktop.look.theme import Theme
from desktop.pages.accounts import AccountsPage
from desktop.pages.accounts_commands import CredentialCommands
from desktop.pages.accounts_details import Details
from desktop.widgets.sheet import Sheet
from tests.desktop.accessible import nameless
from tests.desktop.conftest import until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.steered import SteeredCommands
from tests.desktop.pseudo import PseudoTranslator
from tests.fakes.commands import NO_CLIENT, credential, model

VIEW = credential(
    *("acc1", "a.person.with.a.rather.long.name@example.com", "api_off", "The API is off."),
    project="home-project",
    next_step="Switch it on at https://console.cloud.google.com/x and check again.",
    models=(model("gemini-3.8-flash"), model("gemini-3.8-pro", "day_spent", until=4e9)),
    service="vertex",
    location="northamerica-northeast1",
)
OTHER = credential("key1", "team-key", project="home-project")


def details(desk: Desk, over: QWidget) -> Details:
    return Details(desk, over, CredentialCommands(desk, over), "acc1")


MAKERS: dict[str, Callable[[Desk, QWidget], Sheet]] = {
    "add account": AddAccount,
    "add key": AddKey,
    "export": Export,
    "import": ImportFiles,
    "remove": lambda desk, over: Remove(desk, over, VIEW),
    "rename": lambda desk, over: Rename(desk, over, VIEW),
    "details": details,
    "use vertex": lambda desk, over: UseVertex(desk, over, VIEW),
}


@pytest.fixture
def longer(theme: Theme) -> Iterator[None]:
    """The pretend language."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    translator = PseudoTranslator(app)
    app.installTranslator(translator)
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    app.removeTranslator(translator)
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.usefixtures("longer")
@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("guided", [False, True])
async def test_no_dialog_cuts_longer_texts(
    desk: Desk, over: QWidget, commands: SteeredCommands, name: str, guided: bool
) -> None:
    commands.client = NO_CLIENT if guided else commands.client
    commands.put(VIEW, OTHER)
    dialog = MAKERS[name](desk, over)
    dialog.open()
    await until(lambda: cut_texts(dialog) == [], name)
    assert nameless(dialog) == []
    dialog.reject()


@pytest.mark.parametrize("name", ["add key", "export", "import", "remove", "rename", "use vertex"])
async def test_a_dialog_shows_all_of_itself_without_scrolling(
    desk: Desk, over: QWidget, commands: SteeredCommands, name: str
) -> None:
    commands.put(VIEW, OTHER)
    dialog = MAKERS[name](desk, over)
    dialog.open()
    bar = dialog._scroller.verticalScrollBar()
    await until(lambda: bar.maximum() == 0, f"{bar.maximum()} pixels of {name} are out of sight")
    dialog.reject()


@pytest.mark.usefixtures("longer")
@pytest.mark.parametrize("size", [QSize(696, 600), QSize(1076, 800)])
@pytest.mark.parametrize("filled", [False, True])
async def test_the_page_cuts_no_longer_texts(
    desk: Desk, commands: SteeredCommands, size: QSize, filled: bool
) -> None:
    page = AccountsPage(desk)
    page.resize(size)
    page.show()
    if filled:
        commands.put(VIEW, OTHER)
        await until(lambda: page.table.sorted.rowCount() == 2)
    await until(lambda: cut_texts(page) == [])
    page.close()
