from PySide6.QtWidgets import QWidget

from desktop.desk import Desk
from desktop.dialogs.remove import Remove
from proxy_core.api import Refusal, RefusalCode
from tests.desktop.conftest import Notes, until
from tests.desktop.dialogs.press import button, has_button, press, texts
from tests.desktop.dialogs.steered import SteeredCommands
from tests.fakes.commands import credential

ACCOUNT = credential("acc1", "ada@example.com")
KEY = credential("key1", "team-key")


def shown(desk: Desk, over: QWidget, commands: SteeredCommands, view: object = ACCOUNT) -> Remove:
    commands.put(ACCOUNT, KEY)
    dialog = Remove(desk, over, KEY if view is KEY else ACCOUNT)
    dialog.open()
    return dialog


async def test_what_removing_means_is_said_before_it_can_be_done(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = shown(desk, over, commands, KEY)
    assert not button(dialog, "Remove").isEnabled()
    await until(lambda: "It is taken out of the pool" in texts(dialog))
    assert not has_button(dialog, "Also revoke the access at Google")
    press(dialog, "Remove")
    await until(lambda: "key1" not in commands.pool)
    assert commands.asked("remove") == [("key1", False)]


async def test_revoking_is_offered_where_it_is_possible(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = shown(desk, over, commands)
    await until(lambda: has_button(dialog, "Also revoke the access at Google"))
    dialog.revoke_box.setChecked(True)
    press(dialog, "Remove")
    await until(lambda: "acc1" not in commands.pool)
    assert commands.asked("remove") == [("acc1", True)]


async def test_keeping_it_changes_nothing(
    desk: Desk, over: QWidget, commands: SteeredCommands
) -> None:
    dialog = shown(desk, over, commands)
    press(dialog, "Keep it")
    assert set(commands.pool) == {"acc1", "key1"}


async def test_a_credential_that_was_removed_but_not_revoked_is_told_so(
    desk: Desk, over: QWidget, commands: SteeredCommands, notes: Notes
) -> None:
    async def remove(credential_id: str, *, revoke: bool = False) -> None:
        del commands.pool[credential_id]
        commands.tell()
        raise Refusal(
            RefusalCode.UNAVAILABLE,
            "It was removed here, but Google could not be asked to revoke the access.",
            "Revoke it at https://myaccount.google.com/connections.",
        )

    commands.remove = remove  # type: ignore[method-assign]  # another answer of the fake
    dialog = shown(desk, over, commands)
    await until(lambda: button(dialog, "Remove").isEnabled())
    press(dialog, "Remove")
    await until(lambda: has_button(dialog, "Open Google's page"))
    press(dialog, "Open Google's page")
    assert notes.opened == ["https://myaccount.google.com/connections"]
    assert not has_button(dialog, "Remove")
    press(dialog, "Close")
