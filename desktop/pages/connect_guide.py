"""The steps of one tool, with code to copy; and the box that writes its settings file or takes
that back.

Not here: the work on files, which the page does off the window's thread.
"""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.look.metrics import L, M, S
from desktop.look.tokens import Tone
from desktop.widgets.buttons import button
from desktop.widgets.fields import CodeBox
from desktop.widgets.marks import Chip
from desktop.widgets.panels import Banner, clear, column, row
from desktop.widgets.texts import label, wrapped
from proxy_core.api import Applied, ConnectFailed, Guide, Step


class ApplyBox(QFrame):
    """How a tool's settings file stands, what Pollux would do to it, and the buttons for it."""

    apply_asked = Signal()
    undo_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("kind", "sunken")
        theme = desk.theme
        inner = QVBoxLayout(self)
        inner.setContentsMargins(L, M, L, M)
        inner.setSpacing(S)
        head = row(S)
        self.title = label(self.tr("Let Pollux do it"), "strong")
        self.chip = Chip(theme)
        head.addWidget(self.title)
        head.addWidget(self.chip)
        head.addStretch(1)
        inner.addLayout(head)
        self.sentence = wrapped("", "muted")
        inner.addWidget(self.sentence)
        self.outcome = Banner(theme)
        inner.addWidget(self.outcome)
        self.apply_button = button(theme, self.tr("Apply"), "edit", "primary")
        self.apply_button.clicked.connect(self.apply_asked)
        self.undo_button = button(theme, self.tr("Undo"), "undo")
        self.undo_button.clicked.connect(self.undo_asked)
        buttons = row(S)
        buttons.addWidget(self.apply_button)
        buttons.addWidget(self.undo_button)
        buttons.addStretch(1)
        inner.addLayout(buttons)

    def show_state(self, applied: Applied, steps: Sequence[Step]) -> None:
        """steps: those of the guide, which name the files."""
        paths = [step.path for step in steps if step.path] or [applied.path]
        files = QLocale().createSeparatedList(paths)
        chip, sentence = self._words(applied)
        text = sentence.format(files=files, backup=applied.backup or "")
        if any(step.secret for step in steps if step.path) and applied.state != "applied":
            text = self.tr("{sentence} The file will hold the bearer token.").format(sentence=text)
        self.sentence.setText(text)
        self.chip.show_state(*chip)
        names = {
            "absent": self.tr("Apply"),
            "changed": self.tr("Apply again"),
            "other_address": self.tr("Update"),
        }
        self.apply_button.setText(names.get(applied.state, self.tr("Apply")))
        self.apply_button.setVisible(applied.state != "applied")
        self.undo_button.setVisible(applied.state != "absent")
        self.work(busy=False)

    def tell_done(self, applied: Applied) -> None:
        """After the work; where the file from before is, the state says."""
        if applied.state == "absent":
            text, more = self.tr("Taken back."), ""
        else:
            text = self.tr("Written. Start the tool anew if it is running.")
            more = (
                ""
                if applied.backup
                else self.tr("There was no such file before; Undo takes it away again.")
            )
        self.outcome.tell("ok", text, more)

    def show_unreadable(self, failed: ConnectFailed) -> None:
        """How the file stands is not known."""
        self.chip.show_state(self.tr("Cannot be read"), "warn", "warning")
        self.sentence.setText("")
        self.tell_failed(failed)
        self.apply_button.hide()
        self.undo_button.hide()

    def tell_failed(self, failed: ConnectFailed) -> None:
        self.outcome.tell("bad", words.said(failed.sentence), words.said(failed.next_step))
        self.work(busy=False)

    def work(self, *, busy: bool) -> None:
        self.apply_button.setEnabled(not busy)
        self.undo_button.setEnabled(not busy)

    def forbid(self, why: str) -> None:
        """Nothing can be written now."""
        self.sentence.setText(why)
        self.apply_button.hide()
        self.undo_button.hide()

    def _words(self, applied: Applied) -> tuple[tuple[str, Tone, str], str]:
        match applied.state:
            case "absent":
                return (self.tr("Not set up"), "off", "minus"), self.tr(
                    "Writes the settings below into {files}. The file as it is now is kept, and "
                    "Undo brings it back."
                )
            case "applied":
                kept = self.tr(
                    "{files}: set up for this Pollux. The file from before is kept at {backup}."
                )
                made = self.tr("{files}: set up for this Pollux.")
                return (self.tr("Set up"), "ok", "check"), kept if applied.backup else made
            case "changed":
                return (self.tr("Changed since"), "warn", "edit"), self.tr(
                    "Somebody changed what Pollux wrote into {files}. Apply puts it back; Undo "
                    "takes out what is still from Pollux."
                )
            case "other_address":
                return (self.tr("Other address"), "warn", "warning"), self.tr(
                    "{files}: set up for another address, model or token of Pollux. Update "
                    "writes the present ones."
                )


class StepView(QWidget):
    """One thing to do by hand."""

    copy_asked = Signal()

    def __init__(self, desk: Desk, number: int, step: Step, *, done: bool) -> None:
        super().__init__()
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        head = row(S)
        title = self.tr("{number}. {title}").format(number=number, title=words.said(step.title))
        head.addWidget(wrapped(title, "strong"), 1)
        if done:
            head.addWidget(Chip(desk.theme, self.tr("Done"), "ok", "check"))
        inner.addLayout(head)
        if step.text:
            inner.addWidget(wrapped(words.said(step.text), "muted"))
        if not step.code:
            return
        self.copy_button = button(desk.theme, self.tr("Copy"), "copy")
        self.copy_button.setAccessibleName(self.tr("Copy: {title}").format(title=step.title))
        self.copy_button.clicked.connect(self.copy_asked)
        head.addWidget(self.copy_button)
        code = CodeBox(step.title)
        code.show_code(step.code.rstrip("\n"))
        inner.addWidget(code)
        if step.secret:
            inner.addWidget(wrapped(self.tr("Copy puts in the real token."), "caption"))


class GuideView(QWidget):
    """All steps of a tool."""

    copy_asked = Signal(int)
    "Which step's code, from 0."

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.steps = column(L)
        outer.addLayout(self.steps)

    def show_guide(self, guide: Guide, *, applied: bool) -> None:
        """applied: the steps that are a settings file are done."""
        clear(self.steps)
        for at, step in enumerate(guide.steps):
            made = StepView(self._desk, at + 1, step, done=applied and step.path is not None)
            made.copy_asked.connect(lambda at=at: self.copy_asked.emit(at))
            self.steps.addWidget(made)
