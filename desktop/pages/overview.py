"""Overview: where Pollux is reached, how it is used now, how the pool stands and takes turns.

Repainted at most four times a second, and not while it is hidden or minimised.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.desk import Desk
from desktop.figures.rates import Minute
from desktop.figures.today import Today
from desktop.look.metrics import XL, L, M
from desktop.pages.overview_endpoint import EndpointCard
from desktop.pages.overview_pool import PoolCard, RotationCard, SkipsCard
from desktop.pages.overview_rates import RatesCard
from desktop.pages.overview_usage import UsageCard
from desktop.pages.welcome import Welcome
from desktop.status import pool_line
from desktop.widgets.buttons import button
from desktop.widgets.figure_card import FigureCard
from desktop.widgets.panels import Page
from desktop.widgets.seen import is_seen
from desktop.words import money, number, percent, short_number

KNOWS: Final = ("serving", "degraded", "paused")
"States in which the credentials have been read."
PACE_MS: Final = 250
CLOCK_MS: Final = 5_000
"Minutes pass without events, too."
WIDE: Final = 800
"From here on cards stand side by side."


class OverviewPage(Page):
    """Everything at a glance; `go` asks for another page, or for a dialog."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Overview"))
        self._desk = desk
        self._arranged: tuple[bool, ...] | None = None
        "Whether wide, without credentials, and with some skipped."
        add = button(desk.theme, self.tr("Add account"), "plus", "primary")
        add.clicked.connect(lambda: self.go.emit("add_account"))
        self.tools.addWidget(add)
        self._make_cards()
        self._grid = QGridLayout()
        self._grid.setSpacing(M)
        self.body.addLayout(self._grid)
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.addWidget(self.welcome, 1)
        self.body.addStretch(1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PACE_MS)
        self._soon.timeout.connect(self._refresh)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._refresh_soon)
        desk.bridge.snapshot_changed.connect(self._refresh_soon)
        desk.figures.changed.connect(self._refresh_soon)
        desk.figures.exchanged.connect(self._sum_up_soon)
        desk.life.changed.connect(self._refresh_soon)
        desk.in_line.changed.connect(self._refresh_soon)
        for at in range(12):
            self._grid.setColumnStretch(at, 1)
        self._refresh()

    def _make_cards(self) -> None:
        theme = self._desk.theme
        self.requests = FigureCard(theme, self.tr("Requests today"))
        self.tokens = FigureCard(theme, self.tr("Tokens today"))
        self.price = FigureCard(theme, self.tr("Estimated price today"))
        self.cached = FigureCard(theme, self.tr("From Google's cache"))
        self._figures = (self.requests, self.tokens, self.price, self.cached)
        self.endpoint = EndpointCard(self._desk)
        self.rates = RatesCard(self._desk)
        self.pool = PoolCard(self._desk)
        self.rotation = RotationCard(self._desk)
        self.skips = SkipsCard(self._desk)
        self.usage = UsageCard(self._desk)
        self.welcome = self._make_welcome()
        for card in (self.endpoint, self.rates):
            card.go.connect(self.go)

    def _make_welcome(self) -> Welcome:
        """In place of all cards while there is nothing to count."""
        welcome = Welcome(self._desk)
        welcome.setContentsMargins(XL, 0, XL, L)
        welcome.key_asked.connect(lambda: self.go.emit("add_key"))
        welcome.sign_in_asked.connect(lambda: self.go.emit("add_account"))
        return welcome

    # -- places ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Puts the cards side by side, or below each other."""
        empty = self._is_empty()
        skips = bool(self._desk.figures.rotation.skips())
        arranged = (self.width() >= WIDE, empty, skips)
        if arranged == self._arranged:
            return
        self._arranged = arranged
        wide = self.width() >= WIDE
        self.welcome.setVisible(empty)
        self.scroller.setVisible(not empty)
        across = 4 if wide else 2
        for at, figure in enumerate(self._figures):
            self._put(figure, at // across, at % across * (12 // across), 12 // across)
        if wide:
            self._put(self.rates, 3, 0, 7)
            self._put(self.endpoint, 3, 7, 5)
            self._put(self.pool, 4, 0, 4)
            self._put(self.rotation, 4, 4, 4 if skips else 8)
            self._put(self.skips, 4, 8, 4)
        else:
            below = (self.endpoint, self.rates, self.pool, self.rotation, self.skips)
            for at, card in enumerate(below):
                self._put(card, 3 + at, 0, 12)
        self._put(self.usage, 8, 0, 12)

    def _is_empty(self) -> bool:
        """Whether it is known that there is no credential; before the start nothing is."""
        snapshot = self._desk.bridge.snapshot
        return snapshot.state in KNOWS and not snapshot.credentials

    def _put(self, card: QWidget, row: int, column: int, columns: int) -> None:
        self._grid.addWidget(card, row, column, 1, columns)

    # -- values ----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()
        self.endpoint.refresh()
        self._clock.start()
        self._desk.figures.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
        self._soon.stop()

    def _refresh_soon(self) -> None:
        if is_seen(self) and not self._soon.isActive():
            self._soon.start()

    def _sum_up_soon(self) -> None:
        if is_seen(self):
            self._desk.figures.refresh_soon()

    def _refresh(self) -> None:
        self._show_subtitle()
        self._arrange()
        if not self._is_empty():
            self._show_figures()
            for card in (self.rates, self.pool, self.rotation, self.skips):
                card.refresh()

    def _show_subtitle(self) -> None:
        text = pool_line(self._desk)
        if self._is_empty():
            text = self.tr("Add a credential, and every tool of yours can use it")
        self.subtitle.setText(text)

    def _show_figures(self) -> None:
        figures = self._desk.figures
        if figures.today is not None:
            self._show_sums(figures.today, figures.rates.hour(figures.now()))
            return
        for card in self._figures:
            card.show_figure("\N{EN DASH}", self.tr("shown once Pollux runs"))

    def _show_sums(self, today: Today, hour: Sequence[Minute]) -> None:
        answered = (today.exchanges - today.failed) / today.exchanges if today.exchanges else 1.0
        self.requests.show_figure(
            number(today.exchanges),
            self.tr("{share} answered").format(share=percent(answered))
            if today.exchanges
            else self.tr("none yet"),
            by_threes([minute.answered + minute.failed for minute in hour]),
        )
        self.tokens.show_figure(
            short_number(today.prompt_tokens + today.output_tokens),
            self.tr("{read} read, {written} written").format(
                read=short_number(today.prompt_tokens), written=short_number(today.output_tokens)
            ),
            by_threes([minute.tokens for minute in hour]),
        )
        note = (
            self.tr("list price; some are unknown") if today.unpriced else self.tr("at list price")
        )
        self.price.show_figure(money(today.price_usd), note)
        share = today.cached_share
        self.cached.show_figure(
            "\N{EN DASH}" if share is None else percent(share),
            self.tr("{cached} of {read} tokens").format(
                cached=short_number(today.cached_tokens), read=short_number(today.prompt_tokens)
            ),
            by_threes([minute.cached_tokens for minute in hour]),
        )


def by_threes(values: Sequence[float]) -> list[float]:
    """Sums of three at a time: a line as small as a sparkline shows no more.

    The last value, whose minute still runs, is left out.
    """
    return [sum(values[at : at + 3]) for at in range(0, len(values) - 3, 3)]
