from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.use_vertex import UseVertex
from proxy_core.api import Refusal, RefusalCode, SignInRequest
from tests.desktop.accessible import nameless
from tests.desktop.conftest import until
from tests.desktop.cut import cut_texts
from tests.desktop.dialogs.press import field, has_button, opened, press, texts, write
from tests.desktop.dialogs.steered import SteeredCommands
from tests.fakes.commands import credential

VIEW = credential("acc1", "ada@example.com")
NARROW = Refusal(RefusalCode.SCOPE_MISSING, "Vertex AI is not allowed.", "Sign in again with it.")


@pytest.fixture
def asked(desk: Desk, over: QWidget, commands: SteeredCommands) -> Callable[[], UseVertex]:
    def make() -> UseVertex:
        commands.put(VIEW)
        made = UseVertex(desk, over, VIEW)
        made.open()
        return made

    return make


async def test_it_says_what_it_costs_and_takes_a_location(
    asked: Callable[[], UseVertex], commands: SteeredCommands
) -> None:
    dialog = asked()
    said = texts(dialog)
    assert "Google bills every call of Vertex AI. It is used last" in said
    assert nameless(dialog) == cut_texts(dialog) == []
    location = field(dialog, QLineEdit, "Location")
    assert location.text() == "global"
    location.selectAll()
    write(location, "europe-west4")
    QTest.keyClick(location, Qt.Key.Key_Return)
    await until(lambda: commands.pool["acc1"].location == "europe-west4")
    assert commands.asked("set_service") == [("acc1", "vertex", "europe-west4")]


async def test_nothing_is_billed_when_it_is_closed(
    asked: Callable[[], UseVertex], commands: SteeredCommands
) -> None:
    press(asked(), "Cancel")
    assert commands.asked("set_service") == []


async def test_a_refused_location_stays_to_be_corrected(
    asked: Callable[[], UseVertex], commands: SteeredCommands
) -> None:
    commands.refuses["set_service"] = Refusal(RefusalCode.INVALID, "This is no location.", "Name.")
    dialog = asked()
    press(dialog, "Use Vertex AI")
    await until(lambda: "This is no location." in texts(dialog))
    assert dialog.use_button.isEnabled()
    assert not has_button(dialog, "Sign in again")
    dialog.reject()


async def test_a_sign_in_that_does_not_allow_it_is_made_again_and_then_it_goes_on(
    asked: Callable[[], UseVertex], commands: SteeredCommands
) -> None:
    commands.refuses["set_service"] = NARROW
    dialog = asked()
    press(dialog, "Use Vertex AI")
    await until(lambda: has_button(dialog, "Sign in again"))
    assert "Vertex AI is not allowed." in texts(dialog)
    press(dialog, "Sign in again")
    await until(lambda: commands.asked("begin_sign_in"))
    ((request,),) = commands.asked("begin_sign_in")
    assert request == SignInRequest("loopback", vertex=True, again="acc1")
    again = opened(AddAccount)
    assert again is not None
    again.accept()
    await until(lambda: commands.pool["acc1"].service == "vertex")
