"""What a conversation looks like: what was asked at the far side, answers as cards."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import words
from desktop.chat.answer import Answer
from desktop.chat.local_http import Head
from desktop.look import icons
from desktop.look.metrics import XS, L, M, S
from desktop.look.theme import Theme
from desktop.look.tokens import Tone
from desktop.widgets.buttons import button, icon_button
from desktop.widgets.flow import Flow
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import TONE_ICONS, Card, clear, row
from desktop.widgets.prose import Prose
from desktop.widgets.spinner import Spinner
from desktop.widgets.texts import ElidedLabel, label

_ASKED_SHARE = 0.78
"Of the width, that a question may take."


class Asked(QWidget):
    """What the owner wrote."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        self._frame = QFrame()
        self._frame.setProperty("kind", "asked")
        inner = QVBoxLayout(self._frame)
        inner.setContentsMargins(M, S, M, S)
        self.prose = Prose(theme, self.tr("You asked"))
        self.prose.show_plain(text)
        inner.addWidget(self.prose)
        line.addWidget(self._frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wanted = self.prose.natural_width() + 2 * M + 2
        self._frame.setFixedWidth(min(wanted, round(self.width() * _ASKED_SHARE)))


class Answered(Card):
    """One answer: who answered, thoughts folded away, the text, what it took."""

    followed = Signal(str)
    "A link that was clicked."
    copied = Signal(str)
    "The answer's source is wanted on the clipboard."
    again = Signal()
    "The same question is to be asked once more."

    def __init__(self, theme: Theme, model: str) -> None:
        super().__init__()
        self._theme = theme
        self.body.setSpacing(S)
        self.body.setContentsMargins(L, S, L, M)
        self._make_head(model)
        self._thoughts = Prose(theme, self.tr("Thoughts"))
        self._thoughts.followed.connect(self.followed)
        self._thoughts_box = QFrame()
        self._thoughts_box.setProperty("kind", "sunken")
        box = QVBoxLayout(self._thoughts_box)
        box.setContentsMargins(M, S, M, S)
        box.addWidget(self._thoughts)
        self._thoughts_box.hide()
        self.prose = Prose(theme, self.tr("Answer"))
        self.prose.followed.connect(self.followed)
        self.prose.hide()
        self._make_waiting()
        for part in (self._thoughts_box, self._waiting, self.prose):
            self.body.addWidget(part)
        self._make_note()
        facts = QWidget()
        self._facts = Flow(L, facts, down=XS)
        self.body.addWidget(facts)

    def _make_head(self, model: str) -> None:
        head = row(S)
        head.addWidget(IconLabel(self._theme, "spark", "accent", 16))
        head.addWidget(ElidedLabel(model, "muted"), 1)
        self._fold = button(self._theme, self.tr("Show thoughts"), "chevron_right", "quiet")
        self._fold.clicked.connect(self._turn_thoughts)
        self._fold.hide()
        self.copy_button = icon_button(self._theme, "copy", self.tr("Copy this answer"))
        self.copy_button.clicked.connect(lambda: self.copied.emit(self.prose.text))
        keeps = self.copy_button.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.copy_button.setSizePolicy(keeps)
        self.copy_button.hide()
        head.addWidget(self._fold)
        head.addWidget(self.copy_button)
        self.body.addLayout(head)

    def _make_waiting(self) -> None:
        self._waiting = QWidget()
        line = QHBoxLayout(self._waiting)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S)
        line.addWidget(Spinner(self._theme, 16))
        line.addWidget(label(self.tr("Waiting for the first word…"), "muted", wrap=True), 1)

    def _make_note(self) -> None:
        self._note = QWidget()
        line = QHBoxLayout(self._note)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S)
        self._sign = IconLabel(self._theme, "info", "info", 18)
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        self._sentence: QLabel = label("", "body", wrap=True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.addWidget(self._sentence, 1)
        self.again_button = button(self._theme, self.tr("Try again"), "refresh")
        self.again_button.clicked.connect(self.again)
        line.addWidget(self.again_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._note.hide()
        self.body.addWidget(self._note)

    # -- showing -----------------------------------------------------------------------------

    def show_text(self, answer: Answer) -> None:
        """What has come so far."""
        self._waiting.setVisible(not answer.begun)
        if answer.thoughts != self._thoughts.text:
            self._thoughts.show_plain(answer.thoughts)
            self._fold.show()
        if answer.text != self.prose.text:
            self.prose.show_growing(answer.text)
            self.prose.show()

    def show_end(self, answer: Answer) -> None:
        """Nothing more comes."""
        self.show_text(answer)
        self.prose.show_markdown(answer.text)
        self._waiting.hide()
        self.copy_button.setVisible(bool(answer.text))

    def tell(self, tone: Tone, sentence: str, *, again: bool) -> None:
        """A word about how it ended; again: offers to ask once more."""
        self._sign.show_icon(TONE_ICONS[tone], tone)
        self._sentence.setText(sentence)
        self.again_button.setVisible(again)
        self._note.show()

    def show_facts(
        self, answer: Answer, head: Head | None, first_s: float | None, total_s: float
    ) -> None:
        clear(self._facts)
        if head is not None and head.credential:
            self._fact("person", head.credential, self.tr("The credential that answered"))
        if head is not None and head.attempts > 1:
            tried = self.tr("%n attempt(s)", "", head.attempts)
            self._fact("refresh", tried, self.tr("Activity tells why"))
        if first_s is not None:
            first = self.tr("{time} to the first token").format(time=words.duration(first_s))
            self._fact("bolt", first)
        self._fact("clock", self.tr("{time} in all").format(time=words.duration(total_s)))
        if answer.prompt_tokens or answer.output_tokens:
            counted = self.tr("{prompt} tokens in, {output} out").format(
                prompt=words.number(answer.prompt_tokens),
                output=words.number(answer.output_tokens),
            )
            self._fact("overview", counted)

    @property
    def note(self) -> str:
        return self._sentence.text()

    def _fact(self, icon: str, text: str, hint: str = "") -> None:
        fact = QWidget()
        line = QHBoxLayout(fact)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(XS)
        line.addWidget(IconLabel(self._theme, icon, "faint", 14))
        said = label(text, "caption")
        said.setToolTip(hint)
        line.addWidget(said)
        self._facts.addWidget(fact)
        fact.show()

    def _turn_thoughts(self) -> None:
        shown = self._thoughts_box.isHidden()
        self._thoughts_box.setVisible(shown)
        self._fold.setText(self.tr("Hide thoughts") if shown else self.tr("Show thoughts"))
        icons.put(
            self._fold,
            "chevron_down" if shown else "chevron_right",
            self._theme.tokens,
            "accent_text",
        )
