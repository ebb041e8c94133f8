"""One request in full: its facts, and every attempt in order with what came of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop import asked, words
from desktop.desk import Desk
from desktop.look.metrics import XS, L, M, S
from desktop.pages import activity_words
from desktop.widgets.buttons import button
from desktop.widgets.fields import CopyField
from desktop.widgets.marks import Chip, IconLabel
from desktop.widgets.panels import Card, Line, column, row
from desktop.widgets.sheet import Sheet
from desktop.widgets.snug import Snug
from desktop.widgets.texts import ElidedLabel, label
from desktop.words import StateWord
from proxy_core.api import AttemptRecord, ExchangeEnded

_HIGHEST = 440
"Of what scrolls, so that the whole fits a window of 600."


class RequestSheet(Sheet):
    """Shows; there is nothing to answer."""

    def __init__(self, desk: Desk, event: ExchangeEnded, parent: QWidget) -> None:
        super().__init__(desk.theme, self.tr("Request"), parent, 560)
        self._desk = desk
        self.body.addLayout(self._head(event))
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(L)
        inner.addLayout(self._facts(event))
        inner.addWidget(self._attempts(event))
        identity = CopyField(desk.theme, self.tr("Request id, as the log has it"))
        identity.show_value(event.id)
        identity.copied.connect(self._copy)
        inner.addWidget(identity)
        self.stage = Snug(_HIGHEST)
        self.stage.hold(content)
        self.body.addWidget(self.stage, 1)
        self.close_button = button(desk.theme, self.tr("Close"))
        self.close_button.clicked.connect(self.accept)
        self.foot.addWidget(self.close_button)
        self.close_button.setFocus()

    def _copy(self, text: str) -> None:
        self._desk.copy(text, False)
        self._desk.toast(self.tr("Request id copied."))

    def _head(self, event: ExchangeEnded) -> QHBoxLayout:
        head = row(M)
        word = activity_words.status_word(event)
        head.addWidget(
            Chip(self.theme, word.word, word.tone, word.icon), 0, Qt.AlignmentFlag.AlignTop
        )
        head.addWidget(label(activity_words.end_words(event), "body", wrap=True), 1)
        return head

    def _facts(self, event: ExchangeEnded) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(XS)
        grid.setColumnStretch(1, 1)
        for at, (name, value) in enumerate(self._named(event)):
            caption = label(name, "muted")
            shown = label(value, "body", wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAccessibleName(self.tr("{name}: {value}").format(name=name, value=value))
            grid.addWidget(caption, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, at, 1)
        return grid

    def _named(self, event: ExchangeEnded) -> list[tuple[str, str]]:
        arrival = self.tr("{date}, {time}").format(
            date=words.date(event.at), time=words.clock(event.at)
        )
        facts = [
            (self.tr("Arrived"), arrival),
            (self.tr("Client"), event.client or self.tr("It gave no name.")),
            (self.tr("Model"), event.model or self.tr("None was named.")),
            (self.tr("Interface"), asked.manner_words(event)),
            (self.tr("Asked for"), asked.deed_words(event.action)),
            (self.tr("HTTP status"), str(event.status)),
            (self.tr("Tokens"), self._tokens(event)),
            (self.tr("Time"), self._took(event)),
        ]
        return [(name, value) for name, value in facts if value]

    def _tokens(self, event: ExchangeEnded) -> str:
        if event.tokens is None:
            return self.tr("None were counted.")
        text = self.tr("{prompt} in, {cached} of them cached; {output} out, {thoughts} of thoughts")
        return text.format(
            prompt=words.number(event.tokens.prompt),
            cached=words.number(event.tokens.cached),
            output=words.number(event.tokens.output + event.tokens.thoughts),
            thoughts=words.number(event.tokens.thoughts),
        )

    def _took(self, event: ExchangeEnded) -> str:
        total = words.duration(event.total_s)
        if event.first_s is None:
            return self.tr("{total} in all").format(total=total)
        return self.tr("{first} to the first token, {total} in all").format(
            first=words.duration(event.first_s), total=total
        )

    def _attempts(self, event: ExchangeEnded) -> Card:
        card = Card(self.tr("%n attempt(s)", "", len(event.attempts)))
        card.body.setSpacing(S)
        if not event.attempts:
            none = (
                self.tr("No credential was tried.")
                if event.error
                else self.tr("No credential was needed.")
            )
            card.body.addWidget(label(none, "muted", wrap=True))
        for at, attempt in enumerate(event.attempts):
            if at:
                card.body.addWidget(Line())
            word = activity_words.attempt_word(event, attempt)
            card.body.addLayout(self._attempt(attempt, word))
        return card

    def _attempt(self, attempt: AttemptRecord, came: StateWord) -> QHBoxLayout:
        """came: what came of it, as a sentence."""
        line = row(M)
        sign = IconLabel(self.theme, came.icon, came.tone)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(2)
        texts.addWidget(ElidedLabel(attempt.label, "strong"))
        texts.addWidget(label(came.word, "muted", wrap=True))
        line.addLayout(texts, 1)
        took = label(words.duration(attempt.seconds), "muted")
        line.addWidget(took, 0, Qt.AlignmentFlag.AlignTop)
        return line
