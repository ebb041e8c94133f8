"""What the window itself remembers, on the page Settings."""

from desktop.look.theme import Mode
from desktop.remembered import wants_notifications
from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form


async def test_theme_notifications_and_login_are_remembered(form: Form) -> None:
    await form.show()
    form.click("Appearance: Dark")
    assert form.desk.theme.mode is Mode.DARK
    assert form.remembered.value("theme") == "dark"
    form.click("Notifications")
    assert not wants_notifications(form.remembered)
    form.click("Start at login")
    await until(lambda: form.autostart.on)


async def test_a_system_that_refuses_start_at_login_is_heard(form: Form) -> None:
    form.autostart.fails = True
    await form.show()
    form.click("Start at login")
    await until(lambda: "read-only" in form.page.general.login_row.said)
    assert not form.page.general.login.isChecked()
