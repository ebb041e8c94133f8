"""Imports files of credentials, chosen or dropped, and tells what became of everything in them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.choosing import choose_files
from desktop.dialogs.files import read_all
from desktop.dialogs.outcomes import Outcomes, Result
from desktop.dialogs.secret_fields import SecretField
from desktop.dialogs.working import WorkingSheet
from desktop.look.metrics import S
from desktop.widgets.buttons import button
from desktop.widgets.fields import DropArea
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import column, row
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import label
from proxy_core.api import ImportedItem, ImportFile, Refusal, RefusalCode

_ORDER: tuple[Result, ...] = ("bad", "warn", "info", "ok")


class ImportFiles(WorkingSheet):
    """With paths it begins at once; without, it offers a place to drop them."""

    def __init__(self, desk: Desk, parent: QWidget, paths: Sequence[Path] = ()) -> None:
        super().__init__(desk, "", parent, 540)
        self.setWindowTitle(self.tr("Import"))
        self.heading.setText(self.tr("Import credentials"))
        self._paths = list(paths)
        self._files: tuple[ImportFile, ...] = ()
        self._unread: Sequence[ImportedItem] = ()
        self._make_drop()
        self._make_passphrase()
        self._make_progress()
        self.outcomes = Outcomes(desk, self.tr("Results"))
        self.outcomes.changed.connect(self.fit)
        self.summary = label("", "strong", wrap=True)
        self.body.addWidget(self.outcomes)
        self.body.addWidget(self.summary)
        self.close_button = self.cancel_button()
        self.go_button = button(desk.theme, self.tr("Import"), "import", "primary")
        self.go_button.clicked.connect(self._try_passphrase)
        self.done_button = button(desk.theme, self.tr("Close"), kind="primary")
        self.done_button.clicked.connect(self.accept)
        self.foot.addWidget(self.close_button)
        self.foot.addWidget(self.done_button)
        self.foot.addWidget(self.go_button)
        self.finished.connect(self._forget)
        self._show_only(self.drop)

    def open(self) -> None:
        super().open()
        if self._paths:
            self.take(self._paths)

    # -- parts -----------------------------------------------------------------------------

    def _make_drop(self) -> None:
        self.drop = QWidget()
        inner = column(S)
        self.drop.setLayout(inner)
        text = self.tr("Drop files of credentials here")
        self.area = DropArea(self.theme, text, self.tr("Choose files…"), self._choose)
        self.area.dropped.connect(self.take)
        inner.addWidget(self.area)
        for kind in (
            self.tr("API keys one a line, and exports of Pollux"),
            self.tr("Google accounts (oauth_creds_*.json) and service accounts"),
            self.tr("Your OAuth client (client_secret_*.json)"),
        ):
            line = row(S)
            line.addWidget(IconLabel(self.theme, "check", "faint", 14))
            line.addWidget(label(kind, "muted", wrap=True), 1)
            inner.addLayout(line)
        self.body.addWidget(self.drop)

    def _make_passphrase(self) -> None:
        self.ask = QWidget()
        inner = column(S)
        self.ask.setLayout(inner)
        self.ask_text = label("", "body", wrap=True)
        self.passphrase = SecretField(self.theme, self.tr("Passphrase"))
        self.passphrase.field.returnPressed.connect(self._try_passphrase)
        inner.addWidget(self.ask_text)
        inner.addWidget(self.passphrase)
        self.body.addWidget(self.ask)

    def _make_progress(self) -> None:
        self.progress = QWidget()
        inner = row(S)
        self.progress.setLayout(inner)
        inner.addWidget(Spinner(self.theme))
        inner.addWidget(
            label(self.tr("Reading, and asking Google about each…"), "muted", wrap=True), 1
        )
        self.body.addWidget(self.progress)

    def _show_only(self, *parts: QWidget) -> None:
        for part in (self.drop, self.ask, self.progress, self.outcomes, self.summary):
            part.setVisible(part in parts)
        self.go_button.setVisible(self.ask in parts)
        self.close_button.setVisible(self.outcomes not in parts)
        self.done_button.setVisible(self.outcomes in parts)
        self.fit()

    def _choose(self) -> None:
        kinds = self.tr("Credentials (*.json *.txt *.env *.export *.pollux)")
        every = self.tr("All files (*)")
        choose_files(self, self.tr("Import"), [kinds, every], self.take, several=True)

    # -- importing -------------------------------------------------------------------------

    def take(self, paths: list[Path]) -> None:
        """Reads and imports these files."""
        self.banner.hide()
        self._show_only(self.progress)
        self.work(self._read(paths), name="read files to import")

    async def _read(self, paths: list[Path]) -> None:
        taken = await asyncio.to_thread(read_all, paths)
        self._files = taken.files
        self._unread = taken.refused
        if taken.files:
            await self._import(None)
        else:
            self._tell(())

    def _try_passphrase(self) -> None:
        passphrase = self.passphrase.text
        if not passphrase:
            self.passphrase.field.setFocus()
            return
        self.banner.hide()
        self._show_only(self.progress)
        self.work(self._import(passphrase), name="import files")

    async def _import(self, passphrase: str | None) -> None:
        files = self._files
        try:
            report = await self.desk.bridge.ask(lambda to: to.import_files(files, passphrase))
        except Refusal as refusal:
            self._ask_or_tell(refusal, tried=passphrase is not None)
            return
        self._tell(report.items)

    def _ask_or_tell(self, refusal: Refusal, *, tried: bool) -> None:
        """An encrypted export refuses until its passphrase is given, a wrong one again."""
        sealed = any(_is_sealed(file) for file in self._files)
        if refusal.code is not RefusalCode.INVALID or not sealed:
            self.refused(refusal)
            self._show_only(self.drop)
            return
        if tried:  # what is asked for stands there already
            self.refused(refusal)
        else:
            self.ask_text.setText(words.said(refusal.sentence))
        self._show_only(self.ask)
        self.passphrase.field.selectAll()
        self.passphrase.field.setFocus()

    def _tell(self, items: Sequence[ImportedItem]) -> None:
        """What became of each, first what needs the owner."""
        every = (*self._unread, *items)
        told = [(item, *self._told_of(item)) for item in every]
        for item, result, sentence in sorted(told, key=lambda one: _ORDER.index(one[1])):
            self.outcomes.add(item.label or item.source, "").show_result(result, sentence)
        self._sum_up(every)

    def _told_of(self, item: ImportedItem) -> tuple[Result, str]:
        reason = words.said(item.reason)
        match item.outcome:
            case "refused":
                return "bad", reason or self.tr("It cannot be used.")
            case "known":
                return "info", self.tr("It was in the pool already.")
            case _ if reason:
                return "warn", self.tr("It is in, but rests: {reason}").format(reason=reason)
            case "renewed":
                return "ok", self.tr("It was in the pool with an older secret, and is renewed.")
            case _:
                return "ok", self.tr("Added.")

    def _sum_up(self, items: Sequence[ImportedItem]) -> None:
        new = sum(item.outcome in ("added", "renewed") for item in items)
        refused = sum(item.outcome == "refused" for item in items)
        self.summary.setText(
            words.sentences(
                self.tr("%n credential(s) imported.", "", new)
                if new
                else self.tr("Nothing new was imported."),
                self.tr("%n item(s) could not be used.", "", refused) if refused else "",
            )
        )
        self._show_only(self.outcomes, self.summary)
        self.done_button.setFocus()

    def _forget(self) -> None:
        self.passphrase.forget()
        self._files = ()


def _is_sealed(file: ImportFile) -> bool:
    """Whether it may be an encrypted export, which says so in plain words."""
    return b"pollux_export" in file.content
