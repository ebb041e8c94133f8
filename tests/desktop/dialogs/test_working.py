import asyncio

from PySide6.QtWidgets import QWidget

from desktop.desk import Desk
from desktop.dialogs.working import WorkingSheet
from proxy_core.api import Refusal, RefusalCode
from tests.desktop.conftest import until


class Ended:
    """Work that goes on until it is told to end."""

    def __init__(self) -> None:
        self.begun = self.cancelled = False

    async def run(self) -> None:
        self.begun = True
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def test_what_runs_ends_with_the_dialog(desk: Desk, over: QWidget) -> None:
    dialog, work = WorkingSheet(desk, "Working", over), Ended()
    dialog.open()
    dialog.work(work.run(), name="work")
    await until(lambda: work.begun)
    dialog.reject()
    await until(lambda: work.cancelled)


async def test_a_refusal_is_told_on_top(desk: Desk, over: QWidget) -> None:
    async def refuse() -> None:
        raise Refusal(RefusalCode.CONFLICT, "Not now.", "Wait.")

    dialog = WorkingSheet(desk, "Working", over)
    dialog.open()
    dialog.work(refuse(), name="work")
    await until(lambda: dialog.banner.sentence == "Not now.")
    dialog.reject()
