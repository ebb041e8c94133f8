"""Gives a credential a name of the owner's."""

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.desk import Desk
from desktop.dialogs.working import WorkingSheet
from desktop.widgets.buttons import button
from desktop.widgets.texts import label
from proxy_core.api import CredentialView, Refusal

LONGEST = 200


class Rename(WorkingSheet):
    """An empty name brings back the one that Pollux gave."""

    def __init__(self, desk: Desk, parent: QWidget, view: CredentialView) -> None:
        super().__init__(desk, "", parent, 440)
        self._id = view.id
        self.setWindowTitle(self.tr("Rename"))
        self.heading.setText(self.tr("Rename “{label}”").format(label=view.label))
        self.field = QLineEdit(view.label)
        self.field.setMaxLength(LONGEST)
        self.field.setAccessibleName(self.tr("New name"))
        self.field.selectAll()
        self.body.addWidget(self.field)
        self.body.addWidget(
            label(self.tr("Leave it empty for the name that Pollux gave."), "muted", wrap=True)
        )
        self.save_button = button(desk.theme, self.tr("Rename"), kind="primary")
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self._save)
        self.foot.addWidget(self.cancel_button())
        self.foot.addWidget(self.save_button)
        self.field.setFocus()

    def _save(self) -> None:
        self.save_button.setEnabled(False)
        self.work(self._rename(self.field.text().strip()), name="rename a credential")

    async def _rename(self, name: str) -> None:
        await self.desk.bridge.ask(lambda to: to.rename(self._id, name))
        self.accept()

    def refused(self, refusal: Refusal) -> None:
        super().refused(refusal)
        self.save_button.setEnabled(True)
        self.field.setFocus()
