from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.desk import Desk
from desktop.dialogs.rename import Rename
from proxy_core.api import Refusal, RefusalCode
from tests.desktop.accessible import nameless
from tests.desktop.conftest import until
from tests.desktop.dialogs.press import field, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands
from tests.fakes.commands import credential

VIEW = credential("acc1", "ada@example.com")


async def test_a_new_name_is_typed_over_the_old_one(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    commands.put(VIEW)
    dialog = Rename(desk, over, VIEW)
    dialog.open()
    assert nameless(dialog) == []
    name = field(dialog, QLineEdit, "New name")
    write(name, "ada at home")
    QTest.keyClick(name, Qt.Key.Key_Return)
    await until(lambda: commands.pool["acc1"].label == "ada at home")


async def test_a_refused_name_stays_to_be_corrected(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    commands.put(VIEW)
    commands.refuses["rename"] = Refusal(RefusalCode.INVALID, "A label is one line.", "Shorten it.")
    dialog = Rename(desk, over, VIEW)
    dialog.open()
    write(field(dialog, QLineEdit, "New name"), "twice")
    press(dialog, "Rename")
    await until(lambda: "A label is one line." in texts(dialog))
    assert dialog.field.text() == "twice"
    assert dialog.save_button.isEnabled()
    dialog.reject()
