"""Credentials and the bearer token on the page Settings."""

from concurrent.futures import Future
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from desktop.desk import Desk
from desktop.pages.settings_rows import Row
from desktop.widgets.sheet import Question
from proxy_core.api import Keeping, Refusal, RefusalCode
from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form
from tests.fakes.commands import NO_CLIENT
from tests.fakes.window import TOKEN, FakeEngine


async def test_a_new_token_is_made_only_after_a_question(form: Form) -> None:
    await form.show()
    form.click("Make a new one…")
    await until(lambda: form.page.findChildren(Question))
    (question,) = form.page.findChildren(Question)
    QTest.mouseClick(question.no_button, Qt.MouseButton.LeftButton)
    await until(lambda: not form.page.findChildren(Question))
    assert ("rotate_token",) not in form.commands.calls
    form.click("Make a new one…")
    await until(lambda: form.page.findChildren(Question))
    (question,) = form.page.findChildren(Question)
    QTest.mouseClick(question.yes_button, Qt.MouseButton.LeftButton)
    await until(lambda: ("rotate_token",) in form.commands.calls)
    await until(lambda: "new token" in form.page.token.rotate_row.said)


async def test_a_token_that_cannot_be_exchanged_says_why(form: Form) -> None:
    await form.show()
    form.click("Make a new one…")
    await until(lambda: form.page.findChildren(Question))
    (question,) = form.page.findChildren(Question)
    form.commands.refusal = Refusal(RefusalCode.READ_ONLY, "It is set by the environment.")
    question.accept()
    await until(lambda: "environment" in form.page.token.rotate_row.said)


async def test_the_token_is_hidden_and_copied_as_a_secret(form: Form) -> None:
    await form.show()
    assert form.page.token.field.field.echoMode() == QLineEdit.EchoMode.Password
    form.click("Copy: Token of your tools")
    await until(lambda: form.notes.copied)
    assert form.notes.copied == [(TOKEN, True)]


async def test_a_token_that_was_exchanged_elsewhere_is_copied_as_it_is_now(
    form: Form, engine: FakeEngine
) -> None:
    await form.show()
    engine.tokens = Future()
    engine.tokens.set_result("another-bearer-token")
    form.click("Copy: Token of your tools")
    await until(lambda: form.notes.copied)
    assert form.notes.copied == [("another-bearer-token", True)]
    assert form.page.token.field.value == "another-bearer-token"


async def test_without_an_engine_the_token_that_was_shown_is_not_copied(
    form: Form, desk: Desk
) -> None:
    await form.show()
    desk.bridge.attach(None)
    form.page.token.field.copy_button.click()
    await until(lambda: form.notes.toasts)
    assert form.notes.toasts == ["Pollux is not running."]
    assert form.notes.copied == []


async def test_the_vault_that_waits_is_shown_with_what_to_do(form: Form) -> None:
    form.commands.kept = Keeping(
        *("vault", "waiting", "The vault waits for the keyring.", "Unlock it."),
        read_only=False,
        folder="/data",
    )
    await form.show()
    await until(lambda: "Unlock it." in form.page.credentials.keeping_row.said)


async def test_an_oauth_client_is_put_in_by_its_file_and_forgotten(
    form: Form, tmp_path: Path
) -> None:
    form.commands.client = NO_CLIENT
    await form.show()
    good, bad = tmp_path / "client_secret.json", tmp_path / "other.json"
    good.write_text('{"installed": {}}')
    bad.write_text("{}")
    row = form.page.credentials.client_row
    for file, said in (
        (bad, "This is no OAuth client"),
        (tmp_path / "gone.json", "cannot be read"),
    ):
        await _choose(form, file)
        await until(partial(_speaks_of, row, said))
    await _choose(form, good)
    await until(lambda: "Your own OAuth client" in row.said)
    form.click("Forget…")
    await until(lambda: form.page.findChildren(Question))
    form.page.findChildren(Question)[0].accept()
    await until(lambda: "no OAuth client yet" in row.said)


def _speaks_of(row: Row, words: str) -> bool:
    return words in row.said


async def _choose(form: Form, file: Path) -> None:
    """Opens the dialog and picks a file in it."""
    await until(lambda: not form.page.findChildren(QFileDialog), "the last one is gone")
    form.click("Use a client's file…")
    await until(lambda: form.page.findChildren(QFileDialog), "the dialog is there")
    (dialog,) = form.page.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(file)])
    dialog.reject()
