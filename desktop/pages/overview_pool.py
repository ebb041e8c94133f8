"""How the pool stands, and what rotation does with it."""

from collections import Counter
from collections.abc import Sequence

from desktop.desk import Desk
from desktop.look.metrics import S
from desktop.tasks import spawn
from desktop.widgets.flow import Flow
from desktop.widgets.marks import Bar, Chip
from desktop.widgets.panels import Card, Line, clear, column
from desktop.widgets.ranking import Rank, Ranking
from desktop.widgets.texts import ElidedLabel, label
from desktop.words import number, percent, said, state_word, until
from proxy_core.api import Place, Refusal, Snapshot, cause_words

SERVING = ("ready", "busy")


def can_serve(snapshot: Snapshot) -> int:
    """How many credentials Google may be asked with."""
    return sum(view.state in SERVING for view in snapshot.credentials)


class PoolCard(Card):
    """How many can serve, the states counted, and who is next."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Pool"))
        self._desk = desk
        self._states: list[tuple[str, int]] = []
        self._asking = False
        self._figure = label("", "strong", wrap=True)
        self.body.addWidget(self._figure)
        self._bar = Bar(desk.theme, self.tr("Credentials that can serve"))
        self.body.addWidget(self._bar)
        self._chips = Flow(across=S, down=S)
        self.body.addLayout(self._chips)
        self.body.addWidget(Line())
        self.body.addWidget(label(self.tr("Next in line"), "muted"))
        self.next = column(S)
        self.body.addLayout(self.next)
        self._shown: list[str] = []
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Shows what the engine told last, and asks who is next."""
        snapshot = self._desk.bridge.snapshot
        ready, total = can_serve(snapshot), len(snapshot.credentials)
        text = self.tr("{ready} of %n credential(s) can serve requests", "", total)
        if not total:
            text = self.tr("The credentials are known once Pollux runs.")
        self._figure.setText(text.format(ready=number(ready)))
        self._bar.show_share(ready / total if total else 0.0, self._figure.text())
        states = Counter(view.state for view in snapshot.credentials).most_common()
        if states != self._states:
            self._states = states
            clear(self._chips)
            for state, count in states:
                self._chips.addWidget(self._chip(state, count))
        if total and not self._asking:
            self._asking = True
            spawn(self._ask(), name="ask who is next")

    def _chip(self, state: str, count: int) -> Chip:
        word = state_word(state)
        text = self.tr("{state}: {count}").format(state=word.word, count=number(count))
        chip = Chip(self._desk.theme, text, word.tone, word.icon)
        chip.setAccessibleName(text)
        return chip

    async def _ask(self) -> None:
        try:
            line = await self._desk.bridge.ask(lambda to: to.line())
        except Refusal:
            return  # its next state asks anew
        finally:
            self._asking = False
        self._show_line(line.places)

    def _show_line(self, places: Sequence[Place]) -> None:
        free = [place for place in places if place.free][:3]
        form = self.tr("{place}. {name}")
        shown = [form.format(place=number(at), name=one.label) for at, one in enumerate(free, 1)]
        if not free:
            shown = [self._returns(place) for place in places[:1]]
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
        self.shares = Ranking(desk.theme, self.tr("Answers by credential"), few=10)
        self.body.addWidget(self.shares)
        self.body.addStretch(1)

    def refresh(self) -> None:
        """Shows the sums of the answered attempts."""
        rotation = self._desk.figures.rotation
        names = {view.id: view.label for view in self._desk.bridge.snapshot.credentials}
        counts = {key: turn.served for key, turn in rotation.turns.items()}
        keys = sorted({*names, *counts}, key=lambda key: (-counts.get(key, 0), names.get(key, "")))
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
