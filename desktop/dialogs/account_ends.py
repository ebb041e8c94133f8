"""How a sign-in ends: with credentials that are tried at once, or with why there are none."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import with_buttons
from desktop.dialogs.outcomes import Outcomes
from desktop.look.metrics import XS, M, S
from desktop.widgets.flow import Flow
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import column, row
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import label
from proxy_core.api import CheckResult, Refusal, SignInStatus, SignInView

_SIGNS = {
    SignInStatus.DONE: ("check", "ok"),
    SignInStatus.EXPIRED: ("clock", "warn"),
    SignInStatus.CANCELLED: ("off", "off"),
}


class Busy(QWidget):
    """Something is being asked of Google, and there is nothing to do meanwhile."""

    def __init__(self, desk: Desk, sentence: str) -> None:
        super().__init__()
        inner = row(M)
        self.setLayout(inner)
        inner.addWidget(Spinner(desk.theme, 28), 0, Qt.AlignmentFlag.AlignTop)
        inner.addWidget(label(sentence, "strong", wrap=True), 1)


class Ended(QWidget):
    """What came out, and what to do."""

    def __init__(self, desk: Desk, view: SignInView, missed: str = "") -> None:
        """missed: the account that should have signed in, where another one did."""
        super().__init__()
        inner = row(M)
        self.setLayout(inner)
        icon, colour = _SIGNS.get(view.status, ("error", "bad"))
        if missed:
            icon, colour = "warning", "warn"
        inner.addWidget(IconLabel(desk.theme, icon, colour, 24), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(XS)
        if missed:
            text = self.tr("{account} has not signed in again.").format(account=missed)
            texts.addWidget(label(text, "strong", wrap=True))
        self.sentence = label(words.said(view.sentence), "strong", wrap=True)
        texts.addWidget(self.sentence)
        next_step, links = with_buttons(desk, words.said(view.next_step))
        if next_step:
            texts.addWidget(label(next_step, "muted", wrap=True))
        buttons = Flow(across=S, down=S)
        for made in links:
            buttons.addWidget(made)
        texts.addLayout(buttons)
        inner.addLayout(texts, 1)


class Done(QWidget):
    """The credentials that a sign-in gave or renewed, each with its first check."""

    def __init__(self, desk: Desk, view: SignInView, missed: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._ids = (*view.added, *view.renewed)
        inner = column(M)
        self.setLayout(inner)
        inner.addWidget(Ended(desk, view, missed))
        self.outcomes = Outcomes(desk, self.tr("First check"))
        inner.addWidget(self.outcomes)
        if where := self._where(view.store):
            inner.addWidget(label(where, "caption", wrap=True))

    def _where(self, store: str) -> str:
        match store:
            case "vault":
                return self.tr("Kept in the encrypted vault on this computer.")
            case "folder":
                return self.tr("Kept as a file in the data folder, for you alone.")
            case _:
                return ""

    async def check(self) -> None:
        """Asks Google with each, one harmless request."""
        labels = {view.id: view.label for view in self._desk.bridge.snapshot.credentials}
        lines = [
            (one, self.outcomes.add(labels.get(one, one), self.tr("First request to Google…")))
            for one in self._ids
        ]
        for credential_id, line in lines:
            try:
                results = await self._ask(credential_id)
            except Refusal as refusal:
                said = (words.said(refusal.sentence), words.said(refusal.next_step))
                line.show_result("bad", words.sentences(*said))
                continue
            for result in results:
                said = (words.said(result.sentence), words.said(result.next_step))
                text = words.sentences(*said)
                line.show_result("ok" if result.ok else "warn", text, result.label)

    async def _ask(self, credential_id: str) -> tuple[CheckResult, ...]:
        return await self._desk.bridge.ask(lambda to: to.check(credential_id))
