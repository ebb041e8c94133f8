from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from desktop.desk import Desk
from desktop.dialogs.account_guide import Guide
from desktop.dialogs.account_projects import Projects
from desktop.dialogs.account_start import Start, Waiting
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.add_key import AddKey
from proxy_core.api import (
    ProjectView,
    Refusal,
    RefusalCode,
    SignInRequest,
    SignInStatus,
    SignInView,
)
from tests.desktop.accessible import nameless, unexplained
from tests.desktop.conftest import Notes, until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.press import button, field, has_button, opened, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands
from tests.fakes.commands import GOOGLE_URL, NO_CLIENT, credential

PROJECTS = (
    ProjectView("gen-lang-client-1", "First", "on", recommended=True, known=False, link=""),
    ProjectView(
        *("home-project", "Home", "on"),
        recommended=False,
        known=True,
        link="",
        shared_with=("grace@example.com",),
    ),
    ProjectView(
        *("old-project", "Old", "off"),
        recommended=False,
        known=False,
        link="https://console.cloud.google.com/apis/old-project",
    ),
)


async def waiting(desk: Desk, over: QWidget) -> AddAccount:
    """A dialog whose sign-in waits for the browser."""
    dialog = AddAccount(desk, over)
    dialog.open()
    await until(lambda: isinstance(dialog.step, Start))
    press(dialog, "Open Google's page")
    await until(lambda: isinstance(dialog.step, Waiting))
    return dialog


def latest(commands: SteeredCommands) -> SignInView:
    return list(commands.sign_ins.values())[-1]


async def choosing(desk: Desk, over: QWidget, commands: SteeredCommands) -> AddAccount:
    commands.projects = PROJECTS
    dialog = await waiting(desk, over)
    commands.consent(latest(commands))
    await until(lambda: isinstance(dialog.step, Projects))
    return dialog


def box(dialog: AddAccount, name: str) -> QCheckBox:
    return next(one for one in dialog.findChildren(QCheckBox) if one.text() == name)


async def test_without_an_oauth_client_four_steps_lead_to_googles_pages(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes
) -> None:
    commands.client = NO_CLIENT
    dialog = AddAccount(desk, over)
    dialog.open()
    await until(lambda: isinstance(dialog.step, Guide))
    assert nameless(dialog) == unexplained(dialog) == cut_texts(dialog) == []
    for text in ("Create project", "Gemini API", "Consent screen", "Create client"):
        press(dialog, text)
    assert notes.opened == [
        "https://console.cloud.google.com/projectcreate",
        "https://console.cloud.google.com/apis/library/generativelanguage.googleapis.com",
        "https://console.cloud.google.com/auth/overview",
        "https://console.cloud.google.com/auth/clients/create",
    ]
    press(dialog, "Use an API key instead, which needs none of this")
    await until(lambda: opened(AddKey))
    assert opened(AddAccount) is None
    key_dialog = opened(AddKey)
    assert key_dialog is not None
    key_dialog.reject()


async def test_a_dropped_client_file_leads_on_and_a_wrong_one_is_told(
    desk: Desk, over: QWidget, commands: SteeredCommands, tmp_path: Path
) -> None:
    commands.client = NO_CLIENT
    wrong, right = tmp_path / "wrong.json", tmp_path / "client_secret_1.json"
    wrong.write_text('{"nothing": 1}')
    right.write_text('{"installed": {}}')
    dialog = AddAccount(desk, over)
    dialog.open()
    await until(lambda: isinstance(dialog.step, Guide))
    drop(dialog, tmp_path / "gone.json")
    await until(lambda: "It cannot be read" in dialog.banner.sentence)
    drop(dialog, wrong)
    await until(lambda: "This is no OAuth client." in dialog.banner.sentence)
    drop(dialog, right)
    await until(lambda: isinstance(dialog.step, Start))
    assert not dialog.banner.isVisible()
    dialog.reject()


def drop(dialog: AddAccount, file: Path) -> None:
    assert isinstance(dialog.step, Guide)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    button_, action = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    none = Qt.KeyboardModifier.NoModifier
    dialog.step.drop.dropEvent(QDropEvent(QPointF(9, 9), action, mime, button_, none))


async def test_project_and_vertex_are_asked_for_and_the_browser_is_opened(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes
) -> None:
    dialog = AddAccount(desk, over)
    dialog.open()
    await until(lambda: isinstance(dialog.step, Start))
    assert nameless(dialog) == cut_texts(dialog) == []
    assert not box(dialog, "Vertex AI too").isChecked()
    write(field(dialog, QLineEdit, "Project id (optional)"), "my-project")
    press(dialog, "Vertex AI too")
    press(dialog, "Open Google's page")
    await until(lambda: isinstance(dialog.step, Waiting))
    asked = SignInRequest("loopback", project="my-project", vertex=True)
    assert commands.asked("begin_sign_in") == [(asked,)]
    assert notes.opened == [GOOGLE_URL]
    assert "4 min left" in texts(dialog) or "5 min left" in texts(dialog)
    assert nameless(dialog) == cut_texts(dialog) == []
    press(dialog, "Copy link")
    assert notes.copied == [(GOOGLE_URL, False)]
    dialog.reject()


async def test_closing_the_dialog_cancels_the_sign_in(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await waiting(desk, over)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await until(lambda: latest(commands).status is SignInStatus.CANCELLED)


async def test_without_a_browser_the_link_is_on_the_clipboard(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes
) -> None:
    notes.opens = False
    dialog = await waiting(desk, over)
    await until(lambda: "No browser can be opened." in texts(dialog))
    assert notes.copied == [(GOOGLE_URL, False)]
    dialog.reject()


async def test_consent_in_the_browser_leads_to_the_first_check(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await waiting(desk, over)
    commands.put_sign_in(replace(latest(commands), status=SignInStatus.EXCHANGING, sentence="Ask."))
    await until(lambda: "Ask." in texts(dialog))
    commands.consent(latest(commands))
    await until(lambda: has_button(dialog, "Done"))
    await until(lambda: commands.asked("check"))
    await until(lambda: "Ready." in texts(dialog))
    assert "ada@example.com is in the pool." in texts(dialog)
    assert "Kept in the encrypted vault" in texts(dialog)
    assert cut_texts(dialog) == []
    press(dialog, "Add another")
    await until(lambda: isinstance(dialog.step, Start))
    dialog.reject()


async def test_a_pasted_redirect_is_taken_and_a_wrong_one_is_told(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await waiting(desk, over)
    pasted = field(dialog, QLineEdit, "Redirect address")
    write(pasted, "http://127.0.0.1/nothing")
    press(dialog, "Go on")
    await until(lambda: "This address holds no answer" in dialog.banner.sentence)
    assert button(dialog, "Go on").isEnabled()
    pasted.clear()
    write(pasted, "http://127.0.0.1/?code=4&state=s")
    QTest.keyClick(pasted, Qt.Key.Key_Return)
    await until(lambda: has_button(dialog, "Done"))
    dialog.reject()


async def test_several_projects_are_chosen_at_once(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes
) -> None:
    dialog = await choosing(desk, over, commands)
    assert nameless(dialog) == cut_texts(dialog) == []
    assert box(dialog, "First").isChecked()
    assert not box(dialog, "Home").isChecked()
    assert not box(dialog, "Old").isEnabled()
    assert "Shares one quota with grace@example.com" in texts(dialog)
    press(dialog, "Switch it on")
    assert notes.opened[-1] == "https://console.cloud.google.com/apis/old-project"
    box(dialog, "Home").click()
    press(dialog, "Check again")
    await until(lambda: box(dialog, "Old").isEnabled())
    assert box(dialog, "Home").isChecked()
    box(dialog, "Old").click()
    press(dialog, "Use 3 project(s)")
    await until(lambda: has_button(dialog, "Done"))
    ((_, chosen),) = commands.asked("choose_projects")
    assert chosen == ("gen-lang-client-1", "home-project", "old-project")
    await until(lambda: len(commands.asked("check")) == 3)
    dialog.reject()


async def test_a_project_may_be_typed_and_a_refusal_leaves_the_choice(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await choosing(desk, over, commands)
    box(dialog, "First").click()
    assert not button(dialog, "Use").isEnabled()
    write(field(dialog, QLineEdit, "Another project's id"), "typed-project")
    commands.refuses["choose_projects"] = Refusal(RefusalCode.INVALID, "That is no id.", "Look.")
    press(dialog, "Use 1 project(s)")
    await until(lambda: "That is no id." in dialog.banner.sentence)
    assert button(dialog, "Use 1 project(s)").isEnabled()
    press(dialog, "Use 1 project(s)")
    await until(lambda: has_button(dialog, "Done"))
    assert commands.asked("choose_projects")[-1][1] == ("typed-project",)
    dialog.reject()


@pytest.mark.parametrize(
    "status", [SignInStatus.FAILED, SignInStatus.EXPIRED, SignInStatus.CANCELLED]
)
async def test_a_sign_in_that_ends_badly_says_why_and_can_be_tried_again(
    desk: Desk, over: QWidget, commands: SteeredCommands, status: SignInStatus
) -> None:
    dialog = await waiting(desk, over)
    ended = replace(latest(commands), status=status, sentence="It ended.", next_step="Once more.")
    commands.put_sign_in(ended)
    await until(lambda: "It ended." in texts(dialog))
    assert "Once more." in texts(dialog)
    press(dialog, "Try again")
    await until(lambda: isinstance(dialog.step, Waiting))
    assert len(commands.sign_ins) == 2
    dialog.reject()


@pytest.mark.parametrize(
    ("command", "reach"),
    [("oauth_client", None), ("begin_sign_in", lambda dialog: press(dialog, "Open Google's page"))],
)
async def test_a_sign_in_that_cannot_begin_says_why(
    desk: Desk,
    over: QWidget,
    commands: SteeredCommands,
    command: str,
    reach: Callable[[AddAccount], None] | None,
) -> None:
    commands.refuses[command] = Refusal(RefusalCode.UNAVAILABLE, "No port.", "Use the page.")
    dialog = AddAccount(desk, over)
    dialog.open()
    if reach is not None:
        await until(lambda: isinstance(dialog.step, Start))
        reach(dialog)
    await until(lambda: "No port." in dialog.banner.sentence)
    assert has_button(dialog, "Try again") or has_button(dialog, "Open Google's page")
    dialog.reject()


async def test_an_engine_that_forgot_the_sign_in_ends_it_in_words(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await waiting(desk, over)
    view = latest(commands)
    commands.sign_ins.clear()
    commands.put_sign_in(replace(view, status=SignInStatus.WAITING))
    commands.sign_ins.clear()
    await until(lambda: "There is no such sign-in." in dialog.banner.sentence)
    press(dialog, "Try again")
    await until(lambda: isinstance(dialog.step, Start))
    dialog.reject()


async def test_signing_in_again_goes_straight_to_the_browser(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    commands.put(credential("acc1", "ada@example.com", "needs_sign_in"))
    dialog = AddAccount(desk, over, again="acc1")
    dialog.open()
    await until(lambda: isinstance(dialog.step, Waiting))
    ((request,),) = commands.asked("begin_sign_in")
    assert request == SignInRequest("loopback", again="acc1")
    assert "Sign in again: ada@example.com" in texts(dialog)
    assert "Choose ada@example.com there." in texts(dialog)
    dialog.reject()


async def test_signing_in_as_another_account_warns_and_can_be_tried_again(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    commands.put(credential("acc1", "ada@example.com", "needs_sign_in"))
    dialog = AddAccount(desk, over, again="acc1")
    dialog.open()
    await until(lambda: isinstance(dialog.step, Waiting))
    commands.consent(latest(commands))
    await until(lambda: has_button(dialog, "Try again"))
    assert "ada@example.com has not signed in again." in texts(dialog)
    assert not has_button(dialog, "Add another")
    press(dialog, "Try again")
    await until(lambda: isinstance(dialog.step, Waiting))
    assert commands.asked("begin_sign_in")[-1] == (SignInRequest("loopback", again="acc1"),)
    renewed = replace(latest(commands), status=SignInStatus.DONE, renewed=("acc1",))
    commands.put_sign_in(renewed)
    await until(lambda: has_button(dialog, "Add another"))
    assert "has not signed in again" not in texts(dialog)
    dialog.reject()


async def test_looking_again_says_that_it_looked(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await choosing(desk, over, commands)
    press(dialog, "Check again")
    await until(lambda: "Looked again at" in texts(dialog))
    assert "nothing has changed" not in texts(dialog)
    press(dialog, "Check again")
    await until(lambda: "nothing has changed" in texts(dialog))
    assert cut_texts(dialog) == []
    dialog.reject()


async def test_many_projects_are_chosen_with_one_press(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await choosing(desk, over, commands)
    assert not has_button(dialog, "Select all")
    press(dialog, "Check again")
    await until(lambda: has_button(dialog, "Select all"))
    press(dialog, "Select all")
    assert has_button(dialog, "Use 3 project(s)")
    press(dialog, "Select none")
    assert not button(dialog, "Use").isEnabled()
    dialog.reject()


async def test_a_check_that_fails_is_told_beside_its_credential(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = await waiting(desk, over)
    commands.refuses["check"] = Refusal(RefusalCode.UNAVAILABLE, "Google is away.", "Wait.")
    commands.consent(latest(commands))
    await until(lambda: "Google is away. Wait." in texts(dialog))
    press(dialog, "Done")
