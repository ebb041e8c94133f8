"""The checks of the doctor, run when asked, each finding with a sign, a sentence and what to do;
below them the settings of the log."""

import asyncio
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.life import Phase
from desktop.look.metrics import S
from desktop.look.tokens import Tone
from desktop.pages.settings_rows import Group, Row
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import clear, column, row
from desktop.widgets.texts import wrapped
from proxy_core.api import Finding, Refusal


class DoctorGroup(Group):
    """Says what is wrong with this Pollux and what to do."""

    def __init__(self, desk: Desk, log_rows: Iterable[Row]) -> None:
        super().__init__(QCoreApplication.translate("Settings", "Diagnostics"))
        self._desk = desk
        self._running: asyncio.Task[None] | None = None
        self.run_button = button(desk.theme, self.tr("Run the checks"), "play")
        self.run_button.clicked.connect(self._turn)
        self.check_row = Row(
            desk.theme,
            self.tr("Check Pollux"),
            self.tr("Settings, port, vault, credentials, clock, and whether Google is reached."),
            self.run_button,
            words="doctor",
        )
        self.add(self.check_row)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("The checks are running"))
        self.progress.hide()
        self.body.addWidget(self.progress)
        self.findings = column(S)
        holder = QWidget()
        holder.setLayout(self.findings)
        self.body.addWidget(holder)
        for made in log_rows:
            self.add(made)
        desk.life.changed.connect(self._forget)

    def _forget(self) -> None:
        """What was found is of an engine that ran before, perhaps on another port."""
        if self._desk.life.phase is not Phase.RUNNING and self._running is None:
            self._clear()

    def _clear(self) -> None:
        clear(self.findings)
        self.check_row.tell("info", "")

    def _turn(self) -> None:
        if self._running is not None:
            self._running.cancel()
        else:
            self._running = spawn(self._run(), name="doctor")

    async def _run(self) -> None:
        self._show_running(running=True)
        try:
            self._show(await self._desk.bridge.ask(lambda to: to.doctor()))
        except Refusal as refusal:
            self.check_row.tell_refusal(refusal)
        finally:
            self._running = None
            self._show_running(running=False)

    def _show_running(self, *, running: bool) -> None:
        self.progress.setVisible(running)
        self.run_button.setText(self.tr("Cancel") if running else self.tr("Run the checks"))
        if running:
            self._clear()

    def _show(self, findings: Sequence[Finding]) -> None:
        bad = sum(not finding.ok for finding in findings)
        if bad:
            self.check_row.tell("warn", self.tr("%n check(s) found something to do.", "", bad))
        elif any(finding.note for finding in findings):
            self.check_row.tell("ok", self.tr("Nothing wrong was found."))
        else:
            self.check_row.tell("ok", self.tr("Everything is well."))
        for finding in sorted(findings, key=lambda one: (one.ok, not one.note)):
            self.findings.addWidget(self._line(finding))

    def _line(self, finding: Finding) -> QWidget:
        made = QWidget()
        inner = row(S)
        made.setLayout(inner)
        icon, tone = sign_of(finding)
        inner.addWidget(IconLabel(self._desk.theme, icon, tone, 16), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(2)
        sentence = words.said(finding.sentence)
        texts.addWidget(wrapped(sentence, "body" if finding.ok else "strong"))
        if finding.next_step:
            step = wrapped(words.said(finding.next_step), "muted")
            step.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(step)
        inner.addLayout(texts, 1)
        made.setAccessibleName(sentence)
        return made


def sign_of(finding: Finding) -> tuple[str, Tone]:
    """The icon before a finding, and its colour."""
    if not finding.ok:
        return "warning", "warn"
    return ("info", "info") if finding.note else ("check", "ok")
