"""Which of an account's projects to use: several at once, each with what stands in its way."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import words
from desktop.desk import Desk
from desktop.dialogs.links import page_button, with_buttons
from desktop.look.metrics import XS, M, S
from desktop.widgets.buttons import button
from desktop.widgets.flow import Flow
from desktop.widgets.marks import Chip
from desktop.widgets.panels import clear, column, row
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import ElidedLabel, label
from proxy_core.api import ProjectView, SignInView

MANY = 3
"Projects from which on all can be chosen at once."


class ProjectLine(QFrame):
    """One project."""

    def __init__(self, desk: Desk, project: ProjectView) -> None:
        super().__init__()
        self._desk, self._project = desk, project
        self.setProperty("kind", "sunken")
        inner = column(XS)
        inner.setContentsMargins(M, S, M, S)
        self.setLayout(inner)
        head = row(S)
        self.box = QCheckBox(project.name or project.id)
        self.box.setEnabled(project.api != "off")
        head.addWidget(self.box)
        head.addStretch(1)
        for made in self._signs():
            head.addWidget(made)
        inner.addLayout(head)
        if project.name and project.name != project.id:
            inner.addWidget(ElidedLabel(project.id, "caption"))
        self._add_notes(inner)

    def _signs(self) -> list[Chip]:
        theme, project = self._desk.theme, self._project
        signs = []
        if project.known:
            signs.append(Chip(theme, self.tr("in the pool"), "info", "accounts"))
        elif project.recommended:
            signs.append(Chip(theme, self.tr("recommended"), "ok", "spark"))
        match project.api:
            case "on":
                signs.append(Chip(theme, self.tr("API on"), "ok", "check"))
            case "off":
                signs.append(Chip(theme, self.tr("API off"), "warn", "power"))
            case "unknown":
                signs.append(Chip(theme, self.tr("API not known"), "off", "info"))
        return signs

    def _add_notes(self, inner: QVBoxLayout) -> None:
        project = self._project
        if project.api == "off":
            inner.addWidget(
                label(self.tr("The Gemini API is switched off here."), "muted", wrap=True)
            )
            if project.link:
                buttons = row(S)
                buttons.addWidget(page_button(self._desk, project.link, self.tr("Switch it on")))
                buttons.addStretch(1)
                inner.addLayout(buttons)
        if project.shared_with:
            text = self.tr("Shares one quota with {labels}: it adds no requests.")
            said = text.format(labels=", ".join(project.shared_with))
            inner.addWidget(label(said, "muted", wrap=True))

    @property
    def id(self) -> str:
        return self._project.id


class Projects(QWidget):
    """The choice. It is shown anew when the engine knows more; what was ticked stays ticked."""

    again_asked = Signal()
    "Google is to be asked about the projects again."
    changed = Signal()

    def __init__(self, desk: Desk, view: SignInView) -> None:
        super().__init__()
        self._desk = desk
        self._lines: list[ProjectLine] = []
        inner = column(M)
        self.setLayout(inner)
        self.question = label("", "strong", wrap=True)
        self.advice = label("", "muted", wrap=True)
        inner.addWidget(self.question)
        inner.addWidget(self.advice)
        self._links = Flow(across=S, down=S)
        inner.addLayout(self._links)
        self.all_button = button(desk.theme, "", "check", "quiet")
        self.all_button.clicked.connect(self._tick_all)
        inner.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignLeading)
        self._list = column(S)
        inner.addLayout(self._list)
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Another project's id"))
        self.field.setPlaceholderText(self.tr("another project's id"))
        self.field.textChanged.connect(self.changed)
        self.changed.connect(self._name_all)
        inner.addWidget(self.field)
        inner.addLayout(self._make_again())
        self.show_view(view)

    def _make_again(self) -> QHBoxLayout:
        line = row(S)
        self.again_button = button(self._desk.theme, self.tr("Check again"), "refresh")
        self.again_button.clicked.connect(self.again_asked)
        self.spinner = Spinner(self._desk.theme)
        self.progress = label(self.tr("Google is being asked about the projects…"), "muted")
        self.looked = label("", "muted")
        self.looked.hide()
        line.addWidget(self.again_button)
        line.addWidget(self.spinner)
        line.addWidget(self.progress)
        line.addWidget(self.looked)
        line.addStretch(1)
        return line

    def show_view(self, view: SignInView) -> None:
        """Shows the projects as they are known now."""
        ticked = set(self.chosen()) if self._lines else _preselected(view)
        self.question.setText(words.said(view.sentence))
        advice, links = with_buttons(self._desk, words.said(view.next_step))
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        clear(self._links)
        for made in links:
            self._links.addWidget(made)
        clear(self._list)
        self._lines = [ProjectLine(self._desk, project) for project in view.projects]
        for line in self._lines:
            line.box.setChecked(line.id in ticked and line.box.isEnabled())
            line.box.toggled.connect(self.changed)
            self._list.addWidget(line)
        self.lock(on=False)

    def chosen(self) -> tuple[str, ...]:
        """Ids of what is ticked, and of what was typed."""
        ticked = [line.id for line in self._lines if line.box.isChecked()]
        typed = self.field.text().split()
        return tuple(dict.fromkeys([*ticked, *typed]))

    def tell_looked(self, *, changed: bool) -> None:
        """Google was asked again, which may have changed nothing."""
        text = (
            self.tr("Looked again at {time}.")
            if changed
            else self.tr("Looked again at {time}: nothing has changed.")
        )
        self.looked.setText(text.format(time=words.clock(self._desk.figures.now())))
        self.looked.show()

    def _free(self) -> list[QCheckBox]:
        return [line.box for line in self._lines if line.box.isEnabled()]

    def _tick_all(self) -> None:
        boxes = self._free()
        tick = not all(box.isChecked() for box in boxes)
        for box in boxes:
            box.setChecked(tick)

    def _name_all(self) -> None:
        boxes = self._free()
        self.all_button.setVisible(len(boxes) >= MANY)
        every = all(box.isChecked() for box in boxes)
        self.all_button.setText(self.tr("Select none") if every else self.tr("Select all"))

    def lock(self, *, on: bool) -> None:
        """While Google is being asked."""
        if on:
            self.looked.hide()
        for part in (self.again_button, self.field):
            part.setEnabled(not on)
        for line in self._lines:
            line.setEnabled(not on)
        self.spinner.setVisible(on)
        self.progress.setVisible(on)
        self.changed.emit()


def _preselected(view: SignInView) -> set[str]:
    return {one.id for one in view.projects if one.api != "off" and one.recommended}
