"""Gives a credential to Vertex AI, once its owner knows that every call of it is billed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.add_account import AddAccount
from desktop.dialogs.working import WorkingSheet
from desktop.look.metrics import XS
from desktop.widgets.buttons import button
from desktop.widgets.panels import column
from desktop.widgets.texts import label
from proxy_core.api import CredentialView, Refusal, RefusalCode

LONGEST = 40


class UseVertex(WorkingSheet):
    """Asks for the location too; it is also how that is changed."""

    def __init__(self, desk: Desk, parent: QWidget, view: CredentialView) -> None:
        super().__init__(desk, "", parent, 480)
        self._view = view
        self.setWindowTitle(self.tr("Vertex AI"))
        self.heading.setText(self.tr("Use Vertex AI for “{label}”?").format(label=view.label))
        billed = self.tr(
            "Google bills every call of Vertex AI. It is used last: only while no credential of "
            "the Gemini API is free, or for what Vertex AI alone can do."
        )
        self.body.addWidget(label(billed, "body", wrap=True))
        inner = column(XS)
        caption = label(self.tr("Location"), "muted")
        self.field = QLineEdit(view.location or "global")
        self.field.setMaxLength(LONGEST)
        self.field.setAccessibleName(self.tr("Location"))
        self.field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        caption.setBuddy(self.field)
        inner.addWidget(caption)
        inner.addWidget(self.field)
        where = self.tr(
            "global, us, eu, or a region such as europe-west4. Regions lack the newest models."
        )
        inner.addWidget(label(where, "caption", wrap=True))
        self.body.addLayout(inner)
        self.use_button = button(desk.theme, self.tr("Use Vertex AI"), kind="primary")
        self.use_button.setDefault(True)
        self.use_button.clicked.connect(self._begin)
        self.foot.addWidget(self.cancel_button())
        self.foot.addWidget(self.use_button)
        self.field.setFocus()

    def _begin(self) -> None:
        self.use_button.setEnabled(False)
        self.work(self._use(self.field.text().strip()), name="use Vertex AI")

    async def _use(self, location: str) -> None:
        await self.desk.bridge.ask(lambda to: to.set_service(self._view.id, "vertex", location))
        self.accept()

    def refused(self, refusal: Refusal) -> None:
        super().refused(refusal)
        self.use_button.setEnabled(True)
        self.field.setFocus()
        if refusal.code is RefusalCode.SCOPE_MISSING:
            again = button(self.theme, self.tr("Sign in again"), "person")
            again.clicked.connect(self._sign_in)
            step = words.said(refusal.next_step)
            self.banner.tell("warn", words.said(refusal.sentence), step, [again])
            self.fit()

    def _sign_in(self) -> None:
        """With more rights; then it goes on by itself."""
        self.banner.hide()
        dialog = AddAccount(self.desk, self, again=self._view.id, vertex=True)
        dialog.accepted.connect(self._begin)
        dialog.open()
