"""The settings of the engine on the page Settings."""

from PySide6.QtWidgets import QLineEdit

from desktop.life import Phase
from proxy_core.api import PortTaken
from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form
from tests.fakes.window import FakeEngine


async def test_a_number_is_saved_when_enter_is_pressed(form: Form) -> None:
    await form.show()
    form.type_in("Longest wait for a free credential", "7")
    await until(lambda: form.changes == [{"MAX_WAIT_S": "7"}])
    await until(lambda: form.notes.toasts, "it says so")
    assert "Longest wait" in form.notes.toasts[0]
    assert "MAX_WAIT_S = 7" in form.file.read_text()
    assert not form.page.restart.isVisible()


async def test_a_value_that_cannot_be_is_marked_and_explained_beside_its_field(
    form: Form,
) -> None:
    await form.show()
    form.type_in("Longest wait for a free credential", "-3")
    await until(lambda: form.said("MAX_WAIT_S"))
    field = form.find("Longest wait for a free credential")
    assert field.property("wrong") == "true"
    assert "at least 0" in form.said("MAX_WAIT_S")
    assert "MAX_WAIT_S" not in form.said("MAX_WAIT_S")
    form.click("Take back: Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    assert (field.text(), field.property("wrong")) == ("20", "false")
    assert not form.said("MAX_WAIT_S")


async def test_what_is_refused_stays_while_another_setting_is_changed(form: Form) -> None:
    await form.show()
    form.type_in("Longest wait for a free credential", "never")
    await until(lambda: form.said("MAX_WAIT_S"))
    form.click("Keep a conversation on its credential")
    await until(lambda: {"STICKY": "false"} in form.changes)
    await form.settle()
    field = form.find("Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    assert (field.text(), bool(form.said("MAX_WAIT_S"))) == ("never", True)


async def test_a_value_of_ones_own_goes_back_to_the_default(form: Form) -> None:
    await form.use({}, "MAX_WAIT_S = 3")
    await form.show()
    await until(form.page.engine.rows["MAX_WAIT_S"].back_button.isVisible)
    form.click("Default: Longest wait for a free credential")
    await until(lambda: form.changes == [{"MAX_WAIT_S": ""}])
    field = form.find("Longest wait for a free credential")
    assert isinstance(field, QLineEdit)
    await until(lambda: field.text() == "20")


async def test_what_the_environment_fixes_can_be_read_and_not_changed(form: Form) -> None:
    await form.use({"MAX_ATTEMPTS": "9", "STICKY": "false"})
    await form.show()
    field = form.find("Attempts for one request")
    assert isinstance(field, QLineEdit)
    await until(lambda: field.text() == "9")
    assert field.isReadOnly()
    assert "environment" in form.said("MAX_ATTEMPTS")
    assert form.page.engine.rows["MAX_ATTEMPTS"].sign == "lock"
    assert not form.find("Keep a conversation on its credential").isEnabled()


async def test_a_secret_is_told_as_set_and_never_shown(form: Form) -> None:
    await form.use({"OUTBOUND_PROXY": "http://ada:hidden@proxy.example.org:3128"})
    await form.show()
    field = form.find("Proxy to Google")
    assert isinstance(field, QLineEdit)
    await until(lambda: "Set" in field.placeholderText())
    assert field.text() == ""


async def test_a_change_that_is_taken_back_waits_for_no_restart(form: Form) -> None:
    await form.show()
    form.type_in("Port", "7999")
    await until(form.page.restart.isVisible)
    form.type_in("Port", "7860")
    await until(lambda: not form.page.restart.isVisible())


async def test_listening_beyond_this_computer_is_warned_of(form: Form) -> None:
    await form.show()
    form.type_in("Listen on", "0.0.0.0")
    await until(lambda: "unencrypted" in form.said("HOST"))


async def test_without_an_engine_a_port_of_ones_own_can_be_typed(
    form: Form, engine: FakeEngine
) -> None:
    await form.show()
    engine.fails_with = PortTaken("127.0.0.1", 7860, "")
    await form.desk.life.restart()
    form.type_in("Port", "70000")
    await until(lambda: "65535" in form.said("PORT"))
    engine.fails_with = None
    form.type_in("Port", "7990")
    await until(lambda: form.desk.life.phase is Phase.RUNNING)
    sources = form.desk.life._sources
    assert sources.written == [{"PORT": "7990"}]  # type: ignore[attr-defined]  # the fake's
