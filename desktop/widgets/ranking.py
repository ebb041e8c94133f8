"""Names with bars and values below each other, the greatest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.look.metrics import XS, M, S
from desktop.look.theme import Theme
from desktop.widgets.buttons import button
from desktop.widgets.legend import Swatch
from desktop.widgets.marks import Bar
from desktop.widgets.panels import row
from desktop.widgets.texts import ElidedLabel, label

FEW = 6


@dataclass(frozen=True, slots=True)
class Rank:
    """One line."""

    name: str
    value: str
    "In words, e.g. `312 requests`."
    share: float
    "0 to 1: how far its bar goes."
    colour: str = "accent"
    swatch: bool = False
    "Whether the colour stands for it in a chart, too."
    detail: str = ""
    "Below the bar."


class _Line(QWidget):
    def __init__(self, theme: Theme, *, wraps: bool) -> None:
        super().__init__()
        self._theme = theme
        below = QVBoxLayout(self)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(XS)
        self._name = label("", "strong", wrap=True) if wraps else ElidedLabel("", "strong")
        self._value = label("", "muted")
        self._bar = Bar(theme, "")
        self._swatch: Swatch | None = None
        self._head = row(S)
        self._head.addWidget(self._name, 1)
        self._head.addWidget(self._value)
        self._detail = ElidedLabel("", "caption")
        below.addLayout(self._head)
        below.addWidget(self._bar)
        below.addWidget(self._detail)

    def show_rank(self, rank: Rank) -> None:
        self._name.setText(rank.name)
        self._value.setText(rank.value)
        self._detail.setText(rank.detail)
        self._detail.setVisible(bool(rank.detail))
        self._bar.show_share(rank.share, rank.value, rank.colour)
        form = self.tr("{name}: {value}. {detail}") if rank.detail else self.tr("{name}: {value}")
        self._bar.setAccessibleName(
            form.format(name=rank.name, value=rank.value, detail=rank.detail)
        )
        if self._swatch is not None:
            self._swatch.deleteLater()
            self._swatch = None
        if rank.swatch:
            self._swatch = Swatch(self._theme, rank.colour, "stack")
            self._head.insertWidget(0, self._swatch)


class Ranking(QWidget):
    """Lines are kept and filled anew, so that nothing flickers."""

    def __init__(self, theme: Theme, name: str, *, wraps: bool = False) -> None:
        """name: what is ranked, for screen readers.

        wraps: long names break into lines rather than being shortened.
        """
        super().__init__()
        self._theme, self._wraps = theme, wraps
        self._ranks: tuple[Rank, ...] = ()
        self._all = False
        self.setAccessibleName(name)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(M)
        self._lines: list[_Line] = []
        self._inner = inner
        self.more_button = button(theme, "", kind="quiet")
        self.more_button.clicked.connect(self._turn)
        inner.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignLeading)
        self._fill()

    def show_ranks(self, ranks: Sequence[Rank]) -> None:
        if tuple(ranks) != self._ranks:
            self._ranks = tuple(ranks)
            self._fill()

    def _turn(self) -> None:
        self._all = not self._all
        self._fill()

    def _fill(self) -> None:
        shown = self._ranks if self._all else self._ranks[:FEW]
        while len(self._lines) < len(shown):
            line = _Line(self._theme, wraps=self._wraps)
            self._inner.insertWidget(len(self._lines), line)
            self._lines.append(line)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(shown))
            if at < len(shown):
                line.show_rank(shown[at])
        hidden = len(self._ranks) - FEW
        self.more_button.setVisible(hidden > 0)
        self.more_button.setText(
            self.tr("Show fewer") if self._all else self.tr("Show %n more", "", max(hidden, 0))
        )
        self.more_button.setAccessibleName(self.more_button.text())
