"""Exports every credential into one file: with a passphrase, or plain once that was said twice."""

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.desk import Desk
from desktop.dialogs.choosing import choose_place
from desktop.dialogs.files import reason_of, write_private
from desktop.dialogs.secret_fields import SecretField
from desktop.dialogs.working import WorkingSheet
from desktop.look.metrics import XS
from desktop.widgets.buttons import button
from desktop.widgets.panels import column, row
from desktop.widgets.sheet import Question
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import label
from proxy_core.api import Refusal

SHORTEST = 8
"Characters of a passphrase."
FILE_NAME = "pollux.export"
PLAIN_NAME = "pollux-plain.json"


class Export(WorkingSheet):
    """Chooses how, then where, then writes."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, "", parent, 500)
        self.setWindowTitle(self.tr("Export"))
        self.heading.setText(self.tr("Export all credentials"))
        self.body.addWidget(
            label(
                self.tr(
                    "One file with every credential in it, to move to another computer or to "
                    "keep safe. Whoever has the file and its passphrase can use them."
                ),
                "muted",
                wrap=True,
            )
        )
        self._writing = False
        self._make_fields()
        self.plain_box = QCheckBox(self.tr("Without a passphrase, readable by anyone"))
        self.plain_box.toggled.connect(self._look)
        self.body.addWidget(self.plain_box)
        self.hint = label("", "muted", wrap=True)
        self.body.addWidget(self.hint)
        self.spinner = Spinner(desk.theme)
        self.spinner.hide()
        line = row()
        line.addWidget(self.spinner)
        line.addStretch(1)
        self.body.addLayout(line)
        self.export_button = button(desk.theme, self.tr("Export…"), kind="primary")
        self.export_button.clicked.connect(self._begin)
        self.cancel = self.cancel_button()
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.export_button)
        self.finished.connect(self._forget)
        self._look()
        self.first.field.setFocus()

    def _make_fields(self) -> None:
        self.fields = QWidget()
        inner = column(XS)
        self.fields.setLayout(inner)
        self.first = SecretField(self.theme, self.tr("Passphrase"))
        self.second = SecretField(self.theme, self.tr("Passphrase again"))
        for field, text in (
            (self.first, self.tr("Passphrase, at least %n character(s)", "", SHORTEST)),
            (self.second, self.tr("The same passphrase again")),
        ):
            inner.addWidget(label(text, "muted", wrap=True))
            inner.addWidget(field)
            field.field.textChanged.connect(self._look)
        self.body.addWidget(self.fields)

    def _look(self) -> None:
        plain = self.plain_box.isChecked()
        self.fields.setEnabled(not plain)
        first, second = self.first.text, self.second.text
        differ = bool(second) and not first.startswith(second) and first != second
        if plain:
            hint = self.tr("The file will hold every secret as plain text.")
        elif differ:
            hint = self.tr("The two passphrases differ.")
        else:
            hint = ""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.fit()
        good = len(first) >= SHORTEST and first == second
        self.export_button.setEnabled(plain or good)

    # -- exporting -------------------------------------------------------------------------

    def _begin(self) -> None:
        self.banner.hide()
        if self.plain_box.isChecked():
            self.work(self._ask_again(), name="ask about a plain export")
        else:
            self._choose(FILE_NAME)

    async def _ask_again(self) -> None:
        question = Question(
            self.theme,
            self.tr("Write all secrets as plain text?"),
            self.tr(
                "Everyone who can read the file can use your accounts and keys, at your cost. "
                "Delete it as soon as it has served."
            ),
            self.tr("Write plain text"),
            self,
            danger=True,
        )
        if await question.answer():
            self._choose(PLAIN_NAME)

    def _choose(self, name: str) -> None:
        choose_place(self, self.tr("Export to"), name, self._taken)

    def _taken(self, paths: list[Path]) -> None:
        if not paths:
            return
        passphrase = None if self.plain_box.isChecked() else self.first.text
        self.export_button.setEnabled(False)
        self.spinner.show()
        self.work(self._export(paths[0], passphrase), name="export credentials")

    async def _export(self, path: Path, passphrase: str | None) -> None:
        content = await self.desk.bridge.ask(lambda to: to.export(passphrase))
        self._hold(writing=True)
        try:
            await asyncio.to_thread(write_private, path, content)
        except OSError as error:
            self._hold(writing=False)
            self._unlock()
            self.banner.tell(
                "bad",
                self.tr("The file cannot be written: {reason}.").format(reason=reason_of(error)),
                self.tr("Choose another place, then try again."),
            )
            return
        self.desk.toast(self.tr("Exported to {name}.").format(name=path.name))
        self.accept()

    def reject(self) -> None:
        """A file that is being written cannot be called back: the dialog says how it went."""
        if not self._writing:
            super().reject()

    def _hold(self, *, writing: bool) -> None:
        self._writing = writing
        self.cancel.setEnabled(not writing)

    def refused(self, refusal: Refusal) -> None:
        super().refused(refusal)
        self._unlock()

    def _unlock(self) -> None:
        self.spinner.hide()
        self._look()

    def _forget(self) -> None:
        self.first.forget()
        self.second.forget()
