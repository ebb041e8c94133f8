"""All that is known of one credential, and what can be done with it."""

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QVBoxLayout, QWidget

from desktop import words
from desktop.asked import model_words
from desktop.desk import Desk
from desktop.dialogs.links import with_buttons
from desktop.dialogs.working import WorkingSheet
from desktop.look.metrics import XL, XS, L, M, S
from desktop.pages.accounts_commands import CredentialCommands, Deed
from desktop.pages.accounts_rows import (
    Row,
    bar_colour,
    filled,
    rests,
    rows_of,
    shown_state,
)
from desktop.pages.accounts_words import cause_word, store_word
from desktop.widgets.buttons import Switch, button
from desktop.widgets.flow import Flow
from desktop.widgets.marks import Bar, Chip
from desktop.widgets.panels import Card, clear, column, row
from desktop.widgets.snug import Snug
from desktop.widgets.texts import ElidedLabel, label
from proxy_core.api import CredentialView, Line, ModelView, Place, Snapshot

TITLE = 72
"Of a window, and the row of buttons that a narrow screen breaks in two."
AROUND = 210
"What heading, buttons and margins take of the window's height."
LEAST = 280
SECOND_MS = 1_000
SOON_MS = 250
BUTTONS = ("sign_in", "check", "enable", "clear", "rename", "remove")
"Of the foot; copying the id is beside the id."


class Details(WorkingSheet):
    """Stays up to date; closes when the credential is gone."""

    def __init__(
        self, desk: Desk, parent: QWidget, commands: CredentialCommands, credential_id: str
    ) -> None:
        super().__init__(desk, "", parent, 620)
        self.setWindowTitle(self.tr("Credential"))
        self._id, self._commands = credential_id, commands
        self._line: Line | None = None
        self._shown: tuple[Row, Line | None] | None = None
        self.stage = Snug(max(self._room(parent) - AROUND, LEAST))
        self.stage.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that keys can scroll it
        self.stage.setAccessibleName(self.tr("Details"))
        self.body.addWidget(self.stage, 1)
        clear(self.foot)
        self._deeds = Flow(across=S, down=S)
        self._deed_buttons: dict[QWidget | None, str] = {}
        self.body.addLayout(self._deeds)
        self.close_button = button(self.theme, self.tr("Close"), kind="primary")
        self.close_button.clicked.connect(self.reject)
        self.foot.addStretch(1)
        self.foot.addWidget(self.close_button)
        desk.bridge.snapshot_changed.connect(self._take)
        desk.figures.changed.connect(self._look_soon)
        commands.refused.connect(self.refused)
        self._timer = QTimer(self)
        self._timer.setInterval(SECOND_MS)
        self._timer.timeout.connect(self._look)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._ask_and_look)
        self._look()
        self.close_button.setFocus()

    @staticmethod
    def _room(parent: QWidget) -> int:
        """Height that there is: of the window, but a screen may have less below its title."""
        screen = parent.screen().availableGeometry().height() - TITLE
        return min(parent.window().height(), screen)

    def open(self) -> None:
        super().open()
        self._ask_and_look()

    async def _ask_line(self) -> None:
        self._line = await self.desk.bridge.ask(lambda to: to.line(None))
        self._look()

    def _take(self, snapshot: Snapshot) -> None:
        if not any(view.id == self._id for view in snapshot.credentials):
            self.reject()
            return
        self._look_soon()

    def _look_soon(self) -> None:
        """Under traffic something changes all the time; nobody reads that fast."""
        if not self._soon.isActive():
            self._soon.start()

    def _ask_and_look(self) -> None:
        self.work(self._ask_line(), name="ask for the line")

    def _look(self) -> None:
        """Shows it anew where anything has changed."""
        desk = self.desk
        found = rows_of(
            desk.bridge.snapshot.credentials,
            desk.figures.rotation,
            desk.figures.now(),
            self._line or desk.in_line.line,  # until it is answered
        )
        shown = next((one for one in found if one.id == self._id), None)
        if shown is None:
            return
        counts = shown.counts or any(rests(one, desk.figures.now()) for one in shown.view.models)
        if counts != self._timer.isActive():
            self._timer.start() if counts else self._timer.stop()
        if self._shown == (shown, self._line) and not counts:
            return
        self._show_deeds(shown)
        self._shown = (shown, self._line)
        self._show(shown)

    def _show(self, shown: Row) -> None:
        at, focused = self.stage.verticalScrollBar().value(), self._focused_text()
        self.heading.setText(shown.view.label)
        content = QWidget()
        inner = column(L)
        content.setLayout(inner)
        inner.addWidget(self._state(shown))
        inner.addLayout(self._facts(shown))
        if shown.view.kind != "unknown":
            inner.addWidget(self._vertex(shown))
        if shown.view.models:
            inner.addWidget(self._models(shown.view))
        inner.addWidget(self._rotation(shown))
        inner.addStretch(1)
        self.stage.hold(content)
        self.stage.verticalScrollBar().setValue(at)
        buttons = content.findChildren(QAbstractButton)
        for made in buttons:
            if made.text() == focused:
                made.setFocus()
        # As they are read, though some were made anew and so stand last.
        deeds = [made for made in self._deed_buttons if made is not None]
        for before, after in pairwise((self.stage, *buttons, *deeds, self.close_button)):
            QWidget.setTabOrder(before, after)

    def _focused_text(self) -> str:
        """Of the button within the stage that has the focus, which its successor gets."""
        focused = self.focusWidget()
        if isinstance(focused, QAbstractButton) and self.stage.isAncestorOf(focused):
            return focused.text()
        return ""

    # -- parts -----------------------------------------------------------------------------

    def _state(self, shown: Row) -> QWidget:
        view, standing = shown.view, shown.standing
        card = Card()
        head = row(M)
        head.addWidget(Chip(self.theme, shown.chip, standing.tone, standing.icon))
        if view.since:
            span = words.span(self.desk.figures.now() - view.since)
            head.addWidget(label(self.tr("for {span}").format(span=span), "muted"))
        head.addStretch(1)
        card.body.addLayout(head)
        sentence = words.said(view.sentence)
        if standing.rests and standing.note:
            places = self._line or self.desk.in_line.line
            sentence = self.tr("It rests for {model}, and comes back by itself.")
            sentence = sentence.format(model=model_words(places.model) if places else "")
        elif standing.rests:
            sentence = self.tr("All of its models rest. They come back by themselves.")
        if sentence.rstrip(".") != shown.chip:  # it would only say the chip again
            card.body.addWidget(label(sentence, "body", wrap=True))
        if view.next_step:
            text, links = with_buttons(self.desk, words.said(view.next_step))
            card.body.addWidget(label(text, "strong", wrap=True))
            line = Flow(across=S, down=S)
            for made in links:
                line.addWidget(made)
            card.body.addLayout(line)
        return card

    def _facts(self, shown: Row) -> QVBoxLayout:
        view = shown.view
        whole = column(M)
        grid = QGridLayout()
        whole.addLayout(grid)
        grid.setHorizontalSpacing(XL)
        grid.setVerticalSpacing(S)
        grid.setColumnStretch(1, 1)
        facts = [
            (self.tr("Kind"), words.kind_word(view.kind)),
            (self.tr("Project"), shown.project),
            (self.tr("Kept in"), store_word(view.store)),
            (self.tr("Success"), shown.success or self._untried(shown)),
            (self.tr("Last used"), shown.last or self.tr("not yet")),
        ]
        for at, (name, value) in enumerate(facts):
            grid.addWidget(label(name, "muted"), at, 0)
            grid.addWidget(ElidedLabel(value), at, 1)
        at = grid.rowCount()
        grid.addWidget(label(self.tr("Id"), "muted"), at, 0)
        line = row(S)
        line.addWidget(label(view.id, "mono"))
        copy = button(self.theme, self.tr("Copy id"), "copy", "quiet")
        copy.clicked.connect(self._deed(shown, "copy").do)
        line.addWidget(copy)
        line.addStretch(1)
        grid.addLayout(line, at, 1)
        if shown.shares_with:
            text = self.tr(
                "Shares one quota with {labels}: Google counts by project, so together they may "
                "send as much as one of them."
            ).format(labels=", ".join(shown.shares_with))
            whole.addWidget(label(text, "muted", wrap=True))
        return whole

    def _untried(self, shown: Row) -> str:
        if shown.last_at:
            return self.tr("no answer since the start")
        return self.tr("not tried since the start")

    def _vertex(self, shown: Row) -> QWidget:
        view, card = shown.view, Card()
        line = Flow(across=M, down=S)
        switch = Switch(self.theme, self.tr("Use Vertex AI (billed)"))
        switch.setChecked(bool(shown.billed))
        # It shows what is, which its owner has to confirm first.
        switch.clicked.connect(lambda: switch.setChecked(bool(shown.billed)))
        switch.clicked.connect(self._deed(shown, "vertex").do)
        line.addWidget(switch)
        if shown.billed:
            place = self.tr("Location: {location}").format(location=view.location)
            change = button(self.theme, self.tr("Change location…"), kind="quiet")
            change.clicked.connect(lambda: self._commands.use_vertex(view, self))
            line.addWidget(label(place, "body"))
            line.addWidget(change)
        card.body.addLayout(line)
        text = self.tr("Google bills every call of Vertex AI. It is used after all others.")
        card.body.addWidget(label(text, "muted", wrap=True))
        return card

    def _models(self, view: CredentialView) -> QWidget:
        card = Card(self.tr("Models"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(S)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(2, 1)
        grid.setColumnStretch(3, 1)
        for at, text in enumerate(("", "", self.tr("This minute"), self.tr("Today"))):
            grid.addWidget(label(text, "caption"), 0, at)
        for at, model in enumerate(view.models, 1):
            word = words.state_word(shown_state(view, model))
            grid.addWidget(ElidedLabel(model_words(model.model), "strong"), at, 0)
            chip = Chip(self.theme, self._chip(model, word.word), word.tone, word.icon)
            grid.addWidget(chip, at, 1)
            grid.addWidget(self._gauge(model, model.used_minute, model.limit_minute), at, 2)
            grid.addWidget(self._gauge(model, model.used_day, model.limit_day), at, 3)
        card.body.addLayout(grid)
        return card

    def _chip(self, model: ModelView, word: str) -> str:
        now = self.desk.figures.now()
        if not rests(model, now) or model.until is None:
            return word
        left = words.until(model.until, now)
        return self.tr("{state} {span}").format(state=word, span=left)

    def _gauge(self, model: ModelView, used: int, limit: int | None) -> QWidget:
        made = QWidget()
        inner = column(XS)
        made.setLayout(inner)
        if limit:
            used = min(used, limit)  # refused ones count at Google too
            text = filled(self.tr("{used} of {limit}"), used, limit)
        else:
            text = words.number(used)
        inner.addWidget(label(text, "body"))
        if limit:
            bar = Bar(self.theme, model_words(model.model))
            bar.show_share(used / limit, text, bar_colour(used / limit))
            inner.addWidget(bar)
        return made

    def _rotation(self, shown: Row) -> QWidget:
        card = Card(self.tr("Rotation"))
        for text in self._turn_words(), self._skips(shown):
            if text:
                card.body.addWidget(label(text, "body", wrap=True))
        return card

    def _turn_words(self) -> str:
        line = self._line
        if line is None:
            return ""
        for at, place in enumerate(line.places, 1):
            if place.credential_id == self._id:
                return self._place_words(line, place, at)
        return self.tr("It is not in rotation.")

    def _place_words(self, line: Line, place: Place, at: int) -> str:
        model = model_words(line.model) or self.tr("any model")
        if not place.free:
            said = words.said(place.sentence)
            text = self.tr("It is passed over for {model} now: {sentence}")
            return text.format(model=model, sentence=said)
        text = (
            self.tr("It is next in line for {model}.")
            if at == 1
            else self.tr("It is number {n} of {all} in line for {model}.")
        )
        return text.format(n=at, all=len(line.places), model=model)

    def _skips(self, shown: Row) -> str:
        turn = self.desk.figures.rotation.turns.get(shown.id)
        if turn is None or not turn.reasons:
            return self.tr("No attempt of it was refused since the window was opened.")
        lines = [
            self.tr("{reason}: {n}").format(reason=cause_word(cause), n=words.number(count))
            for cause, count in turn.reasons.most_common()
        ]
        return "\n".join([self.tr("Refused attempts since the window was opened:"), *lines])

    # -- deeds -----------------------------------------------------------------------------

    def _deed(self, shown: Row, key: str) -> Deed:
        found = self._commands.deeds(shown.view, self)
        return next(deed for deed in found if deed.key == key)

    def _show_deeds(self, shown: Row) -> None:
        """The button that had the focus gives it to its successor, else to the one that closes."""
        if self._shown is not None and self._shown[0].view == shown.view:
            return
        focused = self._deed_buttons.get(self.focusWidget())
        self._deed_buttons = {}
        if focused:
            self.close_button.setFocus()
        clear(self._deeds)
        for deed in self._commands.deeds(shown.view, self):
            if deed.key in BUTTONS:
                made = button(
                    self.theme, deed.text, deed.icon, "danger" if deed.danger else "plain"
                )
                made.clicked.connect(deed.do)
                self._deeds.addWidget(made)
                self._deed_buttons[made] = deed.key
                if deed.key == focused:
                    made.setFocus()
