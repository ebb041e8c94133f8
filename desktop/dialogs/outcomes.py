"""What becomes of several things, one line each: waiting, being done, well or not."""

from typing import Literal, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.desk import Desk
from desktop.dialogs.links import with_buttons
from desktop.look.metrics import XS, M, S
from desktop.widgets.flow import Flow
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import clear, column, row
from desktop.widgets.snug import Snug
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import ElidedLabel, label

Result: TypeAlias = Literal["ok", "info", "warn", "bad"]

_ICONS = {"ok": "check", "info": "info", "warn": "warning", "bad": "error"}
TALLEST = 260
"Of a list, beyond which it scrolls."


class Outcome(QFrame):
    """One of them."""

    changed = Signal()

    def __init__(self, desk: Desk, title: str, doing: str) -> None:
        """title: what it is; doing: what is being done, e.g. `Checking…`."""
        super().__init__()
        self._desk = desk
        self.setProperty("kind", "sunken")
        inner = row(M)
        inner.setContentsMargins(M, S, M, S)
        self.setLayout(inner)
        self._spinner = Spinner(desk.theme)
        self._icon = IconLabel(desk.theme, "info")
        self._icon.hide()
        for sign in (self._spinner, self._icon):
            inner.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(XS)
        self._title = ElidedLabel(title, "strong")
        self._said = label(doing, "muted", wrap=True)
        texts.addWidget(self._title)
        texts.addWidget(self._said)
        self._buttons = Flow(across=S, down=S)
        texts.addLayout(self._buttons)
        inner.addLayout(texts, 1)
        self._name()

    def show_result(self, result: Result, sentence: str, title: str = "") -> None:
        """title: where another one is known by now."""
        plain, buttons = with_buttons(self._desk, sentence)
        if title:
            self._title.setText(title)
        self._icon.show_icon(_ICONS[result], result)
        self._icon.show()
        self._spinner.hide()
        self._said.setText(plain)
        for made in buttons:
            self._buttons.addWidget(made)
        self._name()
        self.changed.emit()

    @property
    def sentence(self) -> str:
        return self._said.text()

    def _name(self) -> None:
        self.setAccessibleName(f"{self._title.text()}: {self._said.text()}")


class Outcomes(Snug):
    """A list of them, as tall as it needs to be."""

    changed = Signal()
    "It may need another height."

    def __init__(self, desk: Desk, name: str) -> None:
        """name: what it lists, for screen readers."""
        super().__init__(TALLEST)
        self._desk = desk
        self.setAccessibleName(name)
        content = QWidget()
        self._list = column(S)
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        content.setLayout(self._list)
        self.hold(content)
        self.lines: list[Outcome] = []

    def add(self, title: str, doing: str) -> Outcome:
        line = Outcome(self._desk, title, doing)
        self.lines.append(line)
        self._list.addWidget(line)
        line.changed.connect(self.changed)
        self.changed.emit()
        return line

    def empty(self) -> None:
        """Begins anew."""
        self.lines = []
        clear(self._list)
