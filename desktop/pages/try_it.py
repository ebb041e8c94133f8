"""Try it: a small chat over the local endpoint, the way a tool would use it.

The conversation is in memory only. Not here: how a turn looks (`try_it_talk`), HTTP (`chat`).
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop import words
from desktop.chat.answer import Answer, read_models
from desktop.chat.local_http import Head, LocalHttp
from desktop.desk import Desk
from desktop.look.metrics import XL, M
from desktop.pages.try_it_composer import Composer
from desktop.pages.try_it_obstacle import Obstacle
from desktop.pages.try_it_talk import Answered, Asked
from desktop.tasks import spawn
from desktop.widgets.buttons import button
from desktop.widgets.panels import EmptyState, Page, clear
from desktop.widgets.pick import Pick
from desktop.widgets.seen import is_seen
from proxy_core.api import Event, ExchangeEnded, NetworkChanged, Refusal

DEFAULT_MODEL = "gemini-3.8-flash"
PACE_MS = 250
"What streams in is drawn at most so often."
_WEB = ("https://", "http://")


class TryItPage(Page):
    """The page."""

    go = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            self.tr("Try it"),
            self.tr("A chat through Pollux. Nothing is stored."),
            scrolls=False,
        )
        self._desk = desk
        self._http = LocalHttp(self)
        self._history: list[dict[str, str]] = []
        "What was said, as the endpoint takes it; failed questions are left out."
        self._task: asyncio.Task[None] | None = None
        self._answer = Answer()
        self._bubble: Answered | None = None
        "Of the answer that is coming, or came last."
        self._unnamed: tuple[Head, Callable[[Head | None], None]] | None = None
        "An answer that began before its credential was known, and what shows it."
        self._models_of: object = None
        "What the list of models was asked for last."
        self._demo = desk.life.demo
        "Whom the conversation is with: the pretend Google, or the real one."
        self._pace = QTimer(self)
        self._pace.setInterval(PACE_MS)
        self._pace.timeout.connect(self._draw)
        self._make_tools()
        self._make_body()
        desk.life.changed.connect(self._follow_engine)
        desk.bridge.snapshot_changed.connect(self._look)
        desk.bridge.happened.connect(self._hear)
        desk.figures.exchanged.connect(self._learn)

    # -- making ------------------------------------------------------------------------------

    def _make_tools(self) -> None:
        self.model = Pick()
        self.model.setEditable(True)
        self.model.setInsertPolicy(Pick.InsertPolicy.NoInsert)
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setToolTip(self.tr("The model to ask; choose one or write its name"))
        self.model.addItem(DEFAULT_MODEL)
        self._anew = button(self._desk.theme, self.tr("New conversation"), "plus")
        self._anew.clicked.connect(self._begin_anew)
        self.tools.addWidget(self.model)
        self.tools.addWidget(self._anew)

    def _make_body(self) -> None:
        self.body.setSpacing(M)
        self._obstacle = Obstacle(self._desk)
        self._obstacle.go.connect(self.go)
        self.body.addWidget(self._obstacle)
        content = QWidget()
        self._talk = QVBoxLayout(content)
        self._talk.setContentsMargins(0, 0, M, 0)
        self._talk.setSpacing(M)
        self._talk.addStretch(1)
        self._scroller = QScrollArea()
        self._scroller.setWidgetResizable(True)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroller.setWidget(content)
        bar = self._scroller.verticalScrollBar()
        bar.rangeChanged.connect(self._follow)
        bar.valueChanged.connect(self._note_place)
        self._follows = True
        "Whether the end of the conversation stays in view; not while one reads further up."
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_greeting())
        self._stack.addWidget(self._scroller)
        self.body.addWidget(self._stack, 1)
        self.composer = Composer(self._desk.theme)
        self.composer.sent.connect(self._ask)
        self.composer.stopped.connect(self._stop)
        self.body.addWidget(self.composer)

    def _make_greeting(self) -> EmptyState:
        starters = [
            self.tr("Say hello in five languages"),
            self.tr("Write a haiku about a giant star"),
        ]
        self._starters = [button(self._desk.theme, text) for text in starters]
        for made, text in zip(self._starters, starters, strict=True):
            made.clicked.connect(lambda _=False, text=text: self._ask(text))
        return EmptyState(
            self._desk.theme,
            "try_it",
            self.tr("Ask something"),
            self.tr("It goes out through Pollux, and you see which credential answered."),
            self._starters,
        )

    # -- whether it can work -----------------------------------------------------------------

    def _follow_engine(self) -> None:
        """What was said to the demo is not for the owner's Google, nor the other way round."""
        if self._demo != self._desk.life.demo:
            self._demo = self._desk.life.demo
            self._forget_talk()
        self._look()

    def _hear(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, NetworkChanged) for event in events):
            self._look()

    def _look(self) -> None:
        if not self.isVisible():
            return  # it looks when it is shown
        usable = self._obstacle.explain()
        busy = self._task is not None
        self.composer.allow(usable=usable, busy=busy)
        self._anew.setEnabled(self._talk.count() > 1)
        for made in self._starters:
            made.setEnabled(usable and not busy)
        if usable:
            self._ask_for_models()

    # -- models ------------------------------------------------------------------------------

    def _ask_for_models(self) -> None:
        snapshot = self._desk.bridge.snapshot
        known = (self._desk.life.url, tuple(view.id for view in snapshot.credentials))
        if known != self._models_of:
            self._models_of = known
            spawn(self._list_models(), name="list the models")

    async def _list_models(self) -> None:
        try:
            token = await self._desk.bridge.token()
            found = read_models(await self._http.get(f"{self._desk.life.url}/v1/models", token))
        except Refusal:
            self._models_of = None  # asked again when something changes; a name can be written
            return
        if found:
            self._offer(found)

    def _offer(self, found: list[str]) -> None:
        chosen = self.model.currentText().strip()
        untouched = chosen == DEFAULT_MODEL and chosen not in found
        self.model.clear()
        self.model.addItems(found)
        self.model.setCurrentText(found[0] if untouched else chosen)
        list_of_models = self.model.view()
        list_of_models.setMinimumWidth(list_of_models.sizeHintForColumn(0) + XL)

    # -- asking ------------------------------------------------------------------------------

    def _ask(self, text: str) -> None:
        if self._task is not None:
            return
        model = self.model.currentText().strip() or DEFAULT_MODEL
        self._bubble = bubble = Answered(self._desk.theme, model)
        bubble.followed.connect(self._open_link)
        bubble.copied.connect(self._copy)
        bubble.again.connect(lambda: self._ask(text))
        for turn in (Asked(self._desk.theme, text), bubble):
            self._talk.insertWidget(self._talk.count() - 1, turn)
        self._stack.setCurrentWidget(self._scroller)
        self._follows = True
        self.composer.field.setFocus()  # what was clicked goes, and one writes on
        self._answer = Answer()
        self._task = spawn(self._converse(text, model, bubble), name="ask in Try it")
        self._pace.start()
        self._look()

    async def _converse(self, text: str, model: str, bubble: Answered) -> None:
        answer = self._answer
        began = time.monotonic()
        first_s: float | None = None

        def take(data: bytes) -> None:
            nonlocal first_s
            answer.feed(data)
            if first_s is None and answer.begun:
                first_s = time.monotonic() - began
                self._draw()

        head: Head | None = None
        sentence, stopped = "", False
        asked = [*self._history, {"role": "user", "content": text}]
        try:
            token = await self._desk.bridge.token()
            url = f"{self._desk.life.url}/v1/chat/completions"
            head = await self._http.post(url, token, _body(model, asked), take)
        except Refusal as refusal:
            sentence = self.tr("{sentence} {next_step}").format(
                sentence=words.said(refusal.sentence), next_step=words.said(refusal.next_step)
            )
        except asyncio.CancelledError:
            stopped = True
        if bubble is not self._bubble:
            return  # a new conversation has begun since
        self._finish(answer, bubble)
        total_s = time.monotonic() - began
        self._name(head, lambda known: bubble.show_facts(answer, known, first_s, total_s))
        self._tell_end(answer, bubble, sentence.strip(), stopped=stopped)
        if answer.text:
            self._history = [*asked, {"role": "assistant", "content": answer.text}]

    def _finish(self, answer: Answer, bubble: Answered) -> None:
        self._task = None
        self._pace.stop()
        bubble.show_end(answer)
        self._look()

    def _tell_end(self, answer: Answer, bubble: Answered, sentence: str, *, stopped: bool) -> None:
        if stopped:
            bubble.tell("off", self.tr("You stopped it."), again=False)
        elif sentence or answer.error:
            bubble.tell("bad", sentence or words.said(answer.error), again=True)
        elif not answer.ended:
            bubble.tell("bad", self.tr("The answer broke off before its end."), again=True)
        elif answer.finish_reason == "length":
            bubble.tell("warn", self.tr("The answer reached the model's limit."), again=False)
        elif answer.finish_reason == "content_filter":
            bubble.tell("warn", self.tr("Google's filter ended the answer."), again=False)
        elif not answer.text:
            bubble.tell("warn", self.tr("The model answered without a text."), again=True)

    def _name(self, head: Head | None, show: Callable[[Head | None], None]) -> None:
        """Shows what an answer took; who gave it is looked up where its head came too early."""
        show(head)
        self._unnamed = None if head is None or head.credential else (head, show)
        self._learn(tuple(self._desk.figures.exchanges))

    def _learn(self, events: tuple[ExchangeEnded, ...]) -> None:
        if self._unnamed is None:
            return
        head, show = self._unnamed
        for event in events:
            if event.id == head.request_id and event.attempts:
                self._unnamed = None
                label = event.attempts[-1].label
                show(replace(head, credential=label, attempts=len(event.attempts)))

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _begin_anew(self) -> None:
        self._forget_talk()
        self._look()
        self.composer.field.setFocus()

    def _forget_talk(self) -> None:
        self._stop()
        self._task, self._bubble, self._unnamed = None, None, None
        self._pace.stop()
        self._history = []
        clear(self._talk)
        self._talk.addStretch(1)
        self._stack.setCurrentIndex(0)

    # -- showing -----------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._bubble is not None and is_seen(self):
            self._bubble.show_text(self._answer)

    def _note_place(self, value: int) -> None:
        self._follows = value >= self._scroller.verticalScrollBar().maximum() - M

    def _follow(self, _low: int, high: int) -> None:
        if self._follows:
            self._scroller.verticalScrollBar().setValue(high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The box of models leaves room for the words beside it."""
        super().resizeEvent(event)
        letter = self.fontMetrics().averageCharWidth()
        self.model.setFixedWidth(min(max(self.width() // 4, letter * 20), letter * 36))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.composer.field.setFocus()
        self._look()
        self._draw()
        if self._task is not None:
            self._pace.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pace.stop()

    def _open_link(self, url: str) -> None:
        """Only to the web: a link of an answer must not start anything else."""
        if url.startswith(_WEB) and self._desk.open_url(url):
            return
        self._desk.copy(url, False)
        self._desk.toast(self.tr("Link copied."))

    def _copy(self, text: str) -> None:
        self._desk.copy(text, False)
        self._desk.toast(self.tr("Answer copied."))


def _body(model: str, messages: list[dict[str, str]]) -> dict[str, object]:
    return {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        # Thoughts only come where they are asked for.
        "extra_body": {"google": {"thinking_config": {"include_thoughts": True}}},
    }
