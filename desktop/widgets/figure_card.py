"""A card with one figure: what it is, how much, the shape of the last hour, and a word more."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from desktop.look.metrics import XS, S
from desktop.look.theme import Theme
from desktop.widgets.panels import Card, row
from desktop.widgets.sparkline import Sparkline
from desktop.widgets.texts import ElidedLabel, label


class FigureCard(Card):
    """Screen readers hear it as one sentence."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._name = name
        self.body.setSpacing(XS)
        self.body.addWidget(ElidedLabel(name, "muted"))
        line = row(S)
        self.figure = label("", "figure")
        line.addWidget(self.figure)
        line.addStretch(1)
        self.sparkline = Sparkline(theme)
        line.addWidget(self.sparkline, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(line)
        self.note = ElidedLabel("", "muted")
        self.body.addWidget(self.note)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figure(self, figure: str, note: str, values: Sequence[float] = ()) -> None:
        """values: for the sparkline, oldest first."""
        self.figure.setText(figure)
        self.note.setText(note)
        self.sparkline.show_values(values)
        self.setAccessibleName(
            self.tr("{name}: {figure}. {note}").format(name=self._name, figure=figure, note=note)
        )
