"""The base of dialogs that ask the engine: what is refused is told, what runs ends with them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import with_buttons
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.panels import Banner
from desktop.widgets.sheet import Sheet
from proxy_core.api import Refusal


class WorkingSheet(Sheet):
    """A sheet with a banner on top, whose coroutines are cancelled when it closes."""

    def __init__(self, desk: Desk, title: str, parent: QWidget, width: int = 520) -> None:
        super().__init__(desk.theme, title, parent, width)
        self.desk = desk
        self.banner = Banner(desk.theme)
        self.body.addWidget(self.banner)
        self._work: set[asyncio.Task[None]] = set()
        self.finished.connect(self._end_work)

    def work(self, coro: Coroutine[Any, Any, None], *, name: str) -> None:
        """Runs a coroutine as long as the dialog is there; a Refusal goes to the banner."""
        task = spawn(self._told(coro), name=name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        task.add_done_callback(lambda _: coro.close())  # one cancelled before it began, too

    async def _told(self, coro: Coroutine[Any, Any, None]) -> None:
        try:
            await coro
        except Refusal as refusal:
            self.refused(refusal)

    def refused(self, refusal: Refusal) -> None:
        """Tells why something was not done. Dialogs that locked their fields unlock them here."""
        tell_refusal(self.desk, self.banner, refusal)
        self.fit()

    def cancel_button(self, text: str = "") -> QPushButton:
        made = button(self.theme, text or self.tr("Cancel"))
        made.clicked.connect(self.reject)
        return made

    def _end_work(self) -> None:
        for task in tuple(self._work):
            task.cancel()


def tell_refusal(desk: Desk, banner: Banner, refusal: Refusal) -> None:
    """Shows a refusal with its next step; Google's pages in it become buttons."""
    next_step, buttons = with_buttons(desk, words.said(refusal.next_step))
    banner.tell("bad", words.said(refusal.sentence), next_step, buttons)
