"""How the pool stands, and what rotation does with it."""

from collections import Counter

from PySide6.QtWidgets import QWidget

from desktop.desk import Desk
from desktop.look.metrics import S
from desktop.status import USABLE, pool_line, status_of
from desktop.widgets.flow import Flow
from desktop.widgets.marks import Bar, Chip
from desktop.widgets.panels import Card, Line, clear, column
from desktop.widgets.ranking import Rank, Ranking
from desktop.widgets.texts import ElidedLabel, label
from desktop.words import number, percent, said, state_word, until
from proxy_core.api import Line as InOrder
from proxy_core.api import Place, cause_words

COUNTED = ("serving", "attention")
"Of `status`: what the pool's headline tells is a count."


class PoolCard(Card):
    """How many can serve, the states counted, and who is next."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Pool"))
        self._desk = desk
        self._states: list[tuple[str, int]] = []
        self._figure = label("", "strong", wrap=True)
        self.body.addWidget(self._figure)
        self._bar = Bar(desk.theme, self.tr("Credentials that can serve"))
        self.body.addWidget(self._bar)
        self._chips = Flow(across=S, down=S)
        self.body.addLayout(self._chips)
        self.queue = QWidget()
        below = column(S)
        self.queue.setLayout(below)
        below.addWidget(Line())
        below.addWidget(label(self.tr("Next in line"), "muted"))
        self.next = column(S)
        below.addLayout(self.next)
        self.body.addWidget(self.queue)
        self._shown: list[str] = []
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Shows what the engine told last."""
        views = self._desk.bridge.snapshot.credentials
        usable = sum(view.state in USABLE for view in views)
        text = pool_line(self._desk)
        self._figure.setText(
            text if views else self.tr("The credentials are known once Pollux runs.")
        )
        self._bar.setVisible(status_of(self._desk).state in COUNTED)
        self._bar.show_share(usable / len(views) if views else 0.0, text)
        line = self._desk.in_line.line
        rests = {place.credential_id: place.reason for place in line.places} if line else {}
        states = Counter(
            (rests.get(view.id) or view.state) if view.state in USABLE else view.state
            for view in views
        ).most_common()
        if states != self._states:
            self._states = states
            clear(self._chips)
            for state, count in states:
                self._chips.addWidget(self._chip(state, count))
        self.queue.setVisible(line is not None and bool(line.places))
        if line is not None:
            self._show_line(line)

    def _chip(self, state: str, count: int) -> Chip:
        word = state_word(state)
        text = self.tr("{state}: {count}").format(state=word.word, count=number(count))
        chip = Chip(self._desk.theme, text, word.tone, word.icon)
        chip.setAccessibleName(text)
        return chip

    def _show_line(self, line: InOrder) -> None:
        free = [place for place in line.places if place.free][:3]
        form = self.tr("{place}. {name}")
        shown = [form.format(place=number(at), name=one.label) for at, one in enumerate(free, 1)]
        if not free:
            ends = self._desk.in_line.first_return
            first = [place for place in line.places if place.until == ends]
            shown = [self._returns(place) for place in first[:1]]
        if shown != self._shown:
            self._shown = shown
            clear(self.next)
            for text in shown:
                self.next.addWidget(ElidedLabel(text) if free else label(text, wrap=True))

    def _returns(self, place: Place) -> str:
        if place.until is None:
            return self.tr("Nobody. {name}: {why}").format(
                name=place.label, why=said(place.sentence)
            )
        text = self.tr("Nobody is free now. {name} returns in {span}.")
        return text.format(name=place.label, span=until(place.until, self._desk.figures.now()))


class RotationCard(Card):
    """Each credential's share of the answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Rotation"))
        self._desk = desk
        self.head.addWidget(label(self.tr("answers since the start"), "muted"))
        self.shares = Ranking(desk.theme, self.tr("Answers by credential"))
        self.body.addWidget(self.shares)
        self.absent = label(self.tr("Shown once Pollux runs"), "muted")
        self.body.addWidget(self.absent)
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Shows the sums of the answered attempts."""
        rotation = self._desk.figures.rotation
        names = {view.id: view.label for view in self._desk.bridge.snapshot.credentials}
        counts = {key: turn.served for key, turn in rotation.turns.items()}
        keys = sorted({*names, *counts}, key=lambda key: (-counts.get(key, 0), names.get(key, "")))
        self.shares.setVisible(bool(keys))
        self.absent.setVisible(not keys)
        gone = self.tr("A credential that was removed")
        self.shares.show_ranks(
            [
                Rank(
                    names.get(key, gone),
                    self._answers(counts.get(key, 0), rotation.share(key)),
                    rotation.share(key),
                )
                for key in keys
            ]
        )

    def _answers(self, count: int, share: float) -> str:
        form = self.tr("{count} ({share})")
        return form.format(count=number(count), share=percent(share))


class SkipsCard(Card):
    """Why attempts went on to another credential; hidden while none did."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Why credentials were skipped"))
        self._desk = desk
        self.skips = Ranking(desk.theme, self.title.text(), wraps=True)
        self.body.addWidget(self.skips)
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Shows the causes, counted."""
        skips = self._desk.figures.rotation.skips().most_common()
        most = skips[0][1] if skips else 1
        self.skips.show_ranks(
            [
                Rank(said(cause_words(cause)), number(count), count / most, "second")
                for cause, count in skips
            ]
        )
        self.setVisible(bool(skips))
