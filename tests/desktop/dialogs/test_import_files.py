from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.desk import Desk
from desktop.dialogs.import_files import ImportFiles
from proxy_core.api import ImportedItem, ImportFile, ImportReport, Refusal, RefusalCode
from tests.desktop.accessible import nameless
from tests.desktop.conftest import until
from tests.desktop.dialogs.press import field, has_button, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands

SEALED = b'{"pollux_export": 1, "kdf": "scrypt"}'


async def test_dropped_files_are_imported_and_each_is_reported(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    good, empty = tmp_path / "keys.txt", tmp_path / "empty.txt"
    good.write_text("AIza")
    empty.touch()
    dialog = ImportFiles(desk, over)
    dialog.open()
    assert nameless(dialog) == []
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(good)), QUrl.fromLocalFile(str(empty))])
    left, copy = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    none = Qt.KeyboardModifier.NoModifier
    dialog.area.dropEvent(QDropEvent(QPointF(9, 9), copy, mime, left, none))
    await until(lambda: "1 credential(s) imported." in texts(dialog))
    assert "Added." in texts(dialog)
    assert "The file is empty." in texts(dialog)
    press(dialog, "Close")
    assert len(commands.pool) == 1


async def test_an_encrypted_export_asks_for_its_passphrase_until_it_is_right(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    file = tmp_path / "pollux.export"
    file.write_bytes(SEALED)
    inner = commands.import_files

    async def import_files(
        files: tuple[ImportFile, ...], passphrase: str | None = None
    ) -> ImportReport:
        if passphrase is None:
            raise Refusal(RefusalCode.INVALID, "pollux.export is encrypted.")
        if passphrase != "open sesame":
            raise Refusal(RefusalCode.INVALID, "The passphrase of pollux.export is wrong.")
        return await inner(files, passphrase)

    commands.import_files = import_files  # type: ignore[method-assign, assignment]  # another answer
    dialog = ImportFiles(desk, over, [file])
    dialog.open()
    await until(lambda: "pollux.export is encrypted." in texts(dialog))
    passphrase = field(dialog, QLineEdit, "Passphrase")
    assert passphrase.echoMode() == QLineEdit.EchoMode.Password
    write(passphrase, "open says me")
    press(dialog, "Import")
    await until(lambda: "The passphrase of pollux.export is wrong." in dialog.banner.sentence)
    assert texts(dialog).count("The passphrase of pollux.export is wrong.") == 1
    await until(lambda: passphrase.isVisibleTo(dialog))
    write(passphrase, "open sesame")
    press(dialog, "Import")
    await until(lambda: "1 credential(s) imported." in texts(dialog))
    dialog.reject()
    assert passphrase.text() == ""


async def test_what_needs_the_owner_stands_first_and_is_counted(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    file, empty = tmp_path / "keys.txt", tmp_path / "empty.txt"
    file.write_text("AIza")
    empty.touch()
    items = (
        ImportedItem("line 1", "added", "key1", "good"),
        ImportedItem("line 2", "known", "key2", "old"),
        ImportedItem("line 3", "added", "key3", "spent", "Its day is spent."),
        ImportedItem("line 4", "refused", reason="This is not an API key."),
    )

    async def import_files(
        files: tuple[ImportFile, ...], passphrase: str | None = None
    ) -> ImportReport:
        return ImportReport(items, "vault")

    commands.import_files = import_files  # type: ignore[method-assign, assignment]  # another answer
    dialog = ImportFiles(desk, over, [file, empty])
    dialog.open()
    await until(lambda: "2 credential(s) imported. 2 item(s) could not be used." in texts(dialog))
    assert [line.sentence for line in dialog.outcomes.lines] == [
        "The file is empty.",
        "This is not an API key.",
        "It is in, but rests: Its day is spent.",
        "It was in the pool already.",
        "Added.",
    ]
    dialog.reject()


async def test_a_refusal_brings_the_drop_area_back(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    file = tmp_path / "keys.txt"
    file.write_text("AIza")
    commands.refuses["import_files"] = Refusal(
        RefusalCode.READ_ONLY, "Pollux only reads.", "Add it there."
    )
    dialog = ImportFiles(desk, over, [file])
    dialog.open()
    await until(lambda: "Pollux only reads." in dialog.banner.sentence)
    assert has_button(dialog, "Choose files…")
    dialog.reject()
