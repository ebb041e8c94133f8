"""The form of the settings page: groups of rows, each a title, a hint, a control and a note.

Not here: what is set (`settings_catalogue`), and how a value is edited (`settings_fields`).
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from desktop import words
from desktop.look.metrics import XS, L, S
from desktop.look.theme import Theme
from desktop.look.tokens import Tone
from desktop.widgets.marks import IconLabel
from desktop.widgets.panels import TONE_ICONS, Card, Line, column, row
from desktop.widgets.texts import wrapped
from proxy_core.api import Refusal

_TEXT_WIDTH = 260
"What title and hint need beside a control."


class Note(QWidget):
    """What has to be said about a row: a sign and a sentence; hidden where there is nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        inner = row(S)
        self.setLayout(inner)
        self.sign = "info"
        "The icon before the text."
        self._sign = IconLabel(theme, self.sign, "info", 16)
        self._text = wrapped()
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inner.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        inner.addWidget(self._text, 1)
        self.hide()

    def tell(self, tone: Tone, text: str, icon: str = "") -> None:
        """An empty text hides the note. icon: another than that of the tone."""
        self.sign = icon or TONE_ICONS[tone]
        self._sign.show_icon(self.sign, tone)
        self._text.setText(text)
        self.setVisible(bool(text))

    @property
    def text(self) -> str:
        return self._text.text()


class Row(QWidget):
    """One thing to set. The control stands beside its title, or below where it is `wide`."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        hint: str,
        control: QWidget,
        *,
        wide: bool = False,
        words: str = "",
    ) -> None:
        """words: further ones that the search finds this row by."""
        super().__init__()
        self.title = title
        self._haystack = f"{title} {hint} {words}".casefold()
        self._note = Note(theme)
        outer = column(S)
        self.setLayout(outer)
        outer.setContentsMargins(0, XS, 0, XS)
        self.heading = wrapped(title, "strong")
        self.hint = wrapped(hint, "muted")
        self.hint.setVisible(bool(hint))
        self._far = QWidget()
        self.tools = row(S)
        "What stands at the far end of the first line, before the control."
        self._far.setLayout(self.tools)
        self._line = self._first_line()
        outer.addLayout(self._line)
        if wide:
            outer.addWidget(control)
        else:
            control.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self.tools.addWidget(control)
        outer.addWidget(self._note)

    def _first_line(self) -> QBoxLayout:
        texts = column(2)
        texts.addWidget(self.heading)
        texts.addWidget(self.hint)
        line = row(L)
        line.addLayout(texts, 1)
        line.addWidget(self._far, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
        return line

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the texts would get too narrow, the control goes below them."""
        super().resizeEvent(event)
        words_width = max(one.narrowest() for one in (self.heading, self.hint))
        needed = self._far.sizeHint().width() + L + max(words_width, _TEXT_WIDTH)
        direction = QBoxLayout.Direction
        beside = self.width() >= needed
        self._line.setDirection(direction.LeftToRight if beside else direction.TopToBottom)

    def tell(self, tone: Tone, text: str, icon: str = "") -> None:
        """Says something below the row; an empty text takes it away."""
        self._note.tell(tone, text, icon)

    def tell_refusal(self, refusal: Refusal) -> None:
        sentence, next_step = words.said(refusal.sentence), words.said(refusal.next_step)
        self.tell("bad", words.sentences(sentence, next_step))

    def explain(self, hint: str) -> None:
        """Puts another hint under the title."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    @property
    def said(self) -> str:
        return self._note.text

    @property
    def sign(self) -> str:
        """The icon before what is said."""
        return self._note.sign

    def matches(self, wanted: str) -> bool:
        """wanted: case-folded."""
        return all(word in self._haystack for word in wanted.split())


class Group(Card):
    """A card of rows with lines between them, which a search thins out."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setAccessibleName(title)
        self.rows: list[tuple[Line, Row]] = []

    def add(self, made: Row) -> None:
        line = Line()
        self.rows.append((line, made))
        self.body.addWidget(line)
        self.body.addWidget(made)
        self.keep_only("")

    def keep_only(self, wanted: str) -> bool:
        """Shows the rows that match; whether there are any."""
        wanted = wanted.casefold()
        whole = bool(wanted) and wanted in self.title.text().casefold()
        found = False
        for line, made in self.rows:
            shown = whole or made.matches(wanted)
            made.setVisible(shown)
            line.setVisible(shown and (found or bool(self.title.text())))
            found = found or shown
        return found
