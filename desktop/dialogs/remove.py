"""Takes a credential out of Pollux, once its owner knows what that means."""

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import with_buttons
from desktop.dialogs.working import WorkingSheet
from desktop.widgets.buttons import button
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import label
from proxy_core.api import CredentialView, Refusal


class Remove(WorkingSheet):
    """Asks the engine what it means first, and offers revoking where that is possible."""

    def __init__(self, desk: Desk, parent: QWidget, view: CredentialView) -> None:
        super().__init__(desk, "", parent, 460)
        self._id = view.id
        self.setWindowTitle(self.tr("Remove"))
        self.heading.setText(self.tr("Remove “{label}”?").format(label=view.label))
        self.spinner = Spinner(desk.theme)
        self.body.addWidget(self.spinner)
        self.meaning = label("", "body", wrap=True)
        self.meaning.hide()
        self.body.addWidget(self.meaning)
        self.revoke_box = QCheckBox(self.tr("Also revoke the access at Google"))
        self.revoke_box.hide()
        self.body.addWidget(self.revoke_box)
        self.keep_button = self.cancel_button(self.tr("Keep it"))
        self.remove_button = button(desk.theme, self.tr("Remove"), "trash", "danger")
        self.remove_button.setEnabled(False)
        self.remove_button.clicked.connect(self._begin)
        self.foot.addWidget(self.keep_button)
        self.foot.addWidget(self.remove_button)
        self.keep_button.setFocus()

    def open(self) -> None:
        super().open()
        self.work(self._explain(), name="ask what removing means")

    async def _explain(self) -> None:
        removal = await self.desk.bridge.ask(lambda to: to.removal_of(self._id))
        self.spinner.hide()
        self.meaning.setText(words.said(removal.sentence))
        self.meaning.show()
        self.revoke_box.setVisible(removal.can_revoke)
        self.remove_button.setEnabled(True)
        self.fit()

    def _begin(self) -> None:
        self.remove_button.setEnabled(False)
        self.spinner.show()
        revoke = self.revoke_box.isVisible() and self.revoke_box.isChecked()
        self.work(self._remove(revoke=revoke), name="remove a credential")

    async def _remove(self, *, revoke: bool) -> None:
        await self.desk.bridge.ask(lambda to: to.remove(self._id, revoke=revoke))
        self.accept()

    def refused(self, refusal: Refusal) -> None:
        """Removed but not revoked is a refusal too: the snapshot tells whether it is gone."""
        super().refused(refusal)
        self.spinner.hide()
        left = {view.id for view in self.desk.bridge.snapshot.credentials}
        if self._id in left:
            self.remove_button.setEnabled(True)
            return
        next_step, buttons = with_buttons(self.desk, words.said(refusal.next_step))
        self.banner.tell("warn", words.said(refusal.sentence), next_step, buttons)
        self.meaning.hide()
        self.revoke_box.hide()
        self.remove_button.hide()
        self.keep_button.setText(self.tr("Close"))
