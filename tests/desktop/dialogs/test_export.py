import asyncio
import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from desktop import tasks
from desktop.desk import Desk
from desktop.dialogs.export import Export
from desktop.widgets.sheet import Question
from proxy_core.api import Refusal, RefusalCode
from tests.desktop.accessible import nameless
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.press import button, field, opened, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands
from tests.fakes.commands import Gate


@pytest.fixture(autouse=True)
def own_file_dialogs() -> None:
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)


def shown(desk: Desk, over: QWidget) -> Export:
    dialog = Export(desk, over)
    dialog.open()
    assert nameless(dialog) == []
    assert cut_texts(dialog) == []
    return dialog


async def choose(path: Path) -> None:
    """Names a file in the dialog that asks where to."""
    await until(lambda: opened(QFileDialog))
    asked = opened(QFileDialog)
    assert asked is not None
    name = asked.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    name.setText(str(path))
    QTest.keyClick(name, Qt.Key.Key_Return)


async def test_an_export_takes_the_passphrase_twice_and_writes_the_file(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes, tmp_path: Path
) -> None:
    dialog = shown(desk, over)
    first, second = (field(dialog, QLineEdit, name) for name in ("Passphrase", "Passphrase again"))
    write(first, "open sesame")
    assert not button(dialog, "Export…").isEnabled()
    write(second, "open says")
    assert "The two passphrases differ." in texts(dialog)
    second.clear()
    write(second, "open sesame")
    press(dialog, "Export…")
    await choose(tmp_path / "pollux.export")
    await until(lambda: notes.toasts)
    assert notes.toasts == ["Exported to pollux.export."]
    assert commands.asked("export") == [("open sesame",)]
    assert (tmp_path / "pollux.export").read_bytes() == b'{"pollux_export": 1}'


async def test_passphrases_are_forgotten_at_the_end(desk: Desk, over: QWidget) -> None:
    dialog = shown(desk, over)
    for name in ("Passphrase", "Passphrase again"):
        write(field(dialog, QLineEdit, name), "open sesame")
    dialog.reject()
    assert dialog.first.text == dialog.second.text == ""


async def test_a_plain_export_is_asked_for_twice(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes, tmp_path: Path
) -> None:
    dialog = shown(desk, over)
    press(dialog, "Without a passphrase, readable by anyone")
    press(dialog, "Export…")
    await until(lambda: opened(Question))
    question = opened(Question)
    assert question is not None
    press(question, "Write plain text")
    await choose(tmp_path / "plain.json")
    await until(lambda: notes.toasts)
    assert commands.asked("export") == [(None,)]
    assert (tmp_path / "plain.json").read_bytes() == b"[]"


async def test_a_plain_export_that_is_not_meant_ends_there(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = shown(desk, over)
    press(dialog, "Without a passphrase, readable by anyone")
    press(dialog, "Export…")
    await until(lambda: opened(Question))
    question = opened(Question)
    assert question is not None
    press(question, "Cancel")
    await until(lambda: opened(Question) is None)
    assert opened(QFileDialog) is None
    assert not any(call[0] == "export" for call in commands.calls)
    dialog.reject()


async def test_a_file_that_is_being_written_cannot_be_called_back(
    desk: Desk,
    over: QWidget,
    notes: Notes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialog = shown(desk, over)
    press(dialog, "Without a passphrase, readable by anyone")
    disk = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: disk.wait(5))
    dialog._taken([tmp_path / "plain.json"])
    await until(lambda: not button(dialog, "Cancel").isEnabled())
    dialog.close()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    disk.set()
    await until(lambda: notes.toasts == ["Exported to plain.json."])


async def test_an_export_that_is_cancelled_before_it_is_written_leaves_no_file(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    commands.gate = Gate()
    dialog = shown(desk, over)
    press(dialog, "Without a passphrase, readable by anyone")
    dialog._taken([tmp_path / "plain.json"])
    await until(commands.gate.reached.is_set)
    press(dialog, "Cancel")
    commands.gate.opened.set()
    await tasks.cancel_all()
    assert not list(await asyncio.to_thread(tmp_path.iterdir))


async def test_a_place_that_cannot_be_written_and_a_refusal_are_told(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    dialog = shown(desk, over)
    for name in ("Passphrase", "Passphrase again"):
        write(field(dialog, QLineEdit, name), "open sesame")
    dialog._taken([tmp_path / "nowhere" / "pollux.export"])
    await until(lambda: "The file cannot be written" in dialog.banner.sentence)
    commands.refuses["export"] = Refusal(RefusalCode.STORE_FAILED, "The vault is closed.")
    dialog._taken([tmp_path / "pollux.export"])
    await until(lambda: "The vault is closed." in dialog.banner.sentence)
    assert button(dialog, "Export…").isEnabled()
    dialog.reject()
