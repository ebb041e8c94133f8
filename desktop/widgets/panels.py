"""Frames: cards, banners, empty states, and the scaffold that every page has."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop import words
from desktop.look.metrics import XL, XS, L, M, S
from desktop.look.theme import Theme
from desktop.look.tokens import Tone
from desktop.widgets.buttons import icon_button
from desktop.widgets.marks import IconLabel
from desktop.widgets.texts import label, wrapped

TONE_ICONS = {"ok": "check", "info": "info", "warn": "warning", "bad": "error", "off": "pause"}


def column(spacing: int = M, margins: int = 0) -> QVBoxLayout:
    made = QVBoxLayout()
    _set(made, spacing, margins)
    return made


def row(spacing: int = S, margins: int = 0) -> QHBoxLayout:
    made = QHBoxLayout()
    _set(made, spacing, margins)
    return made


def _set(layout: QBoxLayout, spacing: int, margins: int) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(margins, margins, margins, margins)


def clear(layout: QLayout) -> None:
    """Takes everything out of a layout and lets it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def announce(widget: QWidget, text: str) -> None:
    """Lets a screen reader say what appeared without being asked for."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class Card(QFrame):
    """A surface with a title; `head` is the row of the title, `body` what comes below."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.body = QVBoxLayout(self)
        _set(self.body, M, L)
        self.head = row()
        self.title = label(title, "title")
        if title:
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)


class Line(QFrame):
    """A thin line between things."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "line")


class Banner(QFrame):
    """Something that the owner should know, what to do about it, and buttons to do it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "banner")
        inner = self._inner = QHBoxLayout(self)
        inner.setContentsMargins(M, S, S, S)
        inner.setSpacing(M)
        self._sign = IconLabel(theme, "info", "info", 20)
        inner.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(XS)
        self._sentence = wrapped("", "strong")
        self._next_step = wrapped()
        self._next_step.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        texts.addWidget(self._sentence)
        texts.addWidget(self._next_step)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(S)
        self._middle.addLayout(texts, 1)
        self._buttons = row(S)
        self._middle.addLayout(self._buttons)
        inner.addLayout(self._middle, 1)
        self.close_button = icon_button(theme, "cross", self.tr("Dismiss"))
        self.close_button.clicked.connect(self.hide)
        inner.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(
        self,
        tone: Tone,
        sentence: str,
        next_step: str = "",
        buttons: Sequence[QPushButton] = (),
        *,
        closable: bool = True,
    ) -> None:
        """Shows the banner."""
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self._sign.show_icon(TONE_ICONS[tone], tone)
        place = Qt.AlignmentFlag.AlignTop if next_step else Qt.AlignmentFlag.AlignVCenter
        self._inner.setAlignment(self._sign, place)
        self._sentence.setText(sentence)
        self._next_step.setText(next_step)
        self._next_step.setVisible(bool(next_step))
        self.setAccessibleName(words.sentences(sentence, next_step))
        clear(self._buttons)
        before = self.close_button.previousInFocusChain()
        assert before is not None  # the chain is a ring
        for made in buttons:
            self._buttons.addWidget(made)
            QWidget.setTabOrder(before, made)  # else keys reach them after the rest of the page
            before = made
        self.close_button.setVisible(closable)
        self._arrange()
        self.show()
        announce(self, self.accessibleName())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The buttons stand below the words where they would leave too little room for them."""
        way = QBoxLayout.Direction
        beside = self._buttons.sizeHint().width() < 0.45 * self.width()
        self._middle.setDirection(way.LeftToRight if beside else way.TopToBottom)
        leading = Qt.AlignmentFlag.AlignLeading
        self._middle.setAlignment(self._buttons, Qt.AlignmentFlag(0) if beside else leading)

    @property
    def sentence(self) -> str:
        return self._sentence.text()


class EmptyState(QWidget):
    """What stands where nothing is yet: what it is for, and what to do."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        text: str,
        buttons: Sequence[QPushButton] = (),
    ) -> None:
        super().__init__()
        inner = QVBoxLayout(self)
        _set(inner, S, XL)
        inner.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        inner.addWidget(IconLabel(theme, icon, "faint", 40), 0, centre)
        self.head = label(title, "title", wrap=True)
        self.said = label(text, "muted", wrap=True)
        for text_label in (self.head, self.said):
            text_label.setAlignment(centre)
            inner.addWidget(text_label)
        line = row(S)
        line.addStretch(1)
        for made in buttons:
            line.addWidget(made)
        line.addStretch(1)
        inner.addSpacing(S)
        inner.addLayout(line)
        inner.addStretch(2)

    def tell(self, title: str, text: str) -> None:
        """Says something else."""
        self.head.setText(title)
        self.said.setText(text)


class Page(QWidget):
    """The scaffold of a page: title, subtitle, buttons, and `body` below, which scrolls."""

    def __init__(self, title: str, subtitle: str = "", *, scrolls: bool = True) -> None:
        super().__init__()
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, L, 0, 0)
        outer.setSpacing(L)
        head = self._make_head(title, subtitle)
        head.setContentsMargins(XL, 0, XL, 0)
        outer.addLayout(head)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setSpacing(L)
        self.body.setContentsMargins(XL, 0, XL, L)
        if not scrolls:
            outer.addWidget(content, 1)
            return
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(content)
        self.scroller.verticalScrollBar().rangeChanged.connect(self._make_room)
        outer.addWidget(self.scroller, 1)

    def _make_room(self, least: int, greatest: int) -> None:
        """The scroll bar stands in the margin, so that nothing moves when it comes."""
        bar = self.scroller.verticalScrollBar().sizeHint().width() if greatest > least else 0
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.body.setContentsMargins(XL - bar if rtl else XL, 0, XL if rtl else XL - bar, L)

    def _make_head(self, title: str, subtitle: str) -> QHBoxLayout:
        head = row(S)
        texts = column(2)
        self.title = label(title, "page")
        self.subtitle: QLabel = label(subtitle, "subtitle", wrap=True)
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        texts.addWidget(self.title)
        texts.addWidget(self.subtitle)
        head.addLayout(texts, 1)
        self.tools = row(S)
        head.addLayout(self.tools)
        return head


class Toast(QFrame):
    """A short word at the foot of the window, gone after some seconds."""

    STAYS_MS = 3_500

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "toast")
        inner = QHBoxLayout(self)
        inner.setContentsMargins(L, S, L, S)
        self._text = label("", "strong", wrap=True)
        inner.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def tell(self, text: str) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)
        self.settle()
        self.show()
        self.raise_()
        announce(self, text)
        self._timer.start(self.STAYS_MS)

    def settle(self) -> None:
        """Takes its place at the foot of what it belongs to."""
        parent = self.parentWidget()
        assert parent is not None
        room = parent.rect()
        whole = self._text.fontMetrics().horizontalAdvance(self._text.text()) + XS
        self._text.setFixedWidth(min(whole, room.width() - 2 * (XL + L)))
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, room.height() - self.height() - XL)
