"""What the window itself remembers, on the page Settings."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.at_login import AtLogin
from desktop.look.theme import Mode
from desktop.pages.settings_general import GeneralGroup
from desktop.remembered import wants_notifications, wants_updates
from desktop.updates import Updates
from tests.desktop.conftest import until
from tests.desktop.pages.setting import Form
from tests.fakes.autostart import FakeAutostart


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


async def test_looking_for_updates_can_be_switched_off_where_it_is_done(form: Form) -> None:
    assert not hasattr(form.page.general, "updates")
    updates = Updates(form.desk.bridge, form.desk.life, form.remembered, "some-owner/pollux")
    desk = replace(form.desk, updates=updates)
    group = GeneralGroup(desk, AtLogin(FakeAutostart()), form.remembered)
    group.show()
    assert group.updates.isChecked()
    QTest.mouseClick(group.updates, Qt.MouseButton.LeftButton)
    assert not wants_updates(form.remembered)
