"""Use over an hour, a day or a month, by model or by credential: columns, and the sums in words."""

from collections.abc import Mapping
from typing import cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from desktop.desk import Desk
from desktop.figures.usage import SPANS, By, Group, Span, SpanName, gather, group
from desktop.look.metrics import XL, M, S
from desktop.pages.overview_rates import not_yet_known
from desktop.tasks import spawn
from desktop.widgets.buttons import Segmented
from desktop.widgets.chart import Chart
from desktop.widgets.drawing import Drawing, Series
from desktop.widgets.flow import Flow
from desktop.widgets.panels import Card, EmptyState
from desktop.widgets.ranking import Rank, Ranking
from desktop.widgets.seen import is_seen
from desktop.words import clock, date, hour_minute, money, short_number
from proxy_core.api import Refusal, UsageRow

COLOURS = ("accent", "second", "ok", "info", "warn", "off")
SIDE_BY_SIDE = 760


class UsageCard(Card):
    """Asks the engine whenever the figures have been summed up anew and somebody looks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Usage"))
        self._desk = desk
        self._rows: tuple[UsageRow, ...] = ()
        self._now = desk.figures.now()
        self._span: SpanName = "hour"
        self._by: By = "model"
        self.span = Segmented(
            [("hour", self.tr("Hour")), ("day", self.tr("Day")), ("month", self.tr("Month"))],
            self.tr("Length of time"),
        )
        self.by = Segmented(
            [("model", self.tr("By model")), ("credential", self.tr("By credential"))],
            self.tr("Grouped"),
        )
        self.span.chosen.connect(lambda _key: self.refresh())
        self.by.chosen.connect(lambda _key: self.refresh())
        self.chart = Chart(desk.theme, self.tr("Requests over time"), short_number, self._when)
        self.sums = Ranking(desk.theme, self.tr("Sums"))
        self.empty = EmptyState(
            desk.theme,
            "overview",
            self.tr("Nothing was used in this time"),
            self.tr("Requests and their tokens are counted here, by model and by credential."),
        )
        self.absent = not_yet_known(desk)
        self._lay_out()
        desk.figures.summed.connect(self._follow)
        desk.figures.changed.connect(self._forget)
        self._forget()

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
        self.body.addWidget(self.absent)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= SIDE_BY_SIDE
        way = QBoxLayout.Direction
        self._across.setDirection(way.LeftToRight if wide else way.TopToBottom)

    def _follow(self) -> None:
        if is_seen(self):
            self.refresh()

    def _forget(self) -> None:
        """Of an engine that has gone nothing is shown any more."""
        if self._desk.figures.today is None:
            self._rows = ()
            self._used.hide()
            self.empty.hide()
            self.absent.show()

    def refresh(self) -> None:
        span, by = cast("SpanName", self.span.choice), cast("By", self.by.choice)
        spawn(self._ask(span, by), name="ask for the use")

    async def _ask(self, span: SpanName, by: By) -> None:
        now = self._desk.figures.now()
        query = SPANS[span].query(now, by)
        try:
            report = await self._desk.bridge.ask(lambda to: to.usage(query))
        except Refusal:
            return  # what was shown stays
        if (span, by) == (self.span.choice, self.by.choice):
            self._rows, self._now, self._span, self._by = report.rows, now, span, by
            self._show()

    def _show(self) -> None:
        span = SPANS[self._span]
        groups = group(self._rows, span, self._now, self._by)
        self._used.setVisible(bool(groups))
        self.empty.setVisible(not groups)
        self.absent.hide()
        names = {view.id: view.label for view in self._desk.bridge.snapshot.credentials}
        shown = gather(groups, len(COLOURS))
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

    def _name(self, one: Group, names: Mapping[str, str]) -> str:
        if one.key is None:
            return self.tr("All others")
        if self._by == "model":
            return one.key or self.tr("No model was named")
        if not one.key:
            return self.tr("No credential was used")
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
        # Of hours without their day, for all of them have to be as long as one another.
        short = day_of if span.period == "day" else time_of_day
        return tuple((at, short(self._begin(at))) for at in reversed(range(last, -1, -apart)))

    def _begin(self, point: int) -> float:
        """Of a point's period."""
        span = SPANS[self._span]
        return span.begin(self._now) + point * span.period_s

    def _when(self, point: int) -> str:
        span = SPANS[self._span]
        text = (day_of if span.period == "day" else hour_minute)(self._begin(point))
        if point == span.count - 1:
            return self.tr("{time}, so far").format(time=text)
        return text


def day_of(begin: float) -> str:
    """The date of a day of UTC, whose noon is of the same date nearly everywhere."""
    return date(begin + 43_200)


def time_of_day(at: float) -> str:
    """Hours and minutes alone."""
    return clock(at).rpartition(":")[0]
