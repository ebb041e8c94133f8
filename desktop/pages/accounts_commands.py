"""What can be done with credentials: the menu of a row, the buttons of its details, and the deeds.

Not here: where they are shown (`accounts`, `accounts_details`).
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.remove import Remove
from desktop.dialogs.rename import Rename
from desktop.dialogs.use_vertex import UseVertex
from desktop.look import icons
from desktop.pages.accounts_rows import clearable
from desktop.tasks import spawn
from proxy_core.api import CredentialView, Refusal


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done with a credential."""

    key: str
    text: str
    icon: str
    do: Callable[[], None]
    danger: bool = False


class CredentialCommands(QObject):
    """Per page. What is refused comes out as a signal, and so does what a check told."""

    refused = Signal(object)
    "Refusal"
    checked = Signal(object)
    "tuple[CheckResult, ...]"
    details_asked = Signal(str)
    "Id."
    working = Signal(bool)
    "Whether anything is being asked of Google."

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._parent = desk, parent
        self._running = 0

    def deeds(self, view: CredentialView, parent: QWidget | None = None) -> Sequence[Deed]:
        """What can be done with this one, in the order of a menu. parent: of dialogs."""
        over = parent or self._parent.window()
        found = []
        if view.kind == "account":
            found.append(
                Deed(
                    "sign_in", self.tr("Sign in again…"), "person", lambda: self._again(view, over)
                )
            )
        if view.kind != "unknown":
            found += self._switches(view)
            found.append(self._service(view, over))
            found.append(
                Deed(
                    "rename",
                    self.tr("Rename…"),
                    "edit",
                    lambda: Rename(self._desk, over, view).open(),
                )
            )
        found.append(Deed("copy", self.tr("Copy id"), "copy", lambda: self._copy(view)))
        found.append(
            Deed(
                "remove",
                self.tr("Remove…"),
                "trash",
                lambda: Remove(self._desk, over, view).open(),
                danger=True,
            )
        )
        return found

    def _switches(self, view: CredentialView) -> list[Deed]:
        off = Deed("enable", self.tr("Switch off"), "pause", lambda: self._enable(view, on=False))
        on = Deed("enable", self.tr("Switch on"), "play", lambda: self._enable(view, on=True))
        found = [
            Deed("check", self.tr("Check"), "refresh", lambda: self.check(view.id)),
            off if view.enabled else on,
        ]
        if clearable(view):
            found.append(
                Deed("clear", self.tr("Clear cooldown"), "clock", lambda: self._clear(view))
            )
        return found

    def _service(self, view: CredentialView, over: QWidget) -> Deed:
        if view.service == "vertex":
            text = self.tr("Stop using Vertex AI")
            return Deed("vertex", text, "undo", lambda: self._stop_billing(view))
        text = self.tr("Use Vertex AI…")
        return Deed("vertex", text, "bolt", lambda: self.use_vertex(view, over))

    def menu(self, view: CredentialView, parent: QWidget) -> QMenu:
        """The deeds as a menu; it lets go of itself once it is closed."""
        made = QMenu(parent)
        made.setAccessibleName(self.tr("Commands for {label}").format(label=view.label))
        details = Deed(
            "details", self.tr("Details"), "info", lambda: self.details_asked.emit(view.id)
        )
        for deed in (details, *self.deeds(view)):
            if deed.key in ("copy", "remove"):
                made.addSeparator()
            colour = self._desk.theme.tokens.bad.strong if deed.danger else ""
            colour = colour or self._desk.theme.tokens.muted
            action = QAction(icons.icon(deed.icon, colour, 16), deed.text, made)
            action.triggered.connect(lambda _=False, do=deed.do: do())
            made.addAction(action)
        made.aboutToHide.connect(made.deleteLater)
        return made

    # -- deeds -----------------------------------------------------------------------------

    def do(self, key: str, view: CredentialView) -> None:
        """The deed of this name, where there is one."""
        for deed in self.deeds(view):
            if deed.key == key:
                deed.do()

    def check(self, credential_id: str | None) -> None:
        """Asks Google with one credential, or with each (None)."""
        self._ask(self._check(credential_id), name="check credentials")

    async def _check(self, credential_id: str | None) -> None:
        results = await self._desk.bridge.ask(lambda to: to.check(credential_id))
        self.checked.emit(results)

    def _again(self, view: CredentialView, parent: QWidget) -> None:
        AddAccount(self._desk, parent, again=view.id, vertex=view.service == "vertex").open()

    def use_vertex(self, view: CredentialView, parent: QWidget) -> None:
        """Asks for the location, and whether it may be billed; then asks Google."""
        sheet = UseVertex(self._desk, parent, view)
        sheet.accepted.connect(lambda: self.check(view.id))
        sheet.open()

    def _stop_billing(self, view: CredentialView) -> None:
        self._ask(self._use_gemini(view), name="stop using Vertex AI")

    async def _use_gemini(self, view: CredentialView) -> None:
        await self._desk.bridge.ask(lambda to: to.set_service(view.id, "gemini"))
        await self._check(view.id)

    def _enable(self, view: CredentialView, *, on: bool) -> None:
        said = self.tr("{label} is switched on.") if on else self.tr("{label} is switched off.")
        self._ask(self._switch(view, said, on=on), name="switch a credential")

    async def _switch(self, view: CredentialView, said: str, *, on: bool) -> None:
        await self._desk.bridge.ask(lambda to: to.enable(view.id, enabled=on))
        self._desk.toast(said.format(label=view.label))

    def _clear(self, view: CredentialView) -> None:
        self._ask(self._free(view), name="clear a cooldown")

    async def _free(self, view: CredentialView) -> None:
        await self._desk.bridge.ask(lambda to: to.clear(view.id))
        said = self.tr("{label} may be tried again at once.")
        self._desk.toast(said.format(label=view.label))

    def _copy(self, view: CredentialView) -> None:
        self._desk.copy(view.id, False)
        self._desk.toast(self.tr("Id copied."))

    def _ask(self, coro: Coroutine[Any, Any, None], *, name: str) -> None:
        spawn(self._told(coro), name=name)

    async def _told(self, coro: Coroutine[Any, Any, None]) -> None:
        self._count(+1)
        try:
            await coro
        except Refusal as refusal:
            self.refused.emit(refusal)
        finally:
            self._count(-1)

    def _count(self, by: int) -> None:
        self._running += by
        self.working.emit(self._running > 0)
