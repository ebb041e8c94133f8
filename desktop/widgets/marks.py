"""Small painted signs: icons, chips, bars. The drawing is shared with the delegates of tables."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.look import icons
from desktop.look.theme import Theme
from desktop.look.tokens import Tokens, Tone
from desktop.widgets.texts import scaled_font

CHIP_HEIGHT = 22
_CHIP_ICON = 13
_CHIP_SIDE = 8


class IconLabel(QWidget):
    """An icon that is no button; it says nothing that a text beside it does not say."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        colour: str = "muted",
        size: int = 18,
        parent: QWidget | None = None,
    ) -> None:
        """colour: a field of Tokens."""
        super().__init__(parent)
        self._theme, self._icon, self._colour = theme, icon, colour
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def show_icon(self, icon: str, colour: str) -> None:
        self._icon, self._colour = icon, colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = icons.colour_of(self._theme.tokens, self._colour)
        icons.draw(QPainter(self), self._icon, colour, QRectF(self.rect()))


def chip_width(text: str) -> int:
    """Width of a chip with an icon and this text."""
    metrics = QFontMetrics(scaled_font("caption", strong=True))
    return metrics.horizontalAdvance(text) + _CHIP_ICON + 4 + 2 * _CHIP_SIDE


def draw_chip(
    painter: QPainter, room: QRect, text: str, tone: Tone, icon: str, tokens: Tokens
) -> None:
    """Draws a chip at the reading side of a rectangle, centred from top to bottom."""
    pair = tokens.tone(tone)
    width = min(chip_width(text), room.width())
    rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
    left = room.right() - width + 1 if rtl else room.left()
    box = QRectF(left, room.center().y() - CHIP_HEIGHT / 2 + 1, width, CHIP_HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(pair.soft))
    painter.drawRoundedRect(box, CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
    icon_left = box.right() - _CHIP_SIDE - _CHIP_ICON if rtl else box.left() + _CHIP_SIDE
    top = box.top() + (CHIP_HEIGHT - _CHIP_ICON) / 2
    icons.draw(painter, icon, pair.strong, QRectF(icon_left, top, _CHIP_ICON, _CHIP_ICON))
    painter.setPen(QColor(pair.strong))
    painter.setFont(scaled_font("caption", strong=True))
    near, far = _CHIP_SIDE + _CHIP_ICON + 4, _CHIP_SIDE
    inner = box.adjusted(far, 0, -near, 0) if rtl else box.adjusted(near, 0, -far, 0)
    shown = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, round(inner.width()) + 1
    )
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    painter.drawText(inner, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    painter.restore()


def draw_bar(painter: QPainter, rect: QRectF, share: float, colour: str, tokens: Tokens) -> None:
    """A bar filled to a share (0 to 1), from the reading side on."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.line))
    radius = rect.height() / 2
    painter.drawRoundedRect(rect, radius, radius)
    share = min(max(share, 0.0), 1.0)
    if share > 0:
        width = max(rect.width() * share, rect.height())
        rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = rect.right() - width if rtl else rect.left()
        painter.setBrush(QColor(icons.colour_of(tokens, colour)))
        painter.drawRoundedRect(QRectF(left, rect.top(), width, rect.height()), radius, radius)
    painter.restore()


class Chip(QWidget):
    """A state in a word, on its soft ground, with its sign."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        tone: Tone = "off",
        icon: str = "info",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.show_state(text, tone, icon)

    def show_state(self, text: str, tone: Tone, icon: str) -> None:
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self._text) + 2, CHIP_HEIGHT + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        draw_chip(painter, self.rect(), self._text, self._tone, self._icon, self._theme.tokens)


class Bar(QWidget):
    """How much of a limit is used."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        """name: what is measured, for screen readers."""
        super().__init__(parent)
        self._theme, self._name, self._share, self._colour = theme, name, 0.0, "accent"
        self.setFixedHeight(6)
        self.setMinimumWidth(40)
        theme.changed.connect(self.update)

    def show_share(self, share: float, text: str, colour: str = "accent") -> None:
        """share: 0 to 1; text: the same in words, e.g. `312 of 1,000`."""
        self._share, self._colour = share, colour
        self.setAccessibleName(f"{self._name}: {text}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        draw_bar(painter, QRectF(self.rect()), self._share, self._colour, self._theme.tokens)
