"""The steps of one tool, with code to copy; and the box that writes its settings file or takes
that back.

Not here: the work on files, which the page does off the window's thread.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.look.metrics import XS, L, M, S
from desktop.look.tokens import Tone
from desktop.widgets.buttons import button
from desktop.widgets.fields import CodeBox
from desktop.widgets.marks import Chip
from desktop.widgets.panels import Banner, clear, column, row
from desktop.widgets.texts import ElidedLabel, label, wrapped
from proxy_core.api import Applied, ConnectFailed, Guide, Step

_MIDDLE = Qt.TextElideMode.ElideMiddle


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
        self._paths = QGridLayout()
        self._paths.setHorizontalSpacing(M)
        self._paths.setVerticalSpacing(XS)
        self._paths.setColumnStretch(1, 1)
        inner.addLayout(self._paths)
        self._told_of = ""
        "State after the work that the outcome tells of; empty where it tells of no state."
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
        if self._told_of not in ("", applied.state):
            self.outcome.hide()  # the file was changed elsewhere since
        chip, sentence = self._words(applied)
        holds_token = any(step.secret for step in steps if step.path)
        more = self.tr("The file will hold the bearer token.") if holds_token else ""
        self.sentence.setText(words.sentences(sentence, more if applied.state != "applied" else ""))
        files = [step.path for step in steps if step.path] or [applied.path]
        self._show_paths(files, applied.backup or "")
        self.chip.show_state(*chip)
        self.chip.show()
        names = {
            "absent": self.tr("Apply"),
            "changed": self.tr("Apply again"),
            "other_address": self.tr("Update"),
        }
        self.apply_button.setText(names.get(applied.state, self.tr("Apply")))
        self._offer(apply=applied.state != "applied", undo=applied.state != "absent")

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
        self._told_of = applied.state

    def show_unreadable(self, failed: ConnectFailed) -> None:
        """How the file stands is not known."""
        self.chip.show_state(self.tr("Cannot be read"), "warn", "warning")
        self.chip.show()
        self.sentence.setText("")
        self._show_paths([], "")
        self.tell_failed(failed)
        self._told_of = "unreadable"
        self._offer(apply=False, undo=False)

    def tell_failed(self, failed: ConnectFailed) -> None:
        self.outcome.tell("bad", words.said(failed.sentence), words.said(failed.next_step))
        self._told_of = ""

    def forbid(self, why: str) -> None:
        """Nothing can be written now."""
        self.sentence.setText(why)
        self.chip.hide()
        self._show_paths([], "")
        self._offer(apply=False, undo=False)

    def _offer(self, *, apply: bool, undo: bool) -> None:
        """Shows these buttons. Whoever pressed one that goes finds the focus on the other."""
        was_pressed = self.apply_button.hasFocus() or self.undo_button.hasFocus()
        for made, wanted in ((self.apply_button, apply), (self.undo_button, undo)):
            if wanted:
                made.show()
                if was_pressed and apply != undo:
                    made.setFocus()
        self.apply_button.setVisible(apply)
        self.undo_button.setVisible(undo)

    def _show_paths(self, files: Sequence[str], backup: str) -> None:
        clear(self._paths)
        lines = [(self.tr("File"), path) for path in files]
        if backup:
            lines.append((self.tr("Before"), backup))
        for at, (name, path) in enumerate(lines):
            self._paths.addWidget(label(name, "caption"), at, 0)
            self._paths.addWidget(ElidedLabel(path, "mono", elide=_MIDDLE), at, 1)

    def _words(self, applied: Applied) -> tuple[tuple[str, Tone, str], str]:
        match applied.state:
            case "absent":
                return (self.tr("Not set up"), "off", "minus"), self.tr(
                    "Writes the settings below. The file as it is now is kept, and Undo brings it "
                    "back."
                )
            case "applied":
                kept = self.tr("It is set up for this Pollux. The file from before is kept.")
                made = self.tr("It is set up for this Pollux.")
                return (self.tr("Set up"), "ok", "check"), kept if applied.backup else made
            case "changed":
                return (self.tr("Changed since"), "warn", "edit"), self.tr(
                    "Somebody changed what Pollux wrote. Apply again puts it back; Undo takes out "
                    "what is still from Pollux."
                )
            case "other_address":
                return (self.tr("Other address"), "warn", "warning"), self.tr(
                    "It is set up for another address, model or token of Pollux. Update writes "
                    "the present ones."
                )


class StepView(QWidget):
    """One thing to do by hand."""

    copy_asked = Signal()

    def __init__(self, desk: Desk, number: int, step: Step) -> None:
        super().__init__()
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S)
        head = row(S)
        title = self.tr("{number}. {title}").format(number=number, title=words.said(step.title))
        # A path broken into lines could not be read as one.
        shown = (
            ElidedLabel(title, "strong", elide=_MIDDLE) if step.path else wrapped(title, "strong")
        )
        head.addWidget(shown, 1)
        self._done = Chip(desk.theme, self.tr("Done"), "ok", "check")
        self._done.hide()
        self._is_file = step.path is not None
        head.addWidget(self._done)
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

    def mark(self, *, applied: bool) -> None:
        """applied: the settings files are written."""
        self._done.setVisible(applied and self._is_file)


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
        self._views: list[StepView] = []
        self._shown: Guide | None = None

    def show_guide(self, guide: Guide, *, applied: bool) -> None:
        """applied: the steps that are a settings file are done."""
        if guide != self._shown:  # else focus and selection would be lost for nothing
            self._build(guide)
        for view in self._views:
            view.mark(applied=applied)

    def _build(self, guide: Guide) -> None:
        clear(self.steps)
        self._shown, self._views = guide, []
        for at, step in enumerate(guide.steps):
            made = StepView(self._desk, at + 1, step)
            made.copy_asked.connect(lambda at=at: self.copy_asked.emit(at))
            self.steps.addWidget(made)
            self._views.append(made)
