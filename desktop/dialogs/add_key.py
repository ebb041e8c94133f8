"""Adds API keys: one or many, each tried at Google while its owner watches."""

import asyncio
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPushButton, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import STUDIO_KEYS, page_button
from desktop.dialogs.outcomes import Outcome, Outcomes
from desktop.dialogs.secret_fields import SecretText, eye_button, turn_eye
from desktop.dialogs.working import WorkingSheet
from desktop.look.metrics import S
from desktop.widgets.buttons import button
from desktop.widgets.panels import row
from desktop.widgets.texts import label
from proxy_core.api import ImportedItem, Refusal

AT_ONCE = 4
"Keys that are tried side by side."


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was pasted, line by line."""

    keys: tuple[str, ...]
    repeated: int
    "Lines that said again what another one had said."

    @classmethod
    def read(cls, text: str) -> "Pasted":
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        keys = tuple(dict.fromkeys(lines))
        return cls(keys, len(lines) - len(keys))


def shown_end(key: str) -> str:
    """The end of a key, by which its owner knows it."""
    return f"••••{key[-4:]}" if len(key) >= 12 else "••••"


def _looks_like_none(line: str) -> bool:
    """Only for a hint: whether it is a key is for Google to say."""
    key = line.rpartition("=")[2].strip()
    return " " in key or not key.startswith(("AIza", "AQ."))


class AddKey(WorkingSheet):
    """Keys that were added stay in when another fails; those that failed may be tried again."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, "", parent, 540)
        self.setWindowTitle(self.tr("Add API keys"))
        self.heading.setText(self.tr("Add API keys"))
        self._failed: list[str] = []
        self._make_form()
        self.outcomes = Outcomes(desk, self.tr("Results"))
        self.outcomes.hide()
        self.outcomes.changed.connect(self.fit)
        self.body.addWidget(self.outcomes)
        self.summary = label("", "strong", wrap=True)
        self.summary.hide()
        self.body.addWidget(self.summary)
        self._make_foot()
        self.finished.connect(self._forget)
        self._look()
        self.keys.setFocus()

    def _make_foot(self) -> None:
        """Below the form: away, or add. Below the results: to the form once more, or done; where
        nothing was added, going back to it is what comes first."""
        theme = self.theme
        self.close_button = self.cancel_button()
        self.more_button = button(theme, self.tr("Add another"))
        self.add_button = button(theme, self.tr("Add key"), kind="primary")
        self.done_button = button(theme, self.tr("Done"), kind="primary")
        self.back_button = button(theme, self.tr("Back"), kind="primary")
        for made, deed in (
            (self.more_button, self._turn_back),
            (self.add_button, self._begin),
            (self.done_button, self.accept),
            (self.back_button, self._turn_back),
        ):
            made.clicked.connect(deed)
        self._foot = (
            *(self.close_button, self.more_button, self.add_button, self.done_button),
            self.back_button,
        )
        for made in self._foot:
            self.foot.addWidget(made)
        self._show_foot(self.close_button, self.add_button)

    def _show_foot(self, *buttons: QPushButton) -> None:
        """Shows these alone."""
        for made in self._foot:
            made.setVisible(made in buttons)
        self.fit()

    def _make_form(self) -> None:
        self.form = QWidget()
        inner = QFormLayout(self.form)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        inner.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        head = row(S)
        text = self.tr("Paste a key, or several, one a line. A line name=KEY names its key.")
        head.addWidget(label(text, "muted", wrap=True), 1)
        head.addWidget(page_button(self.desk, STUDIO_KEYS, self.tr("Get a key")))
        inner.addRow(head)
        line = row(S)
        name = self.tr("API keys")
        self.keys = SecretText(self.theme, name)
        self.keys.setMinimumHeight(104)
        self.keys.setPlaceholderText(self.tr("AIza… or AQ.…"))
        self.keys.textChanged.connect(self._look)
        self.eye = eye_button(self.theme, name)
        self.eye.clicked.connect(self._turn)
        line.addWidget(self.keys, 1)
        line.addWidget(self.eye, 0, Qt.AlignmentFlag.AlignTop)
        inner.addRow(line)
        self.name_field = QLineEdit()
        self.name_field.setMaxLength(200)
        self.project_field = QLineEdit()
        for field, text in (
            (self.name_field, self.tr("Name (optional)")),
            (self.project_field, self.tr("Project id (optional)")),
        ):
            field.setAccessibleName(text)
            inner.addRow(label(text, "muted"), field)
        self.body.addWidget(self.form)

    def _turn(self) -> None:
        shown = not self.keys.is_shown
        self.keys.reveal(shown=shown)
        turn_eye(self.eye, self.theme, self.keys.accessibleName(), shown=shown)

    def _look(self) -> None:
        """What the buttons and fields do depends on how many keys there are."""
        count = len(Pasted.read(self.keys.toPlainText()).keys)
        for field in (self.name_field, self.project_field):
            field.setEnabled(count <= 1)
            field.setToolTip("" if count <= 1 else self.tr("For a single key only."))
        self.add_button.setEnabled(count > 0)
        self.add_button.setText(
            self.tr("Add %n key(s)", "", count) if count > 1 else self.tr("Add key")
        )

    # -- adding ----------------------------------------------------------------------------

    def _begin(self) -> None:
        pasted = Pasted.read(self.keys.toPlainText())
        single = len(pasted.keys) == 1
        name = self.name_field.text().strip() if single else ""
        project = self.project_field.text().strip() if single else ""
        self.form.hide()
        self.banner.hide()
        self.outcomes.show()
        self.add_button.setEnabled(False)
        self.work(self._add_all(pasted, name or None, project or None), name="add API keys")

    async def _add_all(self, pasted: Pasted, name: str | None, project: str | None) -> None:
        turns = asyncio.Semaphore(AT_ONCE)
        lines = [
            (key, self.outcomes.add(shown_end(key), self.tr("Google is being asked…")))
            for key in pasted.keys
        ]
        good = sum(
            await asyncio.gather(
                *(self._add(key, line, name, project, turns) for key, line in lines)
            )
        )
        self._sum_up(good, pasted)

    async def _add(
        self,
        key: str,
        line: Outcome,
        name: str | None,
        project: str | None,
        turns: asyncio.Semaphore,
    ) -> bool:
        """Adds one key; whether it is in the pool now."""
        async with turns:
            try:
                report = await self.desk.bridge.ask(lambda to: to.add_keys(key, name, project))
            except Refusal as refusal:
                said = (words.said(refusal.sentence), words.said(refusal.next_step))
                line.show_result("bad", words.sentences(*said))
                self._failed.append(key)
                return False
        told = [self._show(item, key, line) for item in report.items]
        good = all(told)
        if not good:
            self._failed.append(key)
        return good

    def _show(self, item: ImportedItem, key: str, line: Outcome) -> bool:
        title = item.label or ""
        reason = words.said(item.reason)
        match item.outcome:
            case "refused" if _looks_like_none(key):
                hint = self.tr("A key begins with AIza or AQ. and has no spaces.")
                line.show_result("bad", words.sentences(reason, hint))
            case "refused":
                line.show_result("bad", reason)
            case "known":
                line.show_result("info", self.tr("It was in the pool already."), title)
            case "renewed" | "added" if reason:
                text = self.tr("It is in the pool, but rests: {reason}").format(reason=reason)
                line.show_result("warn", text, title)
            case _:
                line.show_result("ok", self.tr("Google accepts it; it is in the pool."), title)
        return item.outcome != "refused"

    def _sum_up(self, good: int, pasted: Pasted) -> None:
        parts = [
            self.tr("{good} of {all} keys are in the pool.").format(
                good=words.number(good), all=words.number(len(pasted.keys))
            )
        ]
        if pasted.repeated:
            parts.append(self.tr("%n line(s) said a key again.", "", pasted.repeated))
        self.summary.setText("\n".join(parts))
        self.summary.setVisible(len(pasted.keys) > 1 or pasted.repeated > 0)
        self.keys.setPlainText("\n".join(self._failed))
        self.more_button.setText(self.tr("Back") if self._failed else self.tr("Add another"))
        if good:
            self._show_foot(self.more_button, self.done_button)
            self.done_button.setFocus()
        else:
            self.close_button.setText(self.tr("Close"))
            self._show_foot(self.close_button, self.back_button)
            self.back_button.setFocus()

    def _turn_back(self) -> None:
        """To the form, with what failed still in it; what was said of a key goes with the key."""
        if not self._failed:
            self.name_field.clear()
            self.project_field.clear()
        self._failed = []
        self.summary.hide()
        self.outcomes.empty()
        self.outcomes.hide()
        self.close_button.setText(self.tr("Cancel"))
        self.form.show()
        self._show_foot(self.close_button, self.add_button)
        self._look()
        self.keys.setFocus()

    def _forget(self) -> None:
        self.keys.forget()
        self._failed = []
