"""Labels by role, and labels that shorten their text."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.look.metrics import MONO, TYPE

_SIZE_OF: Final = {"page": "page", "title": "title", "figure": "figure", "caption": "caption"}


def scaled_font(role: str, *, strong: bool = False) -> QFont:
    """The application's font in the size of a role of the type scale."""
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(font.pointSizeF() * TYPE[_SIZE_OF.get(role, "body")])
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def mono_font(role: str = "body") -> QFont:
    """The font for addresses and code; without ligatures, which change how `//` looks."""
    font = scaled_font(role)
    font.setFamilies(list(MONO))
    font.setStyleHint(QFont.StyleHint.Monospace)
    for feature in ("liga", "calt"):
        font.setFeature(QFont.Tag(feature), 0)
    return font


def label(text: str = "", role: str = "body", *, wrap: bool = False) -> QLabel:
    """role: page, subtitle, title, strong, figure, body, muted, caption, mono."""
    made = QLabel(text)
    _dress(made, role, wrap=wrap)
    return made


def _dress(made: QLabel, role: str, *, wrap: bool) -> None:
    made.setProperty("role", role)
    strong = role in ("page", "title", "strong", "figure")
    made.setFont(mono_font() if role == "mono" else scaled_font(role, strong=strong))
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setAlignment(_leading())
    if wrap:
        made.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)


def _leading() -> Qt.AlignmentFlag:
    """The side where reading begins; Qt would take the text's own, and an address has another."""
    rtl = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


class WrappedLabel(QLabel):
    """A text on several lines, for what scrolls: its longest word does not widen what it stands
    in, and no height is kept free for a narrower shape than it has."""

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.fontMetrics().lineSpacing())

    def narrowest(self) -> int:
        """The width that its longest word needs."""
        return super().minimumSizeHint().width()


def wrapped(text: str = "", role: str = "body") -> WrappedLabel:
    made = WrappedLabel(text)
    _dress(made, role, wrap=True)
    policy = made.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    made.setSizePolicy(policy)
    return made


class ElidedLabel(QLabel):
    """One line that is shortened to its room; the whole text is its tooltip."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        parent: QWidget | None = None,
        *,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        """elide: where it is shortened; of a path both ends tell most."""
        super().__init__(text, parent)
        self._elide = elide
        self.setProperty("role", role)
        strong = role in ("title", "strong", "figure", "page")
        self.setFont(mono_font() if role == "mono" else scaled_font(role, strong=strong))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self.text(), self._elide, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        # The text's own direction orders it; the layout's says on which side it stands.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.style().drawItemText(
            painter,
            self.rect(),
            int(_leading()),
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
