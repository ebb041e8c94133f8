"""Use over an hour, a day or a month, by model or by credential: columns, and the sums in words."""

from collections.abc import Callable, Mapping
from typing import cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from desktop.desk import Desk
from desktop.figures.usage import SPANS, Group, Span, SpanName, gather, group
from desktop.look.metrics import XL, M, S
from desktop.pages.overview_rates import time_of_day
from desktop.tasks import spawn
from desktop.widgets.buttons import Segmented
from desktop.widgets.chart import Chart
from desktop.widgets.drawing import Drawing, Series
from desktop.widgets.flow import Flow
from desktop.widgets.panels import Card, EmptyState
from desktop.widgets.ranking import Rank, Ranking
from desktop.words import date, money, short_number
from proxy_core.api import Refusal, UsageRow

REFRESH_MS = 15_000
COLOURS = ("accent", "second", "ok", "info", "warn", "off")
REST = ""
"Key of what is summed up."
SIDE_BY_SIDE = 760


class UsageCard(Card):
    """Asks the engine while somebody looks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Usage"))
        self._desk = desk
        self._rows: tuple[UsageRow, ...] = ()
        self._now = desk.figures.now()
        self._span: SpanName = "hour"
        self.span = Segmented(
            [("hour", self.tr("Hour")), ("day", self.tr("Day")), ("month", self.tr("Month"))],
            self.tr("Length of time"),
        )
        self.by = Segmented(
            [("model", self.tr("By model")), ("credential", self.tr("By credential"))],
            self.tr("Grouped"),
        )
        self.span.chosen.connect(lambda _key: self.refresh())
        self.by.chosen.connect(lambda _key: self._show())
        self.chart = Chart(desk.theme, self.tr("Requests over time"), short_number, self._when)
        self.sums = Ranking(desk.theme, self.tr("Sums"))
        self.empty = EmptyState(
            desk.theme,
            "overview",
            self.tr("Nothing was used in this time"),
            self.tr("Requests and their tokens are counted here, by model and by credential."),
        )
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def _lay_out(self) -> None:
        choices = Flow(across=XL, down=S)
        choices.addWidget(self.span)
        choices.addWidget(self.by)
        self.body.addLayout(choices)
        self._used = QWidget()
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._used)
        self._across.setContentsMargins(0, 0, 0, 0)
        self._across.setSpacing(XL)
        self._across.addWidget(self.chart, 3)
        beside = QVBoxLayout()
        beside.setSpacing(M)
        beside.addWidget(self.sums)
        beside.addStretch(1)
        self._across.addLayout(beside, 2)
        self.body.addWidget(self._used)
        self.body.addWidget(self.empty)
        self.empty.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= SIDE_BY_SIDE
        way = QBoxLayout.Direction
        self._across.setDirection(way.LeftToRight if wide else way.TopToBottom)

    def watch(self, *, on: bool) -> None:
        """Whether somebody looks."""
        if on and not self._timer.isActive():
            self.refresh()
            self._timer.start()
        elif not on:
            self._timer.stop()

    def refresh(self) -> None:
        spawn(self._ask(cast("SpanName", self.span.choice)), name="ask for the use")

    async def _ask(self, wanted: SpanName) -> None:
        now = self._desk.figures.now()
        query = SPANS[wanted].query(now)
        try:
            report = await self._desk.bridge.ask(lambda to: to.usage(query))
        except Refusal:
            return  # what was shown stays
        if wanted == self.span.choice:
            self._rows, self._now, self._span = report.rows, now, wanted
            self._show()

    def _show(self) -> None:
        span = SPANS[self._span]
        groups = group(self._rows, span, self._now, self._key())
        self._used.setVisible(bool(groups))
        self.empty.setVisible(not groups)
        names = {view.id: view.label for view in self._desk.bridge.snapshot.credentials}
        shown = gather(groups, len(COLOURS), REST)
        series = tuple(
            Series(self._name(one, names), colour, tuple(map(float, one.exchanges)), "stack")
            for one, colour in zip(shown, COLOURS, strict=False)
        )
        self.chart.show_drawing(Drawing(series, self._ticks(span)))
        most = max((one.total for one in shown), default=1)
        self.sums.show_ranks(
            [
                self._rank(one, self._name(one, names), colour, most)
                for one, colour in zip(shown, COLOURS, strict=False)
            ]
        )

    def _key(self) -> Callable[[UsageRow], str]:
        if self.by.choice == "model":
            return lambda row: row.model
        return lambda row: row.credential_id

    def _name(self, one: Group, names: Mapping[str, str]) -> str:
        if one.key == REST:
            return self.tr("All others")
        if self.by.choice == "model":
            return one.key
        return names.get(one.key) or self.tr("A credential that was removed")

    def _rank(self, one: Group, name: str, colour: str, most: int) -> Rank:
        price = money(one.price_usd)
        if one.unpriced:
            price = self.tr("{price} or more").format(price=price) if one.price_usd else ""
        form = self.tr("{tokens} tokens, {price}") if price else self.tr("{tokens} tokens")
        return Rank(
            name,
            self.tr("%n request(s)", "", one.total),
            one.total / max(most, 1),
            colour,
            swatch=True,
            detail=form.format(tokens=short_number(one.tokens), price=price),
        )

    def _ticks(self, span: Span) -> tuple[tuple[int, str], ...]:
        last, apart = span.count - 1, {60: 15, 24: 6, 30: 7}[span.count]
        return tuple((at, self._when(at)) for at in sorted({0, *range(last, -1, -apart)}))

    def _when(self, point: int) -> str:
        span = SPANS[self._span]
        at = span.begin(self._now) + point * span.period_s
        # A day is one of UTC; its noon is the same date nearly everywhere.
        return date(at + span.period_s / 2) if span.period == "day" else time_of_day(at)
