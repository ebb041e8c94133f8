from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.desk import Desk
from desktop.dialogs.add_key import AddKey
from desktop.dialogs.secret_fields import SecretText
from proxy_core.api import ImportedItem, ImportReport, Refusal, RefusalCode
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.press import button, field, has_button, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands

GOOD = "AIzaSyPretend-0001"


def shown(desk: Desk, over: QWidget) -> AddKey:
    dialog = AddKey(desk, over)
    dialog.open()
    return dialog


async def test_one_key_is_added_with_its_name_and_project_and_its_result_is_told(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = shown(desk, over)
    write(field(dialog, SecretText, "API keys"), GOOD)
    write(field(dialog, QLineEdit, "Name (optional)"), "team key")
    write(field(dialog, QLineEdit, "Project id (optional)"), "team-project")
    press(dialog, "Add key")
    await until(lambda: has_button(dialog, "Done"))
    assert commands.asked("add_keys") == [(GOOD, "team key", "team-project")]
    assert "team key" in texts(dialog)
    assert "Google accepts it" in texts(dialog)
    press(dialog, "Done")
    assert [view.label for view in commands.pool.values()] == ["team key"]


async def test_of_several_keys_the_good_ones_stay_and_the_bad_one_can_be_mended(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = shown(desk, over)
    keys = field(dialog, SecretText, "API keys")
    keys.setPlainText(f"{GOOD}\nnonsense\nAQ.Pretend-0002\n{GOOD}\n")
    assert not dialog.name_field.isEnabled()
    press(dialog, "Add 3 key(s)")
    await until(lambda: has_button(dialog, "Done"))
    assert len(commands.pool) == 2
    assert "2 of 3 keys are in the pool." in texts(dialog)
    assert "1 line(s) said a key again." in texts(dialog)
    assert "This is not an API key." in texts(dialog)
    press(dialog, "Back")
    assert keys.toPlainText() == "nonsense"
    assert button(dialog, "Add key").isEnabled()


async def test_what_is_no_key_is_told_what_one_looks_like_and_going_back_comes_first(
    desk: Desk, over: QWidget
) -> None:
    dialog = shown(desk, over)
    keys = field(dialog, SecretText, "API keys")
    write(keys, "nonsense")
    write(field(dialog, QLineEdit, "Name (optional)"), "team key")
    press(dialog, "Add key")
    await until(lambda: has_button(dialog, "Back"))
    hint = "This is not an API key. A key begins with AIza or AQ. and has no spaces."
    assert hint in texts(dialog)
    assert not has_button(dialog, "Done")
    assert button(dialog, "Back").property("kind") == "primary"
    press(dialog, "Back")
    assert keys.toPlainText() == "nonsense"
    assert dialog.name_field.text() == "team key"
    press(dialog, "Cancel")


async def test_another_key_does_not_get_the_name_of_the_one_before(
    desk: Desk, over: QWidget
) -> None:
    dialog = shown(desk, over)
    write(field(dialog, SecretText, "API keys"), GOOD)
    write(field(dialog, QLineEdit, "Name (optional)"), "team key")
    write(field(dialog, QLineEdit, "Project id (optional)"), "team-project")
    press(dialog, "Add key")
    await until(lambda: has_button(dialog, "Done"))
    press(dialog, "Add another")
    assert dialog.name_field.text() == dialog.project_field.text() == ""
    press(dialog, "Cancel")


async def test_a_key_that_is_there_already_and_one_that_rests_are_told_apart(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    answers = {
        "AIza-known-one-here": ImportedItem("1", "known", "key1", "old one"),
        "AIza-spent-one-here": ImportedItem("1", "added", "key2", "new one", "Its day is spent."),
    }

    async def add_keys(
        text: str, label: str | None = None, project: str | None = None
    ) -> ImportReport:
        return ImportReport((answers[text],), "vault")

    commands.add_keys = add_keys  # type: ignore[method-assign]  # another answer of the fake
    dialog = shown(desk, over)
    field(dialog, SecretText, "API keys").setPlainText("\n".join(answers))
    press(dialog, "Add 2 key(s)")
    await until(lambda: has_button(dialog, "Done"))
    assert "It was in the pool already." in texts(dialog)
    assert "It is in the pool, but rests: Its day is spent." in texts(dialog)
    dialog.reject()


async def test_a_refusal_is_told_at_its_key_with_a_button_for_googles_page(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes
) -> None:
    commands.refuses["add_keys"] = Refusal(
        RefusalCode.UNAVAILABLE, "The vault is closed.", "See https://aistudio.google.com/apikey."
    )
    dialog = shown(desk, over)
    write(field(dialog, SecretText, "API keys"), GOOD)
    press(dialog, "Add key")
    await until(lambda: has_button(dialog, "Back"))
    assert "The vault is closed." in texts(dialog)
    press(dialog, "Open AI Studio")
    assert notes.opened == ["https://aistudio.google.com/apikey"]
    dialog.reject()


async def test_keys_are_hidden_until_they_are_asked_for_and_forgotten_at_the_end(
    desk: Desk, over: QWidget
) -> None:
    dialog = shown(desk, over)
    keys = field(dialog, SecretText, "API keys")
    write(keys, GOOD)
    hidden = dialog.grab().toImage()
    keys.selectAll()
    assert not keys.createMimeDataFromSelection().text()
    press(dialog, "Show: API keys")
    assert keys.is_shown
    assert dialog.grab().toImage() != hidden
    assert keys.createMimeDataFromSelection().text() == GOOD
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert keys.toPlainText() == ""
    keys.undo()
    assert keys.toPlainText() == ""


async def test_everything_has_a_name_and_nothing_is_cut(desk: Desk, over: QWidget) -> None:
    dialog = shown(desk, over)
    assert nameless(dialog) == []
    assert unexplained(dialog) == []
    assert cut_texts(dialog) == []
    dialog.reject()
