"""Requests and tokens of each minute of the last hour, as a chart."""

from PySide6.QtCore import QCoreApplication, Signal

from desktop.desk import Desk
from desktop.figures.rates import MINUTES, Minute
from desktop.widgets.buttons import Segmented, button
from desktop.widgets.chart import Chart
from desktop.widgets.drawing import Drawing, Series
from desktop.widgets.legend import Legend
from desktop.widgets.panels import Card, EmptyState
from desktop.words import hour_minute, short_number

TICK_MINUTES = 15


class RatesCard(Card):
    """Says how to begin while there was no request within the hour."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Last hour, per minute"))
        self._desk = desk
        self._now = 0.0
        self.kind = Segmented(
            [("requests", self.tr("Requests")), ("tokens", self.tr("Tokens"))],
            self.tr("What the chart shows"),
        )
        self.kind.chosen.connect(lambda _key: self.refresh())
        self.head.addWidget(self.kind)
        self.legend = Legend(desk.theme)
        self.chart = Chart(
            desk.theme,
            self.tr("Requests and tokens per minute, last hour"),
            short_number,
            self._point_text,
        )
        self.empty = self._make_empty()
        self.absent = not_yet_known(desk)
        self.body.addWidget(self.chart, 1)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.absent, 1)
        self.body.addWidget(self.legend)

    def _make_empty(self) -> EmptyState:
        theme = self._desk.theme
        connect = button(theme, self.tr("Connect a tool"), "connect")
        connect.clicked.connect(lambda: self.go.emit("connect"))
        try_it = button(theme, self.tr("Try it"), "try_it")
        try_it.clicked.connect(lambda: self.go.emit("try_it"))
        return EmptyState(
            theme,
            "activity",
            self.tr("No requests within the last hour"),
            self.tr("Give a tool the base URL and the token, or ask something here."),
            [connect, try_it],
        )

    def refresh(self) -> None:
        """Shows the hour that ends now."""
        self._now = self._desk.figures.now()
        minutes = self._desk.figures.rates.hour(self._now)
        used = any(minute.answered or minute.failed for minute in minutes)
        known = self._desk.figures.today is not None
        self.empty.setVisible(known and not used)
        self.absent.setVisible(not known)
        self.chart.setVisible(used)
        self.legend.setVisible(used)
        drawing = Drawing(self._series(minutes), self._ticks(), runs=True)
        self.chart.show_drawing(drawing)
        self.legend.show_series(drawing.series)

    def _series(self, minutes: list[Minute]) -> tuple[Series, ...]:
        if self.kind.choice == "tokens":
            read = tuple(float(minute.prompt_tokens) for minute in minutes)
            written = tuple(float(minute.output_tokens) for minute in minutes)
            return (
                Series(self.tr("Read"), "second", read),
                Series(self.tr("Written"), "accent", written),
            )
        answered = tuple(float(minute.answered) for minute in minutes)
        failed = tuple(float(minute.failed) for minute in minutes)
        return (
            Series(self.tr("Answered"), "accent", answered),
            Series(self.tr("Failed"), "bad", failed, "columns"),
        )

    def _ticks(self) -> tuple[tuple[int, str], ...]:
        before = [
            (at, self.tr("%n min ago", "", MINUTES - at)) for at in range(0, MINUTES, TICK_MINUTES)
        ]
        return (*before, (MINUTES, self.tr("now")))

    def _point_text(self, point: int) -> str:
        time = hour_minute((int(self._now) // 60 - MINUTES + point) * 60)
        return self.tr("{time}, so far").format(time=time) if point == MINUTES else time


def not_yet_known(desk: Desk) -> EmptyState:
    """In place of sums while no engine has told them."""
    return EmptyState(
        desk.theme,
        "clock",
        QCoreApplication.translate("Overview", "Shown once Pollux runs"),
        QCoreApplication.translate("Overview", "What was counted before is not lost."),
    )
