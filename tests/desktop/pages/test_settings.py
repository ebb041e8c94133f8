"""The page Settings, through its fields and buttons, over the real settings on a file."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from desktop.at_login import AtLogin
from desktop.desk import Desk
from desktop.life import Phase
from desktop.look.theme import Mode
from desktop.pages.settings import SettingsPage
from desktop.pages.settings_catalogue import ANSWERS, LOG, NETWORK, ROTATION
from desktop.pages.settings_rows import Row
from desktop.remembered import wants_notifications
from desktop.widgets.sheet import Question
from proxy_core.api import Finding, Keeping, PortTaken, Refusal, RefusalCode
from proxy_core.engine.settings_change import SettingsChanger
from proxy_core.settings import ONLY_FROM_OUTSIDE, SETTINGS, load_settings
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.fakes.autostart import FakeAutostart
from tests.fakes.commands import NO_CLIENT, FakeCommands, Gate
from tests.fakes.window import TOKEN, FakeEngine

LIVE = ("ROTATION", "STICKY", "MAX_WAIT_S", "MODEL_ALIASES", "ALLOWED_HOSTS", "DEBUG")
SECRETS_ELSEWHERE = {"GEMINI_AUTH_PASSWORD", "CLIENT_ID", "CLIENT_SECRET"}
"Shown by their own groups."
FOR_SERVERS = {
    "PERSISTENT_STORAGE_PATH",
    "CREDENTIALS_JSON_LIST",
    "POLLUX_VAULT_KEY",
    "ADMIN_PASSWORD",
    "POLLUX_STATE_URL",
}


class Stage:
    """A page that is shown, and what is around it."""

    def __init__(self, desk: Desk, notes: Notes, commands: FakeCommands, folder: Path) -> None:
        self.desk, self.notes, self.commands = desk, notes, commands
        self.file = folder / "settings.toml"
        self.autostart = FakeAutostart()
        self.remembered = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.page = SettingsPage(desk, AtLogin(self.autostart), self.remembered)
        self.page.resize(900, 700)

    async def show(self) -> None:
        if self.commands.changer is None:
            await self.use({})
        self.page.show()
        await self.settle()

    async def settle(self) -> None:
        """Until the page has read everything."""
        self.commands.calls.clear()
        self.page.refresh()
        await until(lambda: not self.page.is_reading, "the page reads")

    async def use(self, environ: dict[str, str], text: str = "") -> None:
        """The settings of an environment and of this text in settings.toml."""
        await asyncio.to_thread(self.file.write_text, text)
        settings = await asyncio.to_thread(load_settings, {}, environ, None, self.file)
        self.commands.changer = SettingsChanger(settings, {name: lambda _: None for name in LIVE})

    def find(self, name: str) -> QWidget:
        """What is called so by screen readers or shows this text."""
        for child in self.page.findChildren(QWidget):
            text = child.text() if isinstance(child, QAbstractButton) else ""
            if name in (child.accessibleName(), text) and child.isVisible():
                return child
        raise AssertionError(f"nothing is called {name!r}")

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def type_in(self, name: str, text: str) -> None:
        field = self.find(name)
        assert isinstance(field, QLineEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    @property
    def changes(self) -> list[object]:
        return [call[1] for call in self.commands.calls if call[0] == "change_settings"]

    def said(self, name: str) -> str:
        return self.page.engine.rows[name].said


@pytest.fixture
def stage(desk: Desk, notes: Notes, commands: FakeCommands, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(desk, notes, commands, tmp_path)
    yield made
    made.page.hide()
    made.page.deleteLater()


def test_every_setting_of_a_person_is_on_the_page() -> None:
    shown = {item.name for item in (*NETWORK, *ROTATION, *ANSWERS, *LOG)}
    every = {info.name for info in SETTINGS}
    assert shown == every - SECRETS_ELSEWHERE - FOR_SERVERS - set(ONLY_FROM_OUTSIDE)


async def test_a_number_is_saved_when_enter_is_pressed(stage: Stage) -> None:
    await stage.show()
    stage.type_in("Longest wait for a free credential", "7")
    await until(lambda: stage.changes == [{"MAX_WAIT_S": "7"}])
    await until(lambda: stage.notes.toasts, "it says so")
    assert "Longest wait" in stage.notes.toasts[0]
    assert "MAX_WAIT_S = 7" in stage.file.read_text()
    assert not stage.page.restart.isVisible()


async def test_a_value_that_cannot_be_is_marked_and_explained_beside_its_field(
    stage: Stage,
) -> None:
    await stage.show()
    stage.type_in("Longest wait for a free credential", "-3")
    await until(lambda: stage.said("MAX_WAIT_S"))
    field = stage.find("Longest wait for a free credential")
    assert field.property("wrong") == "true"
    assert "greater than or equal to 0" in stage.said("MAX_WAIT_S")
    assert "MAX_WAIT_S" not in stage.said("MAX_WAIT_S")
    stage.click("Take back: Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    assert (field.text(), field.property("wrong")) == ("20", "false")
    assert not stage.said("MAX_WAIT_S")


async def test_what_is_refused_stays_while_another_setting_is_changed(stage: Stage) -> None:
    await stage.show()
    stage.type_in("Longest wait for a free credential", "never")
    await until(lambda: stage.said("MAX_WAIT_S"))
    stage.click("Keep a conversation on its credential")
    await until(lambda: {"STICKY": "false"} in stage.changes)
    await stage.settle()
    field = stage.find("Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    assert (field.text(), bool(stage.said("MAX_WAIT_S"))) == ("never", True)


async def test_a_value_of_ones_own_goes_back_to_the_default(stage: Stage) -> None:
    await stage.use({}, "MAX_WAIT_S = 3")
    await stage.show()
    await until(stage.page.engine.rows["MAX_WAIT_S"].back_button.isVisible)
    stage.click("Default: Longest wait for a free credential")
    await until(lambda: stage.changes == [{"MAX_WAIT_S": ""}])
    field = stage.find("Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    await until(lambda: field.text() == "20")


async def test_what_the_environment_fixes_can_be_read_and_not_changed(stage: Stage) -> None:
    await stage.use({"MAX_ATTEMPTS": "9", "STICKY": "false"})
    await stage.show()
    field = stage.find("Attempts for one request")
    assert isinstance(field, QLineEdit)
    await until(lambda: field.text() == "9")
    assert field.isReadOnly()
    assert "environment" in stage.said("MAX_ATTEMPTS")
    assert not stage.find("Keep a conversation on its credential").isEnabled()


async def test_a_secret_is_told_as_set_and_never_shown(stage: Stage) -> None:
    await stage.use({"OUTBOUND_PROXY": "http://ada:hidden@proxy.example.org:3128"})
    await stage.show()
    field = stage.find("Proxy to Google")
    assert isinstance(field, QLineEdit)
    await until(lambda: "Set" in field.placeholderText())
    assert field.text() == ""


async def test_what_needs_a_restart_says_so_and_offers_it(stage: Stage, engine: FakeEngine) -> None:
    await stage.show()
    stage.type_in("Port", "7999")
    await until(stage.page.restart.isVisible)
    assert "next start" in stage.said("PORT")
    assert "1 change" in stage.page.restart.sentence
    engine.stopped = False
    stage.click("Restart Pollux now")
    await until(lambda: engine.stopped and stage.desk.life.phase is Phase.RUNNING)
    await until(lambda: not stage.page.restart.isVisible())
    assert not stage.said("PORT")


async def test_a_change_that_is_taken_back_waits_for_no_restart(stage: Stage) -> None:
    await stage.show()
    stage.type_in("Port", "7999")
    await until(stage.page.restart.isVisible)
    stage.type_in("Port", "7860")
    await until(lambda: not stage.page.restart.isVisible())


async def test_listening_beyond_this_computer_is_warned_of(stage: Stage) -> None:
    await stage.show()
    stage.type_in("Listen on", "0.0.0.0")
    await until(lambda: "unencrypted" in stage.said("HOST"))


async def test_a_list_is_written_one_a_line(stage: Stage) -> None:
    await stage.show()
    field = stage.find("Further host names")
    assert isinstance(field, QPlainTextEdit)
    field.setFocus()
    QTest.keyClicks(field, "pollux.lan")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "box.lan")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: stage.changes)
    assert stage.changes == [{"ALLOWED_HOSTS": '["pollux.lan", "box.lan"]'}]
    assert field.toPlainText() == "pollux.lan\nbox.lan"


async def test_an_alias_is_added_and_taken_out_again(stage: Stage) -> None:
    await stage.show()
    stage.click("Add an alias")
    QTest.keyClicks(stage.find("Name that tools ask for"), "gpt-5")
    models = stage.find("Gemini models that answer")
    models.setFocus()
    assert not stage.changes, "half an alias is not saved"
    QTest.keyClicks(models, "gemini-3.8-flash, gemini-3.8-flash-lite")
    QTest.keyClick(models, Qt.Key.Key_Return)
    await until(lambda: stage.changes)
    (change,) = stage.changes
    assert isinstance(change, dict)
    wanted = {"gpt-5": ["gemini-3.8-flash", "gemini-3.8-flash-lite"]}
    assert json.loads(change["MODEL_ALIASES"]) == wanted
    stage.click("Take this alias out")
    await until(lambda: stage.changes[1:] == [{"MODEL_ALIASES": "{}"}])


async def test_two_aliases_of_one_name_are_refused_here(stage: Stage) -> None:
    await stage.use({}, '[MODEL_ALIASES]\nfast = "gemini-3.8-flash"')
    await stage.show()
    stage.click("Add an alias")
    added = stage.page.engine.rows["MODEL_ALIASES"].field.inputs()
    name, models = added[-3], added[-2]
    assert isinstance(name, QLineEdit)
    assert isinstance(models, QLineEdit)
    QTest.keyClicks(name, "fast")
    QTest.keyClicks(models, "gemini-3.8-pro")
    QTest.keyClick(models, Qt.Key.Key_Return)
    await until(lambda: "twice" in stage.said("MODEL_ALIASES"))
    assert not stage.changes


async def test_both_marks_around_thoughts_are_asked_for(stage: Stage) -> None:
    await stage.show()
    before = stage.find("Marks around thoughts: before")
    before.setFocus()
    QTest.keyClicks(before, "<think>")
    stage.find("Longest wait for a free credential").setFocus()
    assert "Both marks" in stage.said("THOUGHT_WRAPPER_TAGS")
    stage.type_in("Marks around thoughts: after", "</think>")
    await until(lambda: stage.changes)
    assert stage.changes == [{"THOUGHT_WRAPPER_TAGS": '["<think>", "</think>"]'}]
    assert "Both marks" not in stage.said("THOUGHT_WRAPPER_TAGS")


async def test_rotation_is_chosen_with_the_keys(stage: Stage) -> None:
    await stage.show()
    balanced = stage.find("Which credential serves next: Balanced")
    balanced.setFocus()
    QTest.keyClick(balanced, Qt.Key.Key_Down)
    await until(lambda: stage.changes == [{"ROTATION": "round-robin"}])


async def test_what_was_typed_is_kept_when_the_page_is_left(stage: Stage) -> None:
    await stage.show()
    field = stage.find("Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    field.setText("11")
    stage.page.hide()
    await until(lambda: stage.changes == [{"MAX_WAIT_S": "11"}])


async def test_leaving_the_page_untouched_changes_nothing(stage: Stage) -> None:
    await stage.show()
    stage.page.hide()
    await asyncio.sleep(0)
    assert not stage.changes


async def test_a_search_finds_settings_by_words_and_by_their_variable(stage: Stage) -> None:
    await stage.show()
    QTest.keyClicks(stage.page.search, "max_wait")
    assert stage.page.engine.rows["MAX_WAIT_S"].isVisible()
    assert not stage.page.engine.rows["PORT"].isVisible()
    assert not stage.page.general.isVisible()
    stage.page.search.clear()
    QTest.keyClicks(stage.page.search, "zebra")
    assert stage.page.nothing.isVisible()
    stage.page.search.clear()
    assert stage.page.general.isVisible()


async def test_theme_notifications_and_login_are_remembered(stage: Stage) -> None:
    await stage.show()
    stage.click("Appearance: Dark")
    assert stage.desk.theme.mode is Mode.DARK
    assert stage.remembered.value("theme") == "dark"
    stage.click("Notifications")
    assert not wants_notifications(stage.remembered)
    stage.click("Start at login")
    await until(lambda: stage.autostart.on)


async def test_a_system_that_refuses_start_at_login_is_heard(stage: Stage) -> None:
    stage.autostart.fails = True
    await stage.show()
    stage.click("Start at login")
    await until(lambda: "read-only" in stage.page.general.login_row.said)
    assert not stage.page.general.login.isChecked()


async def test_a_taken_port_offers_the_next_free_one(stage: Stage, engine: FakeEngine) -> None:
    await stage.show()
    engine.fails_with = PortTaken("127.0.0.1", 7860, "an old Pollux")
    await stage.desk.life.restart()
    trouble = stage.desk.life.trouble
    assert trouble is not None
    assert "7860" in stage.page.trouble.sentence
    assert not stage.page.engine.rotation.isVisible()
    assert stage.page.engine.rows["PORT"].isVisible()
    assert not stage.page.engine.rows["HOST"].isVisible()
    engine.fails_with = None
    stage.click(f"Use port {trouble.free_port}")
    await until(lambda: stage.desk.life.phase is Phase.RUNNING)
    assert not stage.page.trouble.isVisible()
    assert stage.page.engine.rotation.isVisible()


async def test_without_an_engine_a_port_of_ones_own_can_be_typed(
    stage: Stage, engine: FakeEngine
) -> None:
    await stage.show()
    engine.fails_with = PortTaken("127.0.0.1", 7860, "")
    await stage.desk.life.restart()
    stage.type_in("Port", "70000")
    await until(lambda: "65535" in stage.said("PORT"))
    engine.fails_with = None
    stage.type_in("Port", "7990")
    await until(lambda: stage.desk.life.phase is Phase.RUNNING)
    sources = stage.desk.life._sources
    assert sources.written == [{"PORT": "7990"}]  # type: ignore[attr-defined]  # the fake's


async def test_a_new_token_is_made_only_after_a_question(stage: Stage) -> None:
    await stage.show()
    stage.click("Make a new one…")
    await until(lambda: stage.page.findChildren(Question))
    (question,) = stage.page.findChildren(Question)
    QTest.mouseClick(question.no_button, Qt.MouseButton.LeftButton)
    await until(lambda: not stage.page.findChildren(Question))
    assert ("rotate_token",) not in stage.commands.calls
    stage.click("Make a new one…")
    await until(lambda: stage.page.findChildren(Question))
    (question,) = stage.page.findChildren(Question)
    QTest.mouseClick(question.yes_button, Qt.MouseButton.LeftButton)
    await until(lambda: ("rotate_token",) in stage.commands.calls)
    await until(lambda: "new token" in stage.page.token.rotate_row.said)


async def test_a_token_that_cannot_be_exchanged_says_why(stage: Stage) -> None:
    await stage.show()
    stage.click("Make a new one…")
    await until(lambda: stage.page.findChildren(Question))
    (question,) = stage.page.findChildren(Question)
    stage.commands.refusal = Refusal(RefusalCode.READ_ONLY, "It is set by the environment.")
    question.accept()
    await until(lambda: "environment" in stage.page.token.rotate_row.said)


async def test_the_token_is_hidden_and_copied_as_a_secret(stage: Stage) -> None:
    await stage.show()
    assert stage.page.token.field.field.echoMode() == QLineEdit.EchoMode.Password
    stage.click("Copy: Token of your tools")
    assert stage.notes.copied == [(TOKEN, True)]


async def test_the_vault_that_waits_is_shown_with_what_to_do(stage: Stage) -> None:
    stage.commands.kept = Keeping(
        *("vault", "waiting", "The vault waits for the keyring.", "Unlock it."),
        read_only=False,
        folder="/data",
    )
    await stage.show()
    await until(lambda: "Unlock it." in stage.page.credentials.keeping_row.said)


async def test_an_oauth_client_is_put_in_by_its_file_and_forgotten(
    stage: Stage, tmp_path: Path
) -> None:
    stage.commands.client = NO_CLIENT
    await stage.show()
    good, bad = tmp_path / "client_secret.json", tmp_path / "other.json"
    good.write_text('{"installed": {}}')
    bad.write_text("{}")
    row = stage.page.credentials.client_row
    for file, said in (
        (bad, "This is no OAuth client"),
        (tmp_path / "gone.json", "cannot be read"),
    ):
        await _choose(stage, file)
        await until(partial(_speaks_of, row, said))
    await _choose(stage, good)
    await until(lambda: "Your own OAuth client" in row.said)
    stage.click("Forget…")
    await until(lambda: stage.page.findChildren(Question))
    stage.page.findChildren(Question)[0].accept()
    await until(lambda: "no OAuth client yet" in row.said)


def _speaks_of(row: Row, words: str) -> bool:
    return words in row.said


async def _choose(stage: Stage, file: Path) -> None:
    """Opens the dialog and picks a file in it."""
    await until(lambda: not stage.page.findChildren(QFileDialog), "the last one is gone")
    stage.click("Use a client's file…")
    await until(lambda: stage.page.findChildren(QFileDialog), "the dialog is there")
    (dialog,) = stage.page.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(file)])
    dialog.reject()


async def test_the_doctor_shows_what_is_wrong_first(stage: Stage) -> None:
    fine = stage.commands.findings[0]
    wrong = Finding("clock", ok=False, sentence="The clock is slow.", next_step="Set it.")
    stage.commands.findings = (fine, wrong)
    await stage.show()
    stage.click("Run the checks")
    await until(lambda: stage.page.doctor.findings.count() == 2)
    names = [one.accessibleName() for one in stage.page.doctor.findChildren(QWidget)]
    assert names.index("The clock is slow.") < names.index("The vault opens.")
    assert "1 check" in stage.page.doctor.check_row.said


async def test_the_doctor_can_be_cancelled(stage: Stage) -> None:
    await stage.show()
    stage.commands.gate = Gate()
    stage.click("Run the checks")
    await until(stage.page.doctor.progress.isVisible)
    stage.click("Cancel")
    await until(lambda: not stage.page.doctor.progress.isVisible())
    assert stage.page.doctor.run_button.text() == "Run the checks"


@pytest.mark.parametrize("size", [(696, 600), (1076, 800)])
async def test_every_control_has_a_name_and_no_text_is_cut(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.page.resize(*size)
    await stage.show()
    assert not nameless(stage.page)
    assert not unexplained(stage.page)
    assert not cut_texts(stage.page)


async def test_the_form_is_walked_through_with_the_tab_key(stage: Stage) -> None:
    await stage.show()
    current: QWidget = stage.page.search
    current.setFocus()
    content = stage.page.scroller.widget()
    assert content is not None
    tops = []
    for _ in range(60):
        QTest.keyClick(current, Qt.Key.Key_Tab)
        focused = stage.page.focusWidget()
        assert focused is not None
        current = focused
        tops.append(current.mapTo(content, current.rect().center()).y())
        if current is stage.find("Google's terms"):
            break
    assert tops == sorted(tops), "from top to bottom"
    assert len(tops) > 30
